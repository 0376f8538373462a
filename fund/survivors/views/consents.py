"""Consent: the text is read, the answer recorded, confirmed or withdrawn."""

from datetime import datetime
from typing import Any
from uuid import UUID

from flask import make_response as respond
from flask import render_template, request, url_for
from flask_babel import gettext
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from fund import clock
from fund.db import reading
from fund.i18n import LANGUAGES, format_day, language
from fund.permissions import Permission
from fund.survivors import choices, operations, queries
from fund.survivors.models import Survivor
from fund.survivors.operations import GivenConsent
from fund.survivors.schemas import UNDER_TEN, ConsentAddSchema, ConsentWithdrawSchema
from fund.survivors.views.room import blueprint, case_page
from fund.web import Form, current_actor, load_form, permit, posting


@blueprint.route("/staff/cases/<code>/consent", methods=["GET", "POST"])
@permit(Permission.RECORD_CONSENT)
def consent_add(code: str) -> AnyResponse:
    """First who consents and in which language, then the text to read and the answer."""
    form = Form()
    if request.method == "POST":
        form = load_form(ConsentAddSchema())
        if not form.errors:
            with form.attempt(), posting() as post:
                case = queries.get_case(post.session, code, actor=current_actor())
                _record(post.session, case.survivor, form.data)
                return post.redirect(url_for(".case_show", code=case.code))
    with reading() as session:
        case = queries.get_case(session, code, actor=current_actor())
        page = render_template(
            "survivors/consent_add.html",
            case=case,
            form=form,
            choices=choices,
            languages=list(LANGUAGES.items()),
            today=clock.bangkok_day(clock.now()),
            **_to_read(session, case.survivor),
        )
    return respond(page, 422 if form.errors else 200)


def _record(session: Session, survivor: Survivor, data: dict[str, Any]) -> None:
    actor, now = current_actor(), clock.now()
    name, is_safe = data.pop("guardian_name"), data.pop("is_safe_to_contact")
    if data["giver_kind"] == "guardian" and data["guardian_id"] is None:
        data["guardian_id"] = operations.add_guardian(
            session,
            survivor,
            name=name,
            relation=data["relation"],
            is_safe_to_contact=is_safe,
            actor=actor,
            now=now,
        ).id
    data["years"] = int(data["years"])
    if data["assent_how"] == UNDER_TEN:
        data["assent_how"] = None
    operations.record_consent(session, survivor, GivenConsent(**data), actor=actor, now=now)


def _to_read(session: Session, survivor: Survivor) -> dict[str, object]:
    """The chosen giver and languages, the texts, and what there is to choose from."""
    giver = request.values.get("giver_kind", "")
    read_in = _language("language")
    child_reads = _language("assent_language")
    papers = queries.list_documents(session, "survivor", survivor.id)
    return {
        "giver": giver if giver in choices.GIVER_KINDS else "",
        "read_in": read_in,
        "child_reads": child_reads,
        "wording": queries.find_wording(
            session, "own" if giver == "survivor" else "holder", read_in
        ),
        "assent": queries.find_wording(session, "assent", child_reads),
        # Told apart without their names, which stand on the identity page only.
        "known_guardians": [
            (str(g.id), _dated(choices.GUARDIAN_RELATIONS[g.relation], g.added_at))
            for g in queries.list_guardians(session, survivor.id)
        ],
        "paper_choices": [
            (str(d.id), _dated(choices.DOCUMENT_CLASSES[d.document_class], d.uploaded_at))
            for d in papers
            if d.state == "stored"
        ],
    }


def _dated(text: str, moment: datetime) -> str:
    return f"{gettext(text)}, {format_day(moment)}"


def _language(name: str) -> str:
    chosen = request.values.get(name, "")
    return chosen if chosen in LANGUAGES else language()


@blueprint.post("/staff/cases/<code>/consent/withdraw")
@permit(Permission.RECORD_CONSENT)
def consent_withdraw(code: str) -> AnyResponse:
    """End every consent that stands."""
    form = load_form(ConsentWithdrawSchema())
    if not form.errors:
        with form.attempt(), posting() as post:
            case = queries.get_case(post.session, code, actor=current_actor())
            operations.withdraw_consent(
                post.session,
                case.survivor,
                reason=form.data["reason"],
                actor=current_actor(),
                now=clock.now(),
            )
            return post.redirect(url_for(".case_show", code=case.code))
    return case_page(code, 422, withdraw=form)


@blueprint.post("/staff/cases/<code>/consent/<uuid:consent_id>/confirm")
@permit(Permission.RECORD_CONSENT)
def consent_confirm(code: str, consent_id: UUID) -> AnyResponse:
    """A supervisor confirms another lawful basis."""
    form = Form()
    with form.attempt(), posting() as post:
        case = queries.get_case(post.session, code, actor=current_actor())
        operations.confirm_basis(post.session, consent_id, actor=current_actor(), now=clock.now())
        return post.redirect(url_for(".case_show", code=case.code))
    return case_page(code, 422, confirm=form)
