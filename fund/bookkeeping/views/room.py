"""Where this room is; its pages are found through the books' tabs."""

from flask import Blueprint

from fund.bookkeeping.plans import NOT_REVERSED
from fund.permissions import Permission
from fund.web import NavEntry, current_actor

blueprint = Blueprint("bookkeeping", __name__, url_prefix="/staff/ledger")

NAVIGATION: list[NavEntry] = []


@blueprint.app_template_global()
def can_reverse(kind: str) -> bool:
    """Whether the page of a journal of this kind offers to take it back."""
    return kind not in NOT_REVERSED and current_actor().may(Permission.PROPOSE_ENTRIES)
