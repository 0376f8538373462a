"""What a donor reads of their own, and may choose."""

import json
from uuid import UUID

from flask import Response as FileResponse
from flask import make_response, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from fund import clock, signed
from fund.db import reading, transaction
from fund.errors import Refused
from fund.giving import letters, operations, queries
from fund.giving.choices import EVERY_NAMES, PLAN_STATE_NAMES, STATE_NAMES
from fund.giving.donors import open_person
from fund.giving.letters import Letter
from fund.giving.models import AnnualStatement, Donor
from fund.giving.policy import NEWSLETTER_PURPOSE
from fund.giving.schemas import LanguageSchema
from fund.giving.views.room import blueprint
from fund.giving.years import Year
from fund.i18n import remember_language
from fund.ledger.models import Office
from fund.ledger.queries import fund_name
from fund.web import Form, current_donor, donor_only, load_form, posting


@blueprint.get("/my")
@donor_only
def my() -> str:
    """The donor's gifts, newest first, their statements, and how we write to them."""
    donor_id, before = current_donor().donor_id, request.args.get("before", type=UUID)
    with reading() as session:
        donor = session.get_one(Donor, donor_id)
        return render_template(
            "giving/my.html",
            donor=donor,
            person=open_person(session, donor),
            rows=queries.list_gifts_of(session, donor_id, before=before),
            is_first=before is None,
            name_year=_name_year,
            statements=queries.list_statements_of(session, donor_id),
            form=Form(),
            plans=queries.list_plans_of(session, donor_id),
            newsletter=_newsletter(session, donor_id),
            erasure=queries.find_erasure_of(session, donor_id),
            every=EVERY_NAMES,
            plan_states=PLAN_STATE_NAMES,
            states=STATE_NAMES,
            fund_name=fund_name,
        )


def _newsletter(session: Session, donor_id: UUID) -> str | None:
    """The token of the page that ends the newsletter, or confirms it; None without a consent."""
    consent = queries.find_newsletter(session, donor_id)
    return signed.write(NEWSLETTER_PURPOSE, consent.id) if consent else None


@blueprint.get("/my/receipts/<uuid:receipt_id>.pdf")
@donor_only
def my_receipt(receipt_id: UUID) -> FileResponse:
    """A receipt of the donor's as the paper that was mailed."""
    with reading() as session:
        queries.get_receipt_of(session, current_donor().donor_id, receipt_id)
        return _paper(letters.write_receipt(session, receipt_id))


@blueprint.get("/my/statements/<uuid:statement_id>.pdf")
@donor_only
def my_statement(statement_id: UUID) -> FileResponse:
    """An annual statement of the donor's."""
    with reading() as session:
        queries.get_statement_of(session, current_donor().donor_id, statement_id)
        return _paper(letters.write_statement(session, statement_id))


@blueprint.post("/my/language")
@donor_only
def my_language() -> Response:
    """The language of the donor's letters, and of these pages."""
    form = load_form(LanguageSchema())
    if form.errors:
        raise Refused("form_incomplete")
    language = form.data["language"]
    with posting() as post:
        donor = current_donor()
        operations.choose_language(
            post.session, donor.donor_id, language, actor=donor, now=clock.now()
        )
        answer = post.redirect(url_for(".my"))
    remember_language(answer, language)
    return answer


@blueprint.post("/my/data")
@donor_only
def my_data() -> FileResponse:
    """All that is kept about the donor, in one file."""
    donor = current_donor()
    with transaction() as session:
        told = operations.export_data(session, donor.donor_id, actor=donor, now=clock.now())
    answer = make_response(json.dumps(told, ensure_ascii=False, indent=2))
    answer.headers["Content-Type"] = "application/json"
    answer.headers["Content-Disposition"] = 'attachment; filename="lift-life-fund.json"'
    return answer


def _name_year(statement: AnnualStatement, office: Office) -> str:
    country = office.country if statement.is_tax_year else None
    return letters.name_year(Year(statement.year, country))


def _paper(letter: Letter) -> FileResponse:
    answer = make_response(letter.pdf)
    answer.headers["Content-Type"] = "application/pdf"
    answer.headers["Content-Disposition"] = f'attachment; filename="{letter.filename}"'
    return answer
