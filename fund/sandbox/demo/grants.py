"""How a grant comes to be: asked for, voted on, accepted, its conditions confirmed."""

from datetime import date, datetime, timedelta
from functools import partial
from uuid import UUID

from fund.applications import operations as applications
from fund.applications.drafts import Draft, LineDraft, SupportDraft
from fund.applications.models import Application
from fund.awards import operations as awards
from fund.awards import queries as award_queries
from fund.awards.models import Award, AwardCondition, Instalment
from fund.clock import bangkok_day
from fund.committee import operations as committee
from fund.committee.operations import Choice, Marks
from fund.sandbox.demo.case_data import TEXTS, Ask, Case
from fund.sandbox.demo.papers import paper
from fund.sandbox.demo.world import World
from fund.survivors.documents import store_document
from fund.survivors.models import Survivor

MARKS = {
    "approve": Marks(need=5, plan=4, cost=4, safety="fine"),
    "decline": Marks(need=3, plan=2, cost=1, safety="fine"),
    "defer": Marks(need=4, plan=2, cost=3, safety="ask"),
}
REASON = "The equipment costs more than the course needs; a smaller set would do."
DAYS_TO_ACCEPT = 4


def plan_ask(world: World, case: Case, ask: Ask) -> None:
    """The draft two days before the submission, then a vote a day."""
    world.plan(world.ago(ask.day + 2, 14), partial(_draft, world, case, ask))


def _draft(world: World, case: Case, ask: Ask, at: datetime) -> None:
    accepted_on = bangkok_day(at) + timedelta(days=12)
    lines = [
        LineDraft(
            line.kind,
            line.payee,
            "small_daily_cost" if line.payee == "guardian" else None,
            line.baht * 100,
            _month(accepted_on + timedelta(days=line.after)),
        )
        for line in ask.lines
    ]
    with world.acting(case.by, at) as (session, actor):
        survivor = session.get_one(Survivor, world.survivors[case.key])
        application = applications.start(session, survivor, kind=ask.kind, actor=actor, now=at)
        draft = Draft(TEXTS[ask.texts], lines, _supports(ask))
        applications.save_draft(
            session, application, draft, version=application.version, actor=actor, now=at
        )
        application_id = application.id
    for document_class in ("school_letter", "quotation"):
        _store(world, case, "application", application_id, document_class, at)
    if not ask.ends_as_draft:
        submit = partial(_submit, world, case, ask, application_id)
        world.plan(world.ago(ask.day, 9), submit)


def _supports(ask: Ask) -> list[SupportDraft]:
    if not ask.support_baht:
        return []
    kind = ask.lines[0].kind
    return [SupportDraft("school_subsidy", kind, "granted", ask.support_baht * 100)]


def _month(day: date) -> date:
    return day.replace(day=1)


def _store(
    world: World, case: Case, kind: str, subject_id: UUID, document_class: str, at: datetime
) -> UUID:
    return store_document(
        paper(document_class, pages=2 if document_class == "quotation" else 1),
        survivor_id=world.survivors[case.key],
        subject_kind=kind,
        subject_id=subject_id,
        document_class=document_class,
        actor=world.actor(case.by, at),
        now=at,
    )


def _submit(world: World, case: Case, ask: Ask, application_id: UUID, at: datetime) -> None:
    with world.acting(case.by, at) as (session, actor):
        application = session.get_one(Application, application_id)
        applications.submit(session, application, version=application.version, actor=actor, now=at)
        if ask.is_withdrawn:
            applications.withdraw(
                session, application, version=application.version, actor=actor, now=at
            )
            return
    for place, (voter, choice) in enumerate(zip(ask.voters, ask.votes, strict=False), start=1):
        if voter in world.staff:
            vote = partial(_vote, world, case, ask, application_id, voter, choice)
            world.plan(at + timedelta(days=place, hours=place), vote)


def _vote(
    world: World,
    case: Case,
    ask: Ask,
    application_id: UUID,
    voter: str,
    choice: str,
    at: datetime,
) -> None:
    with world.acting(voter, at) as (session, actor):
        application = session.get_one(Application, application_id)
        if application.state not in ("submitted", "in_review"):
            return  # the votes before this one were enough
        committee.declare(session, application, conflict_kind=None, actor=actor, now=at)
        committee.vote(
            session,
            application,
            marks=MARKS[choice],
            choice=Choice(choice, reason=REASON if choice == "decline" else ""),
            actor=actor,
            now=at,
        )
        award = award_queries.find_by_application(session, application_id)
    if award is not None and ask.is_accepted:
        accept = partial(_accept, world, case, ask, award.id)
        world.plan(at + timedelta(days=DAYS_TO_ACCEPT), accept)


def _accept(world: World, case: Case, ask: Ask, award_id: UUID, at: datetime) -> None:
    with world.acting(case.by, at) as (session, actor):
        award = session.get_one(Award, award_id)
        awards.record_acceptance(
            session,
            award,
            language="th",
            how="in_person",
            assent_language="th",
            assented_how="in_person",
            actor=actor,
            now=at,
        )
        waits = [
            (condition.id, session.get_one(Instalment, condition.instalment_id).position)
            for condition in award.conditions
            if condition.instalment_id is not None
        ]
    world.awards[award_id] = (case, ask)
    for condition_id, position in waits:
        confirm = partial(_confirm, world, case, award_id, condition_id)
        world.plan(at + timedelta(days=ask.lines[position - 1].after), confirm)


def _confirm(world: World, case: Case, award_id: UUID, condition_id: UUID, at: datetime) -> None:
    """The school confirms that the child is enrolled for this term."""
    document_id = _store(world, case, "award", award_id, "enrolment_proof", at)
    with world.acting(case.by, at) as (session, actor):
        condition = session.get_one(AwardCondition, condition_id)
        awards.confirm_condition(
            session, condition, how="document", document_id=document_id, actor=actor, now=at
        )
