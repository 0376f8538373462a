"""The offices' bank accounts."""

from flask import flash, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue

from fund import clock
from fund.banking import operations, schemas
from fund.banking.views.room import blueprint
from fund.db import reading
from fund.i18n import gettext
from fund.ledger import queries as ledger
from fund.permissions import Permission
from fund.web import Form, current_actor, load_form, permit, posting


@blueprint.route("/bank/accounts/add", methods=["GET", "POST"])
@permit(Permission.IMPORT_STATEMENTS)
def account_add() -> ResponseReturnValue:
    """Note an account, so that its statements can be read."""
    form = Form()
    if request.method == "POST":
        form = load_form(schemas.AccountSchema())
        if not form.errors:
            with form.attempt(), posting() as post:
                operations.add_account(
                    post.session, **form.data, actor=current_actor(), now=clock.now()
                )
                flash(gettext("The account is here. Its statements can be read now."), "done")
                return post.redirect(url_for(".statement_list"))
    with reading() as session:
        page = render_template(
            "banking/account_add.html", form=form, offices=ledger.list_offices(session)
        )
    return make_response(page, 422 if form.errors else 200)
