"""What the forms of this room send."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from marshmallow import ValidationError, fields, validate, validates_schema

from fund.i18n import LANGUAGES, N_
from fund.people.passwords import LONGEST
from fund.permissions import Role
from fund.schemas import REQUIRED, CommandSchema, Text, WholeNumber, one_of

NOT_OFFERED = N_("Please choose one of the answers offered.")
ROLE_CHOICES = [role.value for role in Role]


class Password(fields.String):
    """Exactly as typed: spaces around a password belong to it."""

    default_error_messages = dict.fromkeys(
        ("required", "null", "invalid", "invalid_utf8"), REQUIRED
    )

    def __init__(self) -> None:
        super().__init__(
            required=True,
            validate=[
                validate.Length(min=1, error=REQUIRED),
                validate.Length(max=LONGEST, error=N_("This is too long.")),
            ],
        )


class OptionalId(fields.Field[UUID | None]):
    """One of the persons offered, or the empty choice."""

    default_error_messages = {"invalid": NOT_OFFERED}

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> UUID | None:
        try:
            return UUID(value) if value else None
        except ValueError:
            raise self.make_error("invalid")


def email_field() -> Text:
    """An e-mail address; the person who owns it is the proof, not its form."""
    form = validate.Email(error=N_("Please write an e-mail address, such as name@example.org."))
    return Text(required=True, longest=254, validate=form)


class SignInSchema(CommandSchema):
    email = Text(required=True, longest=254)
    password = Password()


class CodeSchema(CommandSchema):
    code = Text(required=True, longest=20)


class UnlockSchema(CommandSchema):
    unlock_password = Password()
    unlock_code = Text(longest=20, load_default="")


class NewPasswordSchema(CommandSchema):
    password = Password()
    again = Password()

    @validates_schema
    def check_same(self, data: dict[str, str], **kwargs: object) -> None:
        if data.get("password") != data.get("again"):
            raise ValidationError(N_("The two passwords differ."), "again")


class ChangePasswordSchema(NewPasswordSchema):
    present = Password()


class SecondFactorSchema(CodeSchema):
    offer = Text(required=True, longest=500)


class LanguageSchema(CommandSchema):
    language = Text(required=True, validate=one_of(LANGUAGES))


class SeatsSchema(CommandSchema):
    roles = fields.List(
        fields.String(validate=one_of(ROLE_CHOICES)),
        load_default=list,
        error_messages={"invalid": NOT_OFFERED},
    )
    supervisor_id = OptionalId(load_default=None)


class ChangeSeatsSchema(SeatsSchema):
    version = WholeNumber(required=True)


class InviteSchema(SeatsSchema):
    name = Text(required=True, longest=200)
    email = email_field()
    language = Text(required=True, validate=one_of(LANGUAGES))
