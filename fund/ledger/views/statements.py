"""The statements, for any past day or range of days."""

from flask import render_template

from fund.ledger.views.room import blueprint
from fund.permissions import Permission
from fund.web import permit


@blueprint.get("/statements")
@permit(Permission.READ_LEDGER)
def statement_list() -> str:
    """Which statements there are."""
    return render_template("ledger/statement_list.html")
