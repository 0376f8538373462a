"""What each command of this room takes."""

from typing import Any

from marshmallow import ValidationError, validate, validates_schema

from fund import ids
from fund.disbursements.models import PAYEE_KINDS, RETURN_REASONS
from fund.i18n import N_
from fund.schemas import REQUIRED, Code, CommandSchema, Day, Text

CASE_CODE = N_("Please write the case code, such as LF-7K3Q-2M.")
# A table program takes a cell that begins with one of `= + - @` for a formula; the bank's file is
# opened in one.
BEGINS_WITH_A_WORD = validate.Regexp(r"\w", error=N_("Please begin with a letter or a figure."))


class AccountSchema(CommandSchema):
    """A bank account as it stands on the payee's paper."""

    account_name = Text(required=True, longest=200, validate=BEGINS_WITH_A_WORD)
    bank = Text(required=True, longest=100, validate=BEGINS_WITH_A_WORD)
    account_number = Text(
        required=True,
        longest=40,
        validate=validate.Regexp(
            r"^[0-9][0-9 \-]{5,}$", error=N_("Please write the account number in figures.")
        ),
    )


class PayeeSchema(AccountSchema):
    """A payee with its first account."""

    kind = Code(PAYEE_KINDS, required=True)
    name = Text(load_default="", longest=200)
    case_code = Text(load_default="", longest=12)

    @validates_schema(skip_on_field_errors=False)
    def who(self, data: dict[str, Any], **_: Any) -> None:
        if data.get("kind") != "guardian" and not data.get("name"):
            raise ValidationError(REQUIRED, "name")
        if data.get("kind") == "guardian" and not ids.is_case_code(data.get("case_code", "")):
            raise ValidationError(CASE_CODE, "case_code")


class ApprovalSchema(CommandSchema):
    """Which content was seen when it was approved."""

    content_sha256 = Text(required=True, longest=64)


class ConfirmationSchema(CommandSchema):
    """What the bank's statement says of a payment."""

    bank_reference = Text(required=True, longest=60)
    paid_on = Day(required=True)


class ReturnSchema(CommandSchema):
    """Why a payment came back."""

    return_reason = Code(RETURN_REASONS, required=True)
