"""The blueprint that the pages of this room belong to."""

from flask import Blueprint

from fund.i18n import N_
from fund.permissions import Permission
from fund.web import NavEntry

blueprint = Blueprint("disbursements", __name__)

NAVIGATION: list[NavEntry] = [
    NavEntry("disbursements.run_list", N_("Payments"), Permission.READ_RUNS),
    NavEntry("disbursements.payee_list", N_("Payees"), Permission.READ_PAYEES),
]
