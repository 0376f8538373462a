"""Sessions of the billing portal, where a donor sees to a monthly gift on Stripe's own page."""

from flask import Blueprint

from ..api import operation
from ..ids import new_id
from ..params import choice, text, web_address
from ..scope import Scope
from ..state import Doc

bp = Blueprint("portal_sessions", __name__)

_UNOPENED_SECONDS = 5 * 60
_OPENED_SECONDS = 3600


def open_(scope: Scope, session_id: str) -> Doc | None:
    """The session while it lasts: an hour from its first opening, if that comes soon."""
    session = scope.find(session_id)
    if session is None or session["object"] != "billing_portal.session":
        return None
    if session["_lasts_until"] < scope.now:
        return None
    if not session["_is_opened"]:
        scope.change(session, _is_opened=True, _lasts_until=scope.now + _OPENED_SECONDS)
    return session


@bp.post("/v1/billing_portal/sessions")
@operation(
    required=("customer",),
    configuration=text(),
    customer=text(),
    locale=choice("auto", "en", "en-GB", "en-NZ", "th"),
    return_url=web_address,
)
def create(scope: Scope, params: Doc) -> Doc:
    customer = scope.get("customer", params["customer"], param="customer")
    session_id = new_id("bps")
    return scope.put(
        {
            "id": session_id,
            "object": "billing_portal.session",
            "configuration": params.get("configuration", f"bpc_{scope.account.id}"),
            "created": scope.now,
            "customer": customer["id"],
            "customer_account": None,
            "flow": None,
            "livemode": False,
            "locale": params.get("locale"),
            "on_behalf_of": None,
            "return_url": params.get("return_url"),
            "url": f"{scope.base_url}/p/session/{session_id}",
            "_is_opened": False,
            "_lasts_until": scope.now + _UNOPENED_SECONDS,
        }
    )
