"""What an operation may raise. `web.py` maps these once to a page, a field message or JSON."""

import traceback


class FundError(Exception):
    """Base of the errors below; `code` names the reason, `params` fill its text at the edge."""

    def __init__(self, code: str, *, field: str | None = None, **params: object) -> None:
        super().__init__(code)
        self.code = code
        self.field = field
        self.params = params


class Refused(FundError):
    """A rule forbids it; the person can read why and change what they asked. 422."""


class NotFound(FundError):
    """There is no such thing, or this person may not know of it. 404."""

    def __init__(self, code: str = "not_found") -> None:
        super().__init__(code)


class Conflict(FundError):
    """The row changed since this person read it. 409; nothing typed is lost."""

    def __init__(self, code: str = "stale", *, row: object = None) -> None:
        super().__init__(code)
        self.row = row


class Denied(FundError):
    """This person may not do this. 403."""

    def __init__(self, code: str = "denied") -> None:
        super().__init__(code)


class Unavailable(FundError):
    """A part that we depend on (Stripe, mail, storage) does not answer. 503; nothing half done."""


def require(allowed: bool, code: str = "denied") -> None:
    """Raise `Denied` unless `allowed`."""
    if not allowed:
        raise Denied(code)


def where(error: BaseException) -> dict[str, str]:
    """For the log: what failed and where. Not its message, which may quote a row with a name."""
    return {
        "kind": type(error).__qualname__,
        "trace": "".join(traceback.format_tb(error.__traceback__)),
    }
