"""What awards hold of their funds: reserved under the fund's lock, liquidated as payments leave."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from sqlalchemy import Uuid, func, literal, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session

from fund import clock
from fund.audit import operations as audit
from fund.audit.events import (
    CommitmentFreed,
    CommitmentLiquidated,
    FundsReserved,
    FundsReservedAgain,
)
from fund.errors import Refused
from fund.ids import new_id
from fund.ledger.models import Commitment, CommitmentEvent
from fund.ledger.operations.calling import call
from fund.money import THB, baht
from fund.permissions import Actor


def lock_funds(session: Session, fund_ids: Iterable[UUID]) -> None:
    """Take the funds' guards in the one order; first, if a command touches several funds."""
    funds = literal(sorted(set(fund_ids)), ARRAY(Uuid()))
    call(session, func.ledger.lock_funds(funds, THB))


def reserve(
    session: Session,
    *,
    fund_id: UUID,
    award_id: UUID,
    amount_minor: int,
    actor: Actor,
    now: datetime,
) -> UUID:
    """Hold `amount_minor` THB of the fund for the award; the commitment's id.

    Raises Refused: `not_enough_available` with `short`, `fund_closed`, `already_reserved`.
    """
    commitment_id = new_id()
    short: int = call(
        session,
        func.ledger.reserve(
            commitment_id,
            award_id,
            fund_id,
            THB,
            amount_minor,
            clock.bangkok_day(now),
            actor.label,
            now,
        ),
    )
    if short:
        raise Refused("not_enough_available", short=baht(short))
    _record_reserved(session, commitment_id, award_id, fund_id, amount_minor, actor, now)
    return commitment_id


def reserve_adopted(
    session: Session,
    *,
    fund_id: UUID,
    award_id: UUID,
    amount_minor: int,
    actor: Actor,
    now: datetime,
) -> UUID:
    """Hold what was promised before these books began, even if the fund is short; its commitment.

    Raises Refused: `fund_closed`, `already_reserved`.
    """
    commitment_id = new_id()
    call(
        session,
        func.ledger.reserve_adopted(
            commitment_id, award_id, fund_id, THB, amount_minor, actor.label, now
        ),
    )
    _record_reserved(session, commitment_id, award_id, fund_id, amount_minor, actor, now)
    return commitment_id


def liquidate(
    session: Session,
    commitment_id: UUID,
    amount_minor: int,
    *,
    cause: str,
    actor: Actor,
    now: datetime,
) -> None:
    """A payment leaves: that part is no longer held. `cause` names the payment and counts once.

    Raises Refused: `more_than_committed`, `commitment_cause_reused`.
    """
    if _change(session, commitment_id, "liquidate", amount_minor, cause, actor, now):
        award_id = _award_of(session, commitment_id)
        entry_id = _entry_of(session, commitment_id, "liquidate", cause)
        liquidated = CommitmentLiquidated(award_id, commitment_id, entry_id, amount_minor, cause)
        audit.record(session, liquidated, actor=actor, now=now)


def reserve_again(
    session: Session,
    commitment_id: UUID,
    amount_minor: int,
    *,
    cause: str,
    actor: Actor,
    now: datetime,
) -> None:
    """A payment came back: what it liquidated is held once more, whatever the fund has by now.

    Raises Refused: `more_than_committed` (more than left), `commitment_cause_reused`.
    """
    if _change(session, commitment_id, "reserve", amount_minor, cause, actor, now):
        award_id = _award_of(session, commitment_id)
        entry_id = _entry_of(session, commitment_id, "reserve", cause)
        reserved = FundsReservedAgain(award_id, commitment_id, entry_id, amount_minor, cause)
        audit.record(session, reserved, actor=actor, now=now)


def free(session: Session, commitment_id: UUID, *, actor: Actor, now: datetime) -> None:
    """The award ends: what is left of its commitment becomes available. Safe to repeat."""
    freed_minor = _change(session, commitment_id, "free", None, "closed", actor, now)
    if freed_minor:
        award_id = _award_of(session, commitment_id)
        entry_id = _entry_of(session, commitment_id, "free", "closed")
        freed = CommitmentFreed(award_id, commitment_id, entry_id, freed_minor)
        audit.record(session, freed, actor=actor, now=now)


def _record_reserved(
    session: Session,
    commitment_id: UUID,
    award_id: UUID,
    fund_id: UUID,
    amount_minor: int,
    actor: Actor,
    now: datetime,
) -> None:
    reserved = FundsReserved(
        award_id,
        commitment_id=commitment_id,
        entry_id=_entry_of(session, commitment_id, "reserve", "award"),
        fund_id=fund_id,
        amount_minor=amount_minor,
    )
    audit.record(session, reserved, actor=actor, now=now)


def _change(
    session: Session,
    commitment_id: UUID,
    kind: str,
    amount_minor: int | None,
    cause: str,
    actor: Actor,
    now: datetime,
) -> int:
    changed: int = call(
        session,
        func.ledger.change_commitment(commitment_id, kind, amount_minor, cause, actor.label, now),
    )
    return changed


def _award_of(session: Session, commitment_id: UUID) -> UUID:
    return session.get_one(Commitment, commitment_id).award_id


def _entry_of(session: Session, commitment_id: UUID, kind: str, cause: str) -> UUID:
    """The row just added. The same cause may free twice; then it is the newer one."""
    return session.execute(
        select(CommitmentEvent.id)
        .where(
            CommitmentEvent.commitment_id == commitment_id,
            CommitmentEvent.kind == kind,
            CommitmentEvent.cause == cause,
        )
        .order_by(CommitmentEvent.id.desc())
        .limit(1)
    ).scalar_one()
