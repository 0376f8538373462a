"""Every write of awards: made, accepted, conditions confirmed, evidence attached, completed."""

from collections.abc import Iterable
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from fund import clock
from fund.applications import budget
from fund.applications.models import Application, BudgetLine
from fund.audit.events import (
    AwardAccepted,
    AwardCompleted,
    AwardMade,
    ConditionConfirmed,
    EvidenceAttached,
)
from fund.audit.operations import record
from fund.awards import queries
from fund.awards.choices import EVIDENCE_CLASSES
from fund.awards.models import Acceptance, Award, AwardCondition, Evidence, Instalment
from fund.awards.operations import instalments
from fund.errors import NotFound, Refused, require
from fund.ids import new_id
from fund.ledger.operations import reserve
from fund.permissions import Actor, Permission
from fund.survivors import queries as survivors
from fund.survivors.models import Document
from fund.survivors.operations import require_valid_consent


def can_work_on(session: Session, actor: Actor, award: Award, permission: Permission) -> bool:
    """The case's own staff, with the permission, do what an award needs."""
    return actor.may(permission) and survivors.may_open(session, award.survivor_id, actor=actor)


def make_award(
    session: Session,
    application: Application,
    *,
    conditions: Iterable[str],
    actor: Actor,
    now: datetime,
) -> Award:
    """Grant what an approved application asks: offer it, reserve its money, plan its instalments.

    `conditions` are those the committee set. Raises Refused: `not_attested`, `no_valid_consent`,
    or `not_enough_available` with `short`.
    """
    if not survivors.is_attested(session, application.survivor_id):
        raise Refused("not_attested")
    require_valid_consent(session, application.survivor_id, on=clock.bangkok_day(now))
    if application.requested_minor is None:
        raise Refused("wrong_state", state=application.state, wanted="approved")
    award_id = new_id()
    award = Award(
        id=award_id,
        application_id=application.id,
        survivor_id=application.survivor_id,
        fund_id=application.fund_id,
        commitment_id=reserve(
            session,
            fund_id=application.fund_id,
            award_id=award_id,
            amount_minor=application.requested_minor,
            actor=actor,
            now=now,
        ),
        amount_minor=application.requested_minor,
        offered_at=now,
    )
    session.add(award)
    session.flush()
    planned = _plan(session, award, application, now)
    _set_conditions(session, award, planned, conditions)
    record(
        session,
        AwardMade(
            award.id,
            application_id=application.id,
            fund_id=award.fund_id,
            commitment_id=award.commitment_id,
            amount_minor=award.amount_minor,
            instalments=len(planned),
        ),
        actor=actor,
        now=now,
    )
    return award


def record_acceptance(
    session: Session,
    award: Award,
    *,
    language: str,
    how: str,
    assent_language: str | None,
    assented_how: str | None,
    actor: Actor,
    now: datetime,
) -> Acceptance:
    """Who may consent accepts the offer; a child who assented to the record assents to it too.

    Raises Denied; Refused: `no_valid_consent`, `assent_needed`, `wrong_state`.
    """
    require(can_work_on(session, actor, award, Permission.RECORD_ACCEPTANCE))
    _lock(session, award)
    today = clock.bangkok_day(now)
    consent = require_valid_consent(session, award.survivor_id, on=today)
    needs_assent = consent.assent_wording_id is not None
    if needs_assent and (assent_language is None or assented_how is None):
        raise Refused("assent_needed", field="assented_how")
    if award.state != "offered":
        raise Refused("wrong_state", state=award.state, wanted="active")
    assent_wording = (
        queries.get_wording(session, "child", assent_language)
        if needs_assent and assent_language
        else None
    )
    acceptance = Acceptance(
        award_id=award.id,
        consent_id=consent.id,
        wording_id=queries.get_wording(session, "giver", language).id,
        accepted_how=how,
        assent_wording_id=assent_wording.id if assent_wording else None,
        assented_how=assented_how if assent_wording else None,
        accepted_at=now,
        recorded_by=actor.staff_id,
    )
    session.add(acceptance)
    session.flush()
    award.move_to("active")
    session.flush()
    record(
        session,
        AwardAccepted(award.id, consent_id=consent.id, accepted_on=today),
        actor=actor,
        now=now,
    )
    instalments.refresh_readiness(session, award, actor=actor, now=now)
    return acceptance


def confirm_condition(
    session: Session,
    condition: AwardCondition,
    *,
    how: str,
    document_id: UUID | None,
    actor: Actor,
    now: datetime,
) -> None:
    """Note how somebody made sure that a condition is met; instalments may become ready by it.

    Raises Denied; Refused: `document_needed`, `document_not_stored`, `wrong_state`.
    """
    award = session.get_one(Award, condition.award_id)
    require(can_work_on(session, actor, award, Permission.CONFIRM_CONDITIONS))
    _lock(session, award)
    session.refresh(condition)
    if condition.is_met:
        raise Refused("wrong_state", state="confirmed", wanted="confirmed")
    if how == "document":
        if document_id is None:
            raise Refused("document_needed", field="document_id")
        _require_stored(session, award, document_id)
    condition.confirmed_how = how
    condition.document_id = document_id if how == "document" else None
    condition.confirmed_by, condition.confirmed_at = actor.staff_id, now
    session.flush()
    record(
        session,
        ConditionConfirmed(award.id, condition_id=condition.id, kind=condition.kind),
        actor=actor,
        now=now,
    )
    instalments.refresh_readiness(session, award, actor=actor, now=now)


def attach_evidence(
    session: Session, instalment: Instalment, *, document_id: UUID, actor: Actor, now: datetime
) -> Evidence:
    """Show what a payment was used for; the last piece completes the award.

    Raises Denied; Refused: `wrong_state` before it was paid, `document_not_evidence`,
    `document_not_stored`.
    """
    award = instalment.award
    require(can_work_on(session, actor, award, Permission.ATTACH_EVIDENCE))
    _lock(session, award)
    session.refresh(instalment)
    if instalment.state not in ("paid", "evidenced"):
        raise Refused("wrong_state", state=instalment.state, wanted="evidenced")
    document = _require_stored(session, award, document_id)
    if document.document_class not in EVIDENCE_CLASSES:
        raise Refused("document_not_evidence", field="document_id")
    evidence = Evidence(
        id=new_id(),
        instalment_id=instalment.id,
        document_id=document_id,
        attached_by=actor.staff_id,
        attached_at=now,
    )
    session.add(evidence)
    session.flush()
    if instalment.state == "paid":
        instalment.move_to("evidenced")
        instalment.state_at = now
        session.flush()
    record(
        session,
        EvidenceAttached(
            evidence.id,
            award_id=award.id,
            instalment_id=instalment.id,
            document_id=document_id,
            kind=document.document_class,
        ),
        actor=actor,
        now=now,
    )
    _complete(session, award, actor, now)
    instalments.refresh_readiness(session, award, actor=actor, now=now)
    return evidence


def _plan(
    session: Session, award: Award, application: Application, now: datetime
) -> list[Instalment]:
    """One instalment a budget line that is not covered by others, due when its month begins."""
    left = budget.gaps(application.lines, application.supports)
    costs = [(line, amount) for line, amount in zip(application.lines, left, strict=True) if amount]
    planned = [
        _instalment(award, position, line, amount, now)
        for position, (line, amount) in enumerate(sorted(costs, key=_due), start=1)
    ]
    session.add_all(planned)
    session.flush()
    return planned


def _due(cost: tuple[BudgetLine, int]) -> tuple[date, int]:
    line, _ = cost
    return line.due_month or date.max, line.position


def _instalment(
    award: Award, position: int, line: BudgetLine, amount_minor: int, now: datetime
) -> Instalment:
    if line.line_kind is None or line.payee_kind is None or line.due_month is None:
        raise Refused("lines_incomplete")
    return Instalment(
        id=new_id(),
        award_id=award.id,
        position=position,
        budget_line_id=line.id,
        line_kind=line.line_kind,
        payee_kind=line.payee_kind,
        amount_minor=amount_minor,
        due_on=line.due_month,
        state_at=now,
    )


def _set_conditions(
    session: Session, award: Award, planned: list[Instalment], voted: Iterable[str]
) -> None:
    """Enrolment for each payment to a school or centre; what the committee set, for all."""
    enrolled = [i for i in planned if i.payee_kind in ("school", "training_centre")]
    session.add_all(
        AwardCondition(award_id=award.id, instalment_id=i.id, kind="enrolment_confirmed")
        for i in enrolled
    )
    session.add_all(
        AwardCondition(award_id=award.id, kind=kind)
        for kind in sorted(set(voted))
        if not (kind == "enrolment_confirmed" and enrolled)
    )
    session.flush()


def _complete(session: Session, award: Award, actor: Actor, now: datetime) -> None:
    states = session.scalars(select(Instalment.state).where(Instalment.award_id == award.id)).all()
    if award.state == "active" and set(states) <= {"evidenced", "cancelled"}:
        award.move_to("completed")
        award.completed_at = now
        session.flush()
        record(session, AwardCompleted(award.id), actor=actor, now=now)


def _require_stored(session: Session, award: Award, document_id: UUID) -> Document:
    document = session.get(Document, document_id)
    if document is None or document.survivor_id != award.survivor_id:
        raise NotFound
    if document.state != "stored":
        raise Refused("document_not_stored", field="document_id")
    return document


def _lock(session: Session, award: Award) -> None:
    session.refresh(award, with_for_update=True)
