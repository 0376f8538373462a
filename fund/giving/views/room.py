"""The room's blueprint and its places in the navigation."""

from flask import Blueprint
from werkzeug.wrappers import Response

from fund.i18n import N_
from fund.permissions import Permission
from fund.web import NavEntry

blueprint = Blueprint("giving", __name__)

NAVIGATION = [
    NavEntry("giving.gift_list", N_("Gifts"), Permission.READ_GIFTS),
    NavEntry("giving.erasure_list", N_("To be forgotten"), Permission.DECIDE_ERASURE),
]


def fresh(answer: Response) -> Response:
    """A page from the browser's memory would carry a used nonce, or a state long past."""
    answer.headers["Cache-Control"] = "no-store"
    return answer
