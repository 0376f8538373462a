"""How an instalment moves: ready when everything is met, then step by step with its payment run."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from fund import clock
from fund.audit.events import InstalmentReady, InstalmentRescheduled
from fund.audit.operations import record
from fund.awards.models import Award, AwardCondition, Instalment
from fund.errors import Refused, require
from fund.permissions import Actor, Permission
from fund.survivors.operations import require_valid_consent
from fund.survivors.queries import find_valid_consent

EVIDENCE_WITHIN = timedelta(days=30)


def refresh_readiness(
    session: Session, award: Award, *, actor: Actor, now: datetime
) -> list[Instalment]:
    """Make ready what now may be paid, if nothing stands in the way; which ones became so."""
    today = clock.bangkok_day(now)
    if award.state != "active" or find_valid_consent(session, award.survivor_id, on=today) is None:
        return []
    rows = list(
        session.scalars(
            select(Instalment)
            .where(Instalment.award_id == award.id)
            .order_by(Instalment.position)
            .execution_options(populate_existing=True)
        )
    )
    if any(is_overdue(row, now) for row in rows):
        return []
    unmet = set(
        session.scalars(
            select(AwardCondition.instalment_id).where(
                AwardCondition.award_id == award.id, AwardCondition.confirmed_at.is_(None)
            )
        )
    )
    if None in unmet:
        return []
    ready = [row for row in rows if row.state == "scheduled" and row.id not in unmet]
    for row in ready:
        _move(session, row, "ready", now)
        record(
            session,
            InstalmentReady(row.id, award_id=award.id, amount_minor=row.amount_minor),
            actor=actor,
            now=now,
        )
    return ready


def is_overdue(instalment: Instalment, now: datetime) -> bool:
    """Whether evidence for it should have come before today."""
    return (
        instalment.state == "paid"
        and instalment.evidence_due_on is not None
        and instalment.evidence_due_on < clock.bangkok_day(now)
    )


def mark_prepared(session: Session, instalment_id: UUID, *, now: datetime) -> Instalment:
    """It is in a run. Raises Refused: `wrong_state`, `no_valid_consent`."""
    return _step(session, instalment_id, "prepared", now)


def mark_approved(session: Session, instalment_id: UUID, *, now: datetime) -> Instalment:
    """Its run was approved. Raises Refused: `wrong_state`, `no_valid_consent`."""
    return _step(session, instalment_id, "approved", now)


def mark_sent(session: Session, instalment_id: UUID, *, now: datetime) -> Instalment:
    """The bank has the order. Raises Refused: `wrong_state`, `no_valid_consent`."""
    return _step(session, instalment_id, "sent", now)


def mark_ready_again(session: Session, instalment_id: UUID, *, now: datetime) -> Instalment:
    """Its run was dropped before it was sent; without a valid consent it waits as scheduled."""
    instalment = _get(session, instalment_id)
    award = instalment.award
    consent = find_valid_consent(session, award.survivor_id, on=clock.bangkok_day(now))
    may_be_ready = award.state == "active" and consent is not None
    _move(session, instalment, "ready" if may_be_ready else "scheduled", now)
    return instalment


def mark_paid(session: Session, instalment_id: UUID, *, now: datetime) -> Instalment:
    """The bank confirmed it; evidence is due thirty days later. It happened, consent or not."""
    instalment = _get(session, instalment_id)
    instalment.evidence_due_on = clock.bangkok_day(now + EVIDENCE_WITHIN)
    _move(session, instalment, "paid", now)
    return instalment


def mark_failed(session: Session, instalment_id: UUID, *, now: datetime) -> Instalment:
    """Bank or payee sent it back; it can be scheduled again."""
    instalment = _get(session, instalment_id)
    instalment.evidence_due_on = None
    _move(session, instalment, "failed", now)
    return instalment


def reschedule(
    session: Session, instalment: Instalment, *, actor: Actor, now: datetime
) -> Instalment:
    """What came back waits anew, and is ready at once if nothing stands in the way.

    Raises Denied; Refused("wrong_state") unless it failed or was cancelled.
    """
    require(actor.may(Permission.PREPARE_RUNS))
    instalment = _get(session, instalment.id)
    if instalment.state not in ("failed", "cancelled"):
        raise Refused("wrong_state", state=instalment.state, wanted="scheduled")
    _move(session, instalment, "scheduled", now)
    record(
        session,
        InstalmentRescheduled(instalment.id, award_id=instalment.award_id),
        actor=actor,
        now=now,
    )
    refresh_readiness(session, instalment.award, actor=actor, now=now)
    return instalment


def _step(session: Session, instalment_id: UUID, state: str, now: datetime) -> Instalment:
    """A step towards the payee: never without a valid consent, nor while the award rests."""
    instalment = _get(session, instalment_id)
    require_valid_consent(session, instalment.award.survivor_id, on=clock.bangkok_day(now))
    if instalment.award.state != "active":
        raise Refused("wrong_state", state=instalment.award.state, wanted="active")
    _move(session, instalment, state, now)
    return instalment


def _get(session: Session, instalment_id: UUID) -> Instalment:
    """The instalment's row, ours until the transaction ends; its award's lock comes first, in the
    order of whoever confirms conditions and attaches evidence."""
    session.execute(
        select(Award.id)
        .join(Instalment, Instalment.award_id == Award.id)
        .where(Instalment.id == instalment_id)
        .with_for_update(read=True, of=Award)
    )
    return session.get_one(Instalment, instalment_id, with_for_update=True, populate_existing=True)


def _move(session: Session, instalment: Instalment, state: str, now: datetime) -> None:
    instalment.move_to(state)
    instalment.state_at = now
    session.flush()
