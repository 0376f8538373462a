"""What Stripe says of a refund, ours or one made at its dashboard; in any order, any number of
times. Money is not moved here: that is the balance's to say."""

from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from fund.audit import operations as audit
from fund.audit.events import RefundChanged
from fund.errors import Refused
from fund.gateways import stripe
from fund.gateways.stripe import Doc
from fund.gateways.stripe_amounts import minor_from_stripe
from fund.giving.models import Gift
from fund.giving.operations.gifts import lock_gift
from fund.permissions import SYSTEM
from fund.settlement.models import BalanceTransaction, Refund
from fund.settlement.operations.events import Event


def fetch_refund(event: Event) -> Doc | None:
    """The refund as it stands."""
    return stripe.retrieve_refund(event.office_code, event.object_id)


def apply_refund(session: Session, _event: Event, answer: Doc, /, *, now: datetime) -> None:
    """Our row follows."""
    see_refund(session, answer, now=now)


def see_refund(session: Session, doc: Doc, *, now: datetime) -> None:
    """Bring our row to what Stripe says. Raises Refused(`gift_unknown`) if it is too early."""
    gift_id = _find_gift_id(session, doc)
    if gift_id is None:
        return
    lock_gift(session, gift_id)
    refund = _find(session, doc)
    if refund is None:
        refund = _from_dashboard(session, doc, gift_id)
        session.add(refund)
        before = None
    elif doc["status"] not in refund.TRANSITIONS[refund.state]:
        return  # an older answer than the one that we have
    else:
        before = refund.state
        refund.stripe_id = doc["id"]
        refund.move_to(doc["status"])
    refund.pending_reason = doc.get("pending_reason")
    refund.failure_reason = doc.get("failure_reason")
    details = (doc.get("next_action") or {}).get("display_details") or {}
    until = details.get("expires_at")
    refund.action_until = datetime.fromtimestamp(until, UTC) if until else None
    session.flush()
    if refund.state != before:
        _record(session, refund, now=now)


def note_refusal(session: Session, refund_id: UUID, reason: str, *, now: datetime) -> None:
    """Stripe would not make the refund."""
    refund = session.get_one(Refund, refund_id, with_for_update=True)
    if refund.state == "sending":
        refund.move_to("refused")
        refund.failure_reason = reason
        _record(session, refund, now=now)


def _record(session: Session, refund: Refund, *, now: datetime) -> None:
    event = RefundChanged(
        refund.gift_id, refund_id=refund.id, stripe_refund_id=refund.stripe_id, state=refund.state
    )
    audit.record(session, event, actor=SYSTEM, now=now)


def _find(session: Session, doc: Doc) -> Refund | None:
    found = select(Refund).where(Refund.stripe_id == doc["id"])
    refund = session.scalars(found.with_for_update()).one_or_none()
    named = (doc["metadata"] or {}).get("refund_id")
    if refund is None and named:
        refund = session.scalars(
            select(Refund).where(Refund.id == _as_uuid(named)).with_for_update()
        ).one_or_none()
    return refund


def _find_gift_id(session: Session, doc: Doc) -> UUID | None:
    """The gift that it gives back; None if its charge is no gift's."""
    charge, intent = doc["charge"], doc["payment_intent"]
    known = or_(Gift.stripe_charge_id == charge, Gift.stripe_payment_intent_id == intent)
    gift_id = session.scalars(select(Gift.id).where(known)).first()
    if gift_id is not None:
        return gift_id
    line = session.scalars(
        select(BalanceTransaction).where(
            BalanceTransaction.source_id == charge,
            BalanceTransaction.category == "charge",
            BalanceTransaction.state == "posted",
        )
    ).first()
    if line is None:
        raise Refused("gift_unknown")
    return line.gift_id


def _from_dashboard(session: Session, doc: Doc, gift_id: UUID) -> Refund:
    return Refund(
        gift_id=gift_id,
        office_id=session.get_one(Gift, gift_id).office_id,
        stripe_id=doc["id"],
        origin="dashboard",
        amount_minor=minor_from_stripe(doc["amount"], doc["currency"]),
        currency=doc["currency"].upper(),
        reason=doc["reason"] or "none",
        state=doc["status"],
        needs_second=False,
        asked_at=datetime.fromtimestamp(doc["created"], UTC),
    )


def _as_uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
