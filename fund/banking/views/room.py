"""The blueprint that the pages of this room belong to."""

from flask import Blueprint

from fund.i18n import N_
from fund.money import Money
from fund.permissions import Permission
from fund.web import NavEntry

blueprint = Blueprint("banking", __name__, url_prefix="/staff")
blueprint.add_app_template_global(Money, "minor_money")

NAVIGATION: list[NavEntry] = [
    NavEntry("banking.statement_list", N_("Bank"), Permission.READ_LEDGER),
]
