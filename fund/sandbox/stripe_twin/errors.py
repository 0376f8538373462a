"""Refusals in Stripe's shape (API reference, "Errors")."""

from collections.abc import Mapping
from typing import Any


class StripeError(Exception):
    """What the API answers instead of an object; `is_validation` means nothing was begun."""

    def __init__(
        self,
        message: str,
        *,
        status: int = 400,
        kind: str = "invalid_request_error",
        code: str | None = None,
        decline_code: str | None = None,
        param: str | None = None,
        is_validation: bool = False,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.status = status
        self.kind = kind
        self.code = code
        self.decline_code = decline_code
        self.param = param
        self.is_validation = is_validation
        self.headers = dict(headers or {})

    def body(self) -> dict[str, Any]:
        error: dict[str, Any] = {"message": self.message, "type": self.kind}
        if self.code is not None:
            error["code"] = self.code
            error["doc_url"] = f"https://stripe.com/docs/error-codes/{self.code.replace('_', '-')}"
        if self.decline_code is not None:
            error["decline_code"] = self.decline_code
        if self.param is not None:
            error["param"] = self.param
        return {"error": error}


class Declined(StripeError):
    """A refusal whose traces stay: the failed charge and the try are recorded."""

    @classmethod
    def of(cls, error: StripeError) -> "Declined":
        return cls(
            error.message,
            status=402,
            kind="card_error",
            code=error.code,
            decline_code=error.decline_code,
        )


def missing(kind: str, object_id: str, param: str) -> StripeError:
    """404 for an id that this account does not have."""
    return StripeError(
        f"No such {kind}: '{object_id}'", status=404, code="resource_missing", param=param
    )
