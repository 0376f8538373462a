"""The way to Stripe's page and back: read, ask Stripe outside any transaction, write the answer.

Whatever breaks in between, the same steps taken again end in the same session and the same gift.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from fund import clock, jobs
from fund.db import reading, transaction
from fund.errors import NotFound
from fund.gateways import stripe
from fund.giving import operations, payments, queries
from fund.giving.donors import find_person
from fund.giving.offices import CHECKOUT, ONCE
from fund.ledger import queries as ledger


@dataclass(frozen=True)
class _Visit:
    """Where a gift stands before Stripe is asked."""

    state: str
    attempt: int
    office: str
    session_id: str | None
    order: stripe.CheckoutOrder


def open_checkout(gift_id: UUID, *, now: datetime) -> str | None:
    """The address of Stripe's page for this gift; None if there is nothing to pay there.

    Raises Unavailable if Stripe does not answer in time, Refused if it takes no such gift.
    """
    visit = _look(gift_id)
    if visit.state in ("processing", "paid"):
        return None
    if visit.session_id is not None:
        return _reopen(visit.office, visit.session_id, now=now)
    if visit.state != "open":
        return None  # over: the page offers a new attempt
    session = stripe.create_checkout_session(visit.office, visit.order)
    with transaction() as tx:
        operations.keep_session(tx, gift_id, attempt=visit.attempt, session_id=session["id"])
    return str(session["url"])


def ask_stripe(gift_id: UUID, *, now: datetime) -> None:
    """Bring an unpaid gift to where Stripe says it is. Raises Unavailable."""
    visit = _look(gift_id)
    if visit.session_id is not None and visit.state in ("open", "processing"):
        _reopen(visit.office, visit.session_id, now=now)


@jobs.task("giving.prepare_checkout")
def prepare_checkout(gift_id: str) -> None:
    """Make the session that a donor waits for; the page they see asks again by itself."""
    open_checkout(UUID(gift_id), now=clock.now())


def _reopen(office: str, session_id: str, *, now: datetime) -> str | None:
    session = stripe.retrieve_session(office, session_id)
    if session["status"] == "open":
        return str(session["url"])
    payment = payments.from_session(session)
    if payment is not None:
        with transaction() as tx:
            operations.apply_payment(tx, payment, now=now)
    return None


def _look(gift_id: UUID) -> _Visit:
    with reading() as session:
        row = queries.get_gift(session, gift_id)
        gift = row.gift
        person = find_person(session, gift.donor_id)
        if person is None or gift.method != CHECKOUT:
            raise NotFound
        order = stripe.CheckoutOrder(
            reference=str(gift.id),
            attempt=gift.attempt,
            amount=gift.amount,
            title=ledger.fund_name(row.fund, gift.language),
            email=person.email,
            language=gift.language,
            return_path=f"/give/thanks/{gift.id}",
            # As they were when it was begun: asked again, Stripe is told the same.
            method_types=queries.list_stripe_types(
                session, row.office, currency=gift.currency, frequency=ONCE, at=gift.created_at
            ),
        )
        return _Visit(gift.state, gift.attempt, row.office.code, gift.stripe_session_id, order)
