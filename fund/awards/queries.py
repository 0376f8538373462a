"""Reads of awards. Committee, finance and auditor see every award, by code; staff their cases'."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import Select, or_, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session, selectinload

from fund import clock
from fund.applications.choices import LINE_KINDS
from fund.awards.choices import CONDITIONS
from fund.awards.models import (
    Acceptance,
    AcceptanceWording,
    Award,
    AwardCondition,
    Evidence,
    Instalment,
)
from fund.db import PAGE, Page, page_of
from fund.errors import NotFound
from fund.i18n import N_
from fund.money import Money, baht
from fund.permissions import Actor, Permission, Role
from fund.survivors import queries as survivors
from fund.survivors.models import Document, Survivor
from fund.waiting import Waiting

CONFIRM_AHEAD = timedelta(days=45)  # schools confirm a term shortly before it begins
# They read awards by code and never a case; everybody else sees the awards of their own cases.
READERS = frozenset(
    {
        Role.COMMITTEE_MEMBER,
        Role.CHAIR,
        Role.FINANCE_OFFICER,
        Role.TREASURER,
        Role.AUDITOR,
    }
)


@dataclass(frozen=True)
class AwardRow:
    """A line of the list."""

    award: Award
    code: str

    @property
    def amount(self) -> Money:
        return baht(self.award.amount_minor)


def reads_all(actor: Actor) -> bool:
    """Whether awards are this person's to read whosever case they are."""
    return bool(READERS & actor.roles)


def get_award(session: Session, award_id: UUID, *, actor: Actor) -> Award:
    """Raises NotFound; NotYourCase for staff of another case, which the edge records."""
    award = session.get(
        Award, award_id, options=[selectinload(Award.instalments), selectinload(Award.conditions)]
    )
    if award is None:
        raise NotFound
    if not reads_all(actor):
        survivors.get_survivor(session, award.survivor_id, actor=actor)
    return award


def list_awards(session: Session, actor: Actor, *, before: UUID | None = None) -> Page[AwardRow]:
    """What this person may read, newest first; `before` is the last id seen."""
    query = (
        select(Award, Survivor.case_code)
        .join(Survivor, Survivor.id == Award.survivor_id)
        .options(selectinload(Award.instalments))
    )
    if not reads_all(actor):
        query = query.where(Award.survivor_id.in_(survivors.accessible_to(actor)))
    rows = session.execute(page_of(query, Award.id, before))
    return Page(AwardRow(*row) for row in rows)


def find_by_application(session: Session, application_id: UUID) -> Award | None:
    """The one award of an application, once approved."""
    return session.scalar(select(Award).where(Award.application_id == application_id))


def find_acceptance(session: Session, award: Award) -> Acceptance | None:
    """How the offer was accepted, if it was."""
    return session.scalar(select(Acceptance).where(Acceptance.award_id == award.id))


def get_condition(session: Session, award: Award, condition_id: UUID) -> AwardCondition:
    """Raises NotFound, also for another award's."""
    condition = session.get(AwardCondition, condition_id)
    if condition is None or condition.award_id != award.id:
        raise NotFound
    return condition


def get_instalment(session: Session, award: Award, instalment_id: UUID) -> Instalment:
    """Raises NotFound, also for another award's."""
    instalment = session.get(Instalment, instalment_id)
    if instalment is None or instalment.award_id != award.id:
        raise NotFound
    return instalment


def get_wording(session: Session, audience: str, language: str) -> AcceptanceWording:
    """The newest text for the `giver` or the `child` in a language. Raises NotFound."""
    wording = session.scalar(
        select(AcceptanceWording)
        .where(AcceptanceWording.audience == audience, AcceptanceWording.language == language)
        .order_by(AcceptanceWording.version.desc())
        .limit(1)
    )
    if wording is None:
        raise NotFound
    return wording


def list_evidence(session: Session, award: Award) -> dict[UUID, list[Document]]:
    """The papers shown for each instalment, by the instalment's id."""
    rows = session.execute(
        select(Evidence.instalment_id, Document)
        .join(Document, Document.id == Evidence.document_id)
        .join(Instalment, Instalment.id == Evidence.instalment_id)
        .where(Instalment.award_id == award.id)
        .order_by(Evidence.id)
    )
    found: dict[UUID, list[Document]] = {}
    for instalment_id, document in rows:
        found.setdefault(instalment_id, []).append(document)
    return found


def list_waiting(session: Session, actor: Actor, *, now: datetime) -> list[Waiting]:
    """Acceptances to record, conditions to confirm, evidence that is due, of one's own cases."""
    if not actor.may(Permission.ATTACH_EVIDENCE):
        return []
    mine = survivors.accessible_to(actor)
    return [
        *_evidence_due(session, mine),
        *_to_accept(session, mine),
        *_to_confirm(session, mine, clock.bangkok_day(now)),
    ]


def _evidence_due(session: Session, mine: Select[UUID]) -> list[Waiting]:
    rows = session.execute(
        select(Instalment, Survivor.case_code)
        .join(Award, Award.id == Instalment.award_id)
        .join(Survivor, Survivor.id == Award.survivor_id)
        .where(Instalment.state == "paid", Award.survivor_id.in_(mine))
        .order_by(Instalment.evidence_due_on)
        .limit(PAGE)
    )
    return [
        Waiting(
            section=N_("Evidence due"),
            title=LINE_KINDS[row.line_kind],
            note=N_("The next payment waits for it"),
            endpoint="awards.award_show",
            action=N_("Add a receipt or report"),
            code=code,
            due_on=row.evidence_due_on,
            values={"award_id": row.award_id},
        )
        for row, code in rows
    ]


def _to_accept(session: Session, mine: Select[UUID]) -> list[Waiting]:
    rows = session.execute(
        select(Award.id, Survivor.case_code)
        .join(Survivor, Survivor.id == Award.survivor_id)
        .where(Award.state == "offered", Award.survivor_id.in_(mine))
        .order_by(Award.id)
        .limit(PAGE)
    )
    return [
        Waiting(
            section=N_("Record the acceptance"),
            title=N_("An award was offered"),
            endpoint="awards.award_show",
            action=N_("Record"),
            code=row.case_code,
            values={"award_id": row.id},
        )
        for row in rows
    ]


def _to_confirm(session: Session, mine: Select[UUID], today: date) -> list[Waiting]:
    """The next unmet condition of each active award, when its payment comes near."""
    rows = session.execute(
        select(AwardCondition.award_id, AwardCondition.kind, Survivor.case_code, Instalment.due_on)
        .ext(distinct_on(AwardCondition.award_id))
        .join(Award, Award.id == AwardCondition.award_id)
        .join(Survivor, Survivor.id == Award.survivor_id)
        .outerjoin(Instalment, Instalment.id == AwardCondition.instalment_id)
        .where(
            Award.state == "active",
            AwardCondition.confirmed_at.is_(None),
            Award.survivor_id.in_(mine),
            or_(Instalment.due_on.is_(None), Instalment.due_on <= today + CONFIRM_AHEAD),
        )
        .order_by(AwardCondition.award_id, Instalment.due_on.nulls_first(), AwardCondition.id)
        .limit(PAGE)
    )
    return [
        Waiting(
            section=N_("Confirm a condition"),
            title=CONDITIONS[row.kind],
            endpoint="awards.award_show",
            action=N_("Confirm"),
            code=row.case_code,
            due_on=row.due_on,
            values={"award_id": row.award_id},
        )
        for row in rows
    ]
