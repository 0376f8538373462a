"""Where the books' pages are."""

from flask import Blueprint

from fund import i18n
from fund.i18n import N_
from fund.ledger import queries
from fund.ledger.models import Fund
from fund.permissions import Permission
from fund.web import NavEntry

blueprint = Blueprint("ledger", __name__, url_prefix="/staff/ledger")

NAVIGATION: list[NavEntry] = [NavEntry("ledger.balances", N_("Books"), Permission.READ_LEDGER)]


@blueprint.app_template_global()
def fund_name(fund: Fund) -> str:
    """What the fund is called in the reader's language."""
    return queries.fund_name(fund, i18n.language())
