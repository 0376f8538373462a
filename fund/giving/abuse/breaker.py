"""The breaker of an office: opened by refused cards, closed by calm, moved by finance with why."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from fund import jobs
from fund.audit import operations as audit
from fund.audit.events import BreakerMoved
from fund.errors import NotFound, Refused, require
from fund.giving.abuse import closing, mailing, policy
from fund.giving.models import CheckoutBreaker, CheckoutGate, CheckoutPace
from fund.ledger.models import Office
from fund.people.queries import list_staff_with_role
from fund.permissions import SYSTEM, Actor, Permission, Role

BY_HAND = "by_hand"


def lock(session: Session, office_id: UUID, *, now: datetime) -> CheckoutBreaker:
    """The office's breaker, ours until the transaction ends: failures are judged one by one."""
    row = insert(CheckoutBreaker).values(
        office_id=office_id,
        level=0,
        since=now - policy.DAY,
        troubled_at=now - policy.DAY,
        cause="calm",
    )
    session.execute(row.on_conflict_do_nothing())
    return session.get_one(CheckoutBreaker, office_id, with_for_update=True, populate_existing=True)


def move(
    session: Session,
    state: CheckoutBreaker,
    level: int,
    cause: str,
    *,
    now: datetime,
    actor: Actor = SYSTEM,
    note: str | None = None,
) -> None:
    """From now on attempts need what this level asks for; higher ones close pages at Stripe that
    were opened for less, and finance is told by mail of what moved by itself."""
    rises = level > state.level
    event = BreakerMoved(state.office_id, level=level, reason=cause)
    state.level, state.since, state.cause, state.note = level, now, cause, note
    state.moved_by = actor.staff_id if cause == BY_HAND else None
    if cause in ("failures", "insisting"):
        state.troubled_at = now
    audit.record(session, event, actor=actor, now=now)
    # Turns that were taken before count no more: whoever lined up by machine holds up nobody.
    session.execute(delete(CheckoutPace).where(CheckoutPace.office_id == state.office_id))
    if rises:
        jobs.defer(session, closing.close_checkouts, office_id=state.office_id, level=level)
    if rises and cause != BY_HAND:
        for reader in list_staff_with_role(session, Role.FINANCE_OFFICER, now=now):
            jobs.defer(
                session,
                mailing.mail_breaker,
                office_id=state.office_id,
                staff_id=reader.id,
                level=level,
            )


def move_by_hand(
    session: Session, office_id: UUID, level: int, note: str, *, actor: Actor, now: datetime
) -> None:
    """Finance opens or closes it, and says why. What is opened by hand stays until it is closed by
    hand, or cards insist. Raises Denied, NotFound, or Refused if it stands so already."""
    require(actor.may(Permission.WORK_SETTLEMENT))
    if session.get(Office, office_id) is None:
        raise NotFound
    state = lock(session, office_id, now=now)
    if state.level == level and (state.cause == BY_HAND or level == 0):
        raise Refused("breaker_stands_so")
    move(session, state, level, BY_HAND, now=now, actor=actor, note=note)


def calm_down(session: Session, *, now: datetime) -> None:
    """A level less where nothing was wrong for a while; nobody else needs to do anything."""
    open_by_itself = select(CheckoutBreaker.office_id).where(
        CheckoutBreaker.level > 0, CheckoutBreaker.cause != BY_HAND
    )
    for office_id in session.scalars(open_by_itself).all():
        state = lock(session, office_id, now=now)
        knocks = select(func.count()).where(
            CheckoutGate.office_id == office_id,
            CheckoutGate.came_at > now - policy.KNOCKS,
            CheckoutGate.let_at.is_(None),
        )
        knocking = session.scalars(knocks).one()
        is_calm = policy.is_calm(state.troubled_at, state.since, knocking, now=now)
        if state.level > 0 and state.cause != BY_HAND and is_calm:
            move(session, state, state.level - 1, "calm", now=now)
