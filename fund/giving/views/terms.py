"""Which receipts an office gives and who signs them, as finance says."""

from flask import flash, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue

from fund import clock
from fund.db import reading
from fund.errors import Conflict
from fund.giving import operations, queries
from fund.giving.choices import RECEIPT_KIND_NAMES, STRIPE_METHOD_NAMES
from fund.giving.models import RECEIPT_COUNTRIES
from fund.giving.schemas import TermsSchema
from fund.giving.views.room import blueprint
from fund.i18n import gettext, options
from fund.ledger.models import Office
from fund.ledger.queries import get_office, list_offices
from fund.permissions import Permission
from fund.web import Form, current_actor, load_form, permit, posting


@blueprint.get("/staff/offices")
@permit(Permission.READ_GIFTS)
def terms_list() -> str:
    """Every receiving office: the receipts that it gives, and how it can be paid."""
    with reading() as session:
        offices = list_offices(session)
        terms = [(office, queries.terms_at(session, office, clock.now())) for office in offices]
        return render_template(
            "giving/terms_list.html",
            terms=terms,
            kinds=RECEIPT_KIND_NAMES,
            methods=STRIPE_METHOD_NAMES,
            waiting=queries.find_biller_changes(session),
        )


@blueprint.route("/staff/offices/<code>", methods=["GET", "POST"])
@permit(Permission.WRITE_TERMS)
def terms_change(code: str) -> ResponseReturnValue:
    """Other receipts or another signatory from now on; a stale form shows both sides."""
    form, status = Form(), 200
    if request.method == "POST":
        form, status = load_form(TermsSchema()), 422
        try:
            if not form.errors:
                with form.attempt(), posting() as post:
                    operations.change_receipts(
                        post.session,
                        get_office(post.session, code),
                        **form.data,
                        actor=current_actor(),
                        now=clock.now(),
                    )
                    flash(gettext("The office’s receipts are changed, from now on."), "done")
                    return post.redirect(url_for(".terms_list"))
        except Conflict as conflict:
            form.refuse(conflict)
            status = 409
    with reading() as session:
        office = get_office(session, code)
        page = render_template(
            "giving/terms_change.html",
            office=office,
            terms=queries.terms_at(session, office, clock.now()),
            form=form,
            is_stale=status == 409,
            kinds=_kinds(office),
        )
    return make_response(page, status)


def _kinds(office: Office) -> list[tuple[str, str]]:
    """The receipts that an office of this country could give."""
    foreign = {kind for kind, country in RECEIPT_COUNTRIES.items() if country != office.country}
    return [option for option in options(RECEIPT_KIND_NAMES) if option[0] not in foreign]
