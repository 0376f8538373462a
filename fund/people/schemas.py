"""What the forms of this room send."""

from marshmallow import ValidationError, fields, validate, validates_schema

from fund.i18n import LANGUAGES, N_
from fund.people.passwords import LONGEST
from fund.permissions import Role
from fund.schemas import REQUIRED, Code, CommandSchema, Email, Id, Text, WholeNumber


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
    language = Code(LANGUAGES, required=True)


class SeatsSchema(CommandSchema):
    roles = fields.List(Code(Role), load_default=list)
    supervisor_id = Id(load_default=None)


class ChangeSeatsSchema(SeatsSchema):
    version = WholeNumber(required=True)


class InviteSchema(SeatsSchema):
    name = Text(required=True, longest=200)
    email = Email(required=True)
    language = Code(LANGUAGES, required=True)
