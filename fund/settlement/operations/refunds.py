"""Giving back a gift, by finance: asked by one, above a limit decided by another."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from fund import jobs
from fund.audit import operations as audit
from fund.audit.events import (
    RefundAsked,
    RefundDecided,
    RefundLimitSet,
    RefundSettledOtherwise,
)
from fund.errors import Refused, require
from fund.gateways.stripe_amounts import NotExact, to_stripe
from fund.giving.models import Gift
from fund.giving.operations.gifts import lock_gift
from fund.ledger.models import Office
from fund.ledger.operations.calling import refusing
from fund.money import Money
from fund.permissions import Actor, Permission
from fund.settlement.models import BalanceTransaction, Refund, RefundLimit
from fund.settlement.operations.refund_sending import send_refund

_RULES = {"refund_of_gift": "refund_too_large"}


def can_ask(actor: Actor, gift: Gift) -> bool:
    """Whether this gift may be given back through Stripe."""
    return (
        actor.may(Permission.ASK_REFUNDS)
        and gift.state == "paid"
        and gift.stripe_payment_intent_id is not None
    )


def can_decide(actor: Actor, refund: Refund) -> bool:
    """Whether this person is the second one of a refund."""
    return actor.may(Permission.APPROVE_REFUNDS) and actor.id != refund.asked_by


def ask_refund(
    session: Session, gift_id: UUID, *, amount: Money, reason: str, actor: Actor, now: datetime
) -> Refund:
    """Ask to give back `amount` of a gift; at once if one person may decide so much.

    `reason` is a code of choices.REFUND_REASONS. Raises Denied; Refused: `refund_too_large`,
    `refund_currency` (not the gift's, or an amount that Stripe does not take).
    """
    gift = lock_gift(session, gift_id)
    require(can_ask(actor, gift))
    try:
        to_stripe(amount)
    except NotExact:
        raise Refused("refund_currency", field="amount")
    if amount.currency != gift.currency:
        raise Refused("refund_currency", field="amount")
    refund = Refund(
        gift_id=gift.id,
        office_id=gift.office_id,
        origin="ours",
        amount_minor=amount.amount_minor,
        currency=amount.currency,
        reason=reason,
        state="asked",
        needs_second=_needs_second(session, gift, amount, now=now),
        asked_by=actor.staff_id,
        asked_at=now,
    )
    with refusing(_RULES), session.begin_nested():
        session.add(refund)
    event = RefundAsked(
        gift.id,
        refund_id=refund.id,
        amount_minor=amount.amount_minor,
        currency=amount.currency,
        reason=reason,
        needs_second=refund.needs_second,
    )
    audit.record(session, event, actor=actor, now=now)
    if not refund.needs_second:
        _approve(session, refund)
    return refund


def approve_refund(session: Session, refund_id: UUID, *, actor: Actor, now: datetime) -> None:
    """The second person agrees: it goes to Stripe. Raises Denied; Refused: `wrong_state`."""
    _decide(session, refund_id, is_approved=True, actor=actor, now=now)


def decline_refund(session: Session, refund_id: UUID, *, actor: Actor, now: datetime) -> None:
    """The second person says no. Raises Denied; Refused: `wrong_state`."""
    _decide(session, refund_id, is_approved=False, actor=actor, now=now)


def settle_otherwise(session: Session, refund_id: UUID, *, actor: Actor, now: datetime) -> None:
    """A refund that came back was given to the donor another way, or the donor left it here.

    Raises Denied; Refused: `wrong_state`.
    """
    require(actor.may(Permission.ASK_REFUNDS))
    refund = session.get_one(Refund, refund_id, with_for_update=True, populate_existing=True)
    if refund.state not in ("failed", "canceled") or refund.settled_at is not None:
        raise Refused("wrong_state", state=refund.state, wanted="settled")
    refund.settled_at, refund.settled_by = now, actor.staff_id
    event = RefundSettledOtherwise(refund.gift_id, refund_id=refund.id)
    audit.record(session, event, actor=actor, now=now)


def set_refund_limit(
    session: Session, office: Office, *, alone: Money, actor: Actor, now: datetime
) -> None:
    """From now on one person may give back so much alone. Raises Denied; Refused."""
    require(actor.may(Permission.SET_REFUND_LIMIT))
    if alone.currency != office.currency:
        raise Refused("refund_currency", field="amount")
    session.add(
        RefundLimit(
            office_id=office.id,
            valid_from=now,
            alone_minor=alone.amount_minor,
            entered_by=actor.staff_id,
        )
    )
    session.flush()
    event = RefundLimitSet(office.id, alone_minor=alone.amount_minor, currency=alone.currency)
    audit.record(session, event, actor=actor, now=now)


def find_limit(session: Session, office_id: UUID, *, now: datetime) -> RefundLimit | None:
    """The limit that holds for the office now; None: every refund needs two."""
    return session.scalars(
        select(RefundLimit)
        .where(RefundLimit.office_id == office_id, RefundLimit.valid_from <= now)
        .order_by(RefundLimit.valid_from.desc())
        .limit(1)
    ).one_or_none()


def _needs_second(session: Session, gift: Gift, amount: Money, *, now: datetime) -> bool:
    """By what all that was asked back of the gift settled at; unknown counts as too much."""
    limit = find_limit(session, gift.office_id, now=now)
    charge = session.scalars(
        select(BalanceTransaction).where(
            BalanceTransaction.gift_id == gift.id, BalanceTransaction.category == "charge"
        )
    ).first()
    if limit is None or charge is None or not charge.presented_minor:
        return True
    before = session.scalars(
        select(Refund.amount_minor).where(
            Refund.gift_id == gift.id, Refund.state.not_in(["declined", "refused"])
        )
    )
    asked = amount.amount_minor + sum(before)
    return asked * charge.amount_minor > limit.alone_minor * charge.presented_minor


def _decide(
    session: Session, refund_id: UUID, *, is_approved: bool, actor: Actor, now: datetime
) -> None:
    refund = session.get_one(Refund, refund_id, with_for_update=True, populate_existing=True)
    require(can_decide(actor, refund))
    if refund.state != "asked":
        raise Refused("wrong_state", state=refund.state, wanted="approved")
    refund.decided_by, refund.decided_at = actor.staff_id, now
    event = RefundDecided(refund.gift_id, refund_id=refund.id, is_approved=is_approved)
    audit.record(session, event, actor=actor, now=now)
    if is_approved:
        _approve(session, refund)
    else:
        refund.move_to("declined")


def _approve(session: Session, refund: Refund) -> None:
    refund.move_to("approved")
    jobs.defer(session, send_refund, refund_id=refund.id)
