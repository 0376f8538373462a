"""Cards that Stripe refused: counted as they are told, before anything else is done about them."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from fund import jobs, keys
from fund.giving.abuse import breaker, closing, gate, policy
from fund.giving.models import (
    CheckoutBreaker,
    CheckoutFailure,
    CheckoutGate,
    Donor,
    StripeCustomer,
)
from fund.giving.payments import gift_id_of

Charge = dict[str, Any]
PaidSince = Callable[[datetime], int]
TOLD_BY = "charge.failed"


def count_failure(
    session: Session,
    office_id: UUID,
    charge: Charge,
    *,
    paid_since: PaidSince,
    failed_at: datetime,
    now: datetime,
) -> None:
    """Count a refused card once, close the page where too many were, and judge the breaker.

    Only of what came through the gate lately: a plan's renewal is nobody trying out cards.
    """
    row = _find_gate(session, charge, now=now)
    if row is None or row.let_by is None:
        return
    state = breaker.lock(session, office_id, now=now)
    if not _keep(session, office_id, charge, row, failed_at=failed_at):
        return
    if _is_worn_out(session, row, _card_of(charge), now=now):
        jobs.defer(session, closing.close_checkout, order_id=row.order_id, attempt=row.attempt)
    _judge(session, state, paid_since, now=now)


def _keep(
    session: Session, office_id: UUID, charge: Charge, row: CheckoutGate, *, failed_at: datetime
) -> bool:
    """Whether it was not known before."""
    failure = insert(CheckoutFailure).values(
        office_id=office_id,
        charge_id=charge["id"],
        order_id=row.order_id,
        attempt=row.attempt,
        let_by=row.let_by,
        card_index=_card_of(charge),
        email_index=row.email_index,
        address_index=row.address_index,
        network_index=row.network_index,
        failed_at=failed_at,
    )
    kept = failure.on_conflict_do_nothing().returning(CheckoutFailure.charge_id)
    return session.scalar(kept) is not None


def _find_gate(session: Session, charge: Charge, *, now: datetime) -> CheckoutGate | None:
    """The attempt whose page the card was typed on: named by a gift's charge, and for a plan's
    first one the last that its customer let begin."""
    gift_id = gift_id_of(charge)
    if gift_id is not None:
        return session.get(CheckoutGate, (gift_id, int(charge["metadata"]["attempt"])))
    customers = select(Donor.email_index).join(StripeCustomer, StripeCustomer.donor_id == Donor.id)
    by_customer = select(CheckoutGate).where(
        CheckoutGate.email_index.in_(
            customers.where(StripeCustomer.customer_id == charge.get("customer"))
        ),
        CheckoutGate.let_at > now - policy.OPEN_LATELY,
    )
    return session.scalars(by_customer.order_by(CheckoutGate.let_at.desc()).limit(1)).first()


def _card_of(charge: Charge) -> bytes | None:
    """The card's blind index, by Stripe's own fingerprint of it."""
    details = charge.get("payment_method_details") or {}
    fingerprint = (details.get("card") or {}).get("fingerprint")
    return keys.keyring().blind_index("abuse.card", fingerprint) if fingerprint else None


def _is_worn_out(session: Session, row: CheckoutGate, card: bytes | None, *, now: datetime) -> bool:
    """Whether too many cards were refused on this page, or this card too often."""
    failure = CheckoutFailure
    is_here = (failure.order_id == row.order_id) & (failure.attempt == row.attempt)
    counts = select(
        func.count().filter(is_here), func.count().filter(failure.card_index == card)
    ).where(failure.failed_at > now - policy.DAY)
    here, of_card = session.execute(counts).one()
    return here >= policy.FAILURES_OF_ATTEMPT or of_card >= policy.FAILURES_OF_CARD


def _judge(
    session: Session, state: CheckoutBreaker, paid_since: PaidSince, *, now: datetime
) -> None:
    """Open the breaker, or raise it, if cards are being tried out."""

    def troubles(window: timedelta, *also: ColumnElement[bool]) -> int:
        at_once = func.count().filter(CheckoutFailure.failed_at > now - policy.TYPING)
        few = func.least(func.count(), policy.COUNTED_OF_AN_ATTEMPT)
        each = (
            select(func.greatest(few, at_once).label("counted"))
            .where(
                CheckoutFailure.office_id == state.office_id,
                CheckoutFailure.failed_at > max(now - window, state.since),
                *also,
            )
            .group_by(CheckoutFailure.order_id, CheckoutFailure.attempt)
        )
        return session.scalar(select(func.sum(each.subquery().c.counted))) or 0

    minute, _ = policy.TROUBLE[0]
    if troubles(minute) > paid_since(now - minute):
        gate.slow_down(session, state.office_id, now=now)
    if state.level == 0:
        window = policy.is_trouble(troubles, lambda window: paid_since(now - window))
        if window is not None:
            breaker.move(session, state, 1, "failures", now=now)
        return
    behind_proof = troubles(minute, CheckoutFailure.let_by != "nothing")
    late = troubles(minute, CheckoutFailure.failed_at > state.since + policy.UNDER_WAY)
    if max(behind_proof, late) <= paid_since(now - minute):
        return
    if behind_proof >= policy.INSISTING or late >= policy.INSISTING_LATE:
        state.troubled_at = now
        if state.level == 1:
            breaker.move(session, state, 2, "insisting", now=now)
