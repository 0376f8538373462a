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
    """The first step of signing in."""

    email = Text(required=True, longest=254)
    password = Password()


class CodeSchema(CommandSchema):
    """A one-time code."""

    code = Text(required=True, longest=20)


class UnlockSchema(CommandSchema):
    """What an idle page asks; the code only after a long time."""

    unlock_password = Password()
    unlock_code = Text(longest=20, load_default="")


class NewPasswordSchema(CommandSchema):
    """A new password, typed twice."""

    password = Password()
    again = Password()

    @validates_schema
    def check_same(self, data: dict[str, str], **kwargs: object) -> None:
        if data.get("password") != data.get("again"):
            raise ValidationError(N_("The two passwords differ."), "again")


class ChangePasswordSchema(NewPasswordSchema):
    """A new password in place of the present one."""

    present = Password()


class SecondFactorSchema(CodeSchema):
    """The first code of a second factor on offer."""

    offer = Text(required=True, longest=500)


class LanguageSchema(CommandSchema):
    """The language of pages and mails."""

    language = Code(LANGUAGES, required=True)


class SeatsSchema(CommandSchema):
    """Roles, and who leads the person."""

    roles = fields.List(Code(Role), load_default=list)
    supervisor_id = Id(load_default=None)


class ChangeSeatsSchema(SeatsSchema):
    """Other seats for somebody who is here."""

    version = WholeNumber(required=True)


class InviteSchema(SeatsSchema):
    """Somebody new, with their seats."""

    name = Text(required=True, longest=200)
    email = Email(required=True)
    language = Code(LANGUAGES, required=True)
