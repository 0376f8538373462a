"""Pages of awards: the list, one award with its instalments, and what its caseworker records."""

from collections.abc import Callable
from uuid import UUID

from flask import Blueprint, Response, flash, make_response, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from fund import clock
from fund.applications.models import KINDS, LINE_KINDS, PAYEE_KINDS, Application
from fund.awards import models, operations, queries
from fund.awards.models import Award, AwardCondition, Instalment
from fund.awards.schemas import AcceptanceSchema, ConditionSchema, EvidenceSchema
from fund.db import reading, transaction
from fund.i18n import LANGUAGES, N_, gettext, language, options
from fund.ledger.models import Fund
from fund.ledger.queries import fund_name
from fund.people.queries import staff_names
from fund.permissions import Permission
from fund.survivors import choices
from fund.survivors import queries as survivors
from fund.survivors.views.documents import add_posted_paper
from fund.web import Form, NavEntry, current_actor, load_form, permit, posting

blueprint = Blueprint("awards", __name__)

NAVIGATION: list[NavEntry] = [NavEntry("awards.award_list", N_("Awards"), Permission.READ_AWARDS)]

# What happens next with an instalment, by its state.
NEXT_STEPS = {
    "scheduled": N_("Waits until the award is accepted and its conditions are met"),
    "ready": N_("Finance puts it into a payment run"),
    "prepared": N_("The committee approves the run"),
    "approved": N_("Finance sends it"),
    "sent": N_("The treasurer compares it with the bank"),
    "paid": N_("A receipt or report is attached"),
    "evidenced": N_("Done"),
    "cancelled": N_("Nothing more"),
    "failed": N_("It is scheduled again"),
}
PILLS = {"evidenced": "done", "paid": "accent", "ready": "accent", "failed": "due"}


@blueprint.get("/staff/awards")
@permit(Permission.READ_AWARDS)
def award_list() -> Response:
    """The awards that this person may read, newest first."""
    with reading() as session:
        rows = queries.list_awards(
            session, current_actor(), before=request.args.get("before", type=UUID)
        )
        page = render_template("awards/award_list.html", rows=rows, models=models)
    return make_response(page)


@blueprint.get("/staff/awards/<uuid:award_id>")
@permit(Permission.READ_AWARDS)
def award_show(award_id: UUID) -> Response:
    """One award: its instalments, what each waits for, and what is recorded here."""
    return _award_page(award_id)


@blueprint.route("/staff/awards/<uuid:award_id>/acceptance", methods=["GET", "POST"])
@permit(Permission.RECORD_ACCEPTANCE)
def acceptance_add(award_id: UUID) -> AnyResponse:
    """The texts to read, and the answers."""
    form = Form()
    if request.method == "POST":
        form = load_form(AcceptanceSchema())
        if not form.errors:
            with form.attempt(), posting() as post:
                award = queries.get_award(post.session, award_id, actor=current_actor())
                operations.record_acceptance(
                    post.session,
                    award,
                    language=form.data["language"],
                    how=form.data["how"],
                    assent_language=form.data["assent_language"],
                    assented_how=form.data["assented_how"] or None,
                    actor=current_actor(),
                    now=clock.now(),
                )
                flash(gettext("The acceptance is recorded; the award is active."), "done")
                return post.redirect(_page_of(award_id))
    with reading() as session:
        award = queries.get_award(session, award_id, actor=current_actor())
        page = render_template("awards/acceptance_add.html", form=form, **_to_read(session, award))
    return make_response(page, 422 if form.errors else 200)


def _to_read(session: Session, award: Award) -> dict[str, object]:
    today = clock.bangkok_day(clock.now())
    consent = survivors.find_valid_consent(session, award.survivor_id, on=today)
    read_in, child_reads = _language("language"), _language("assent_language")
    return {
        "award": award,
        "code": survivors.case_code(session, award.survivor_id),
        "consent": consent,
        "wording": queries.get_wording(session, "giver", read_in),
        "assent": queries.get_wording(session, "child", child_reads)
        if consent and consent.assent_wording_id
        else None,
        "read_in": read_in,
        "child_reads": child_reads,
        "languages": list(LANGUAGES.items()),
        "ways": options(models.ACCEPTED_HOW),
        "choices": choices,
        "line_kinds": LINE_KINDS,
        "payee_kinds": PAYEE_KINDS,
    }


def _language(name: str) -> str:
    chosen = request.values.get(name, "")
    return chosen if chosen in LANGUAGES else "th"


@blueprint.post("/staff/awards/<uuid:award_id>/conditions/<uuid:condition_id>")
@permit(Permission.CONFIRM_CONDITIONS)
def condition_confirm(award_id: UUID, condition_id: UUID) -> AnyResponse:
    """Note how a condition is met; a document is stored first."""
    form = load_form(ConditionSchema())

    def find(session: Session) -> AwardCondition:
        award = queries.get_award(session, award_id, actor=current_actor())
        return queries.get_condition(session, award, condition_id)

    def confirm(session: Session, document_id: UUID | None = None) -> None:
        operations.confirm_condition(
            session,
            find(session),
            how=form.data["how"],
            document_id=document_id,
            actor=current_actor(),
            now=clock.now(),
        )

    if not form.errors:
        with form.attempt():
            if form.data["how"] == "document":
                return _with_paper(award_id, "enrolment_proof", ("award", award_id), find, confirm)
            with posting() as post:
                confirm(post.session)
                return post.redirect(_page_of(award_id))
    return _award_page(award_id, 422, **{f"condition-{condition_id}": form})


@blueprint.post("/staff/awards/<uuid:award_id>/instalments/<uuid:instalment_id>/evidence")
@permit(Permission.ATTACH_EVIDENCE)
def evidence_add(award_id: UUID, instalment_id: UUID) -> AnyResponse:
    """Attach a receipt or a term report to a payment."""
    form = load_form(EvidenceSchema())

    def find(session: Session) -> Instalment:
        award = queries.get_award(session, award_id, actor=current_actor())
        return queries.get_instalment(session, award, instalment_id)

    def attach(session: Session, document_id: UUID) -> None:
        operations.attach_evidence(
            session,
            find(session),
            document_id=document_id,
            actor=current_actor(),
            now=clock.now(),
        )

    if not form.errors:
        with form.attempt():
            about = ("instalment", instalment_id)
            return _with_paper(award_id, form.data["document_class"], about, find, attach)
    return _award_page(award_id, 422, **{f"evidence-{instalment_id}": form})


@blueprint.post("/staff/awards/<uuid:award_id>/instalments/<uuid:instalment_id>/reschedule")
@permit(Permission.PREPARE_RUNS)
def instalment_reschedule(award_id: UUID, instalment_id: UUID) -> AnyResponse:
    """Finance lets a payment that came back wait anew."""
    form = Form()
    with form.attempt(), posting() as post:
        award = queries.get_award(post.session, award_id, actor=current_actor())
        operations.reschedule(
            post.session,
            queries.get_instalment(post.session, award, instalment_id),
            actor=current_actor(),
            now=clock.now(),
        )
        return post.redirect(_page_of(award_id))
    return _award_page(award_id, 422, reschedule=form)


def _with_paper(
    award_id: UUID,
    document_class: str,
    about: tuple[str, UUID],
    find: Callable[[Session], object],
    work: Callable[[Session, UUID], None],
) -> Response:
    """Do `work` with the posted paper's id, once storage has it.

    `find` raises NotFound, before anything is kept, if what the paper is for is not this award's. A
    crash in between leaves a stored paper that nothing refers to yet, and the form to send anew.
    """

    def find_survivor_id(session: Session) -> UUID:
        find(session)
        return queries.get_award(session, award_id, actor=current_actor()).survivor_id

    answer, document_id = add_posted_paper(
        find_survivor_id, document_class, about=about, location=_page_of(award_id)
    )
    with transaction() as session:
        work(session, document_id)
    return answer


def _page_of(award_id: UUID) -> str:
    return url_for(".award_show", award_id=award_id)


def _award_page(award_id: UUID, status: int = 200, **forms: Form) -> Response:
    with reading() as session:
        award = queries.get_award(session, award_id, actor=current_actor())
        page = render_template(
            "awards/award_show.html",
            award=award,
            form=Form(),
            forms=forms,
            models=models,
            kinds=KINDS,
            line_kinds=LINE_KINDS,
            payee_kinds=PAYEE_KINDS,
            choices=choices,
            next_steps=NEXT_STEPS,
            pills=PILLS,
            **_about(session, award),
        )
    return make_response(page, status)


def _about(session: Session, award: Award) -> dict[str, object]:
    actor, now = current_actor(), clock.now()
    application = session.get_one(Application, award.application_id)
    acceptance = queries.find_acceptance(session, award)
    works_here = survivors.may_open(session, award.survivor_id, actor=actor)
    confirmers = {c.confirmed_by for c in award.conditions if c.confirmed_by}
    people = confirmers | ({acceptance.recorded_by} if acceptance else set())
    return {
        "application": application,
        "code": survivors.case_code(session, award.survivor_id),
        "fund_name": fund_name(session.get_one(Fund, award.fund_id), language()),
        "acceptance": acceptance,
        "evidence": queries.list_evidence(session, award),
        "has_consent": survivors.find_valid_consent(
            session, award.survivor_id, on=clock.bangkok_day(now)
        ),
        "works_here": works_here,
        "names": staff_names(session, people),
        "unmet": _unmet(award),
        "overdue": [i.id for i in award.instalments if operations.is_overdue(i, now)],
    }


def _unmet(award: Award) -> dict[UUID, list[models.AwardCondition]]:
    """What each scheduled instalment still waits for."""

    def waits_for(instalment: Instalment) -> list[models.AwardCondition]:
        return [
            condition
            for condition in award.conditions
            if not condition.is_met and condition.instalment_id in (None, instalment.id)
        ]

    return {i.id: waits_for(i) for i in award.instalments if i.state == "scheduled"}
