"""Disputes, warnings and reviews: what Stripe says of them, and what finance does about them.

Events only bring the facts here. Money is moved and held by the feed (see `consequences`), in an
order of its own, so that it does not matter which event comes when.
"""

from datetime import UTC, datetime

from sqlalchemy.orm import Session

from fund.audit import operations as audit
from fund.audit.events import AlertChanged, AlertKept, DisputeChanged, DisputeNoted
from fund.errors import NotFound, Refused, require
from fund.gateways import stripe
from fund.gateways.stripe import Doc
from fund.gateways.stripe_amounts import minor_from_stripe
from fund.ledger import operations as ledger
from fund.permissions import SYSTEM, Actor, Permission
from fund.settlement.models import Alert, Dispute
from fund.settlement.operations.events import Event

# After these a dispute moves on only so: an older answer changes nothing.
LAST_WORDS = {"won": ("won",), "lost": ("lost", "won")}


def fetch_dispute(event: Event) -> Doc | None:
    """The dispute as it stands."""
    return stripe.retrieve_dispute(event.office_code, event.object_id)


def apply_dispute(session: Session, event: Event, answer: Doc, /, *, now: datetime) -> None:
    """Our row follows; the day of a loss is that of the event which told it."""
    dispute = session.get(Dispute, answer["id"], with_for_update=True, populate_existing=True)
    if dispute is None:
        dispute = Dispute(
            id=answer["id"],
            office_id=event.office_id,
            charge_id=answer["charge"],
            opened_at=datetime.fromtimestamp(answer["created"], UTC),
            state="",
        )
        session.add(dispute)
    before = dispute.state
    if answer["status"] in LAST_WORDS.get(before, (answer["status"],)):
        dispute.state = answer["status"]
        dispute.reason = answer["reason"]
        dispute.amount_minor = minor_from_stripe(answer["amount"], answer["currency"])
        dispute.currency = answer["currency"].upper()
        due = answer["evidence_details"]["due_by"]
        dispute.evidence_due_at = datetime.fromtimestamp(due, UTC) if due else None
    # Of a loss that was turned since, only the event's own snapshot still tells.
    is_lost = "lost" in (answer["status"], event.snapshot.get("status"))
    if event.type == "charge.dispute.closed" and is_lost:
        dispute.lost_at = event.happened_at
    session.flush()
    if dispute.state != before:
        told = DisputeChanged(event.office_id, dispute_id=dispute.id, state=dispute.state)
        audit.record(session, told, actor=SYSTEM, now=now)


def fetch_warning(event: Event) -> Doc | None:
    """The warning as it stands."""
    return stripe.retrieve_early_fraud_warning(event.office_code, event.object_id)


def apply_warning(session: Session, event: Event, answer: Doc, /, *, now: datetime) -> None:
    """Our row follows."""
    is_open = answer["actionable"]
    _apply_alert(session, event, answer, "warning", answer["fraud_type"], is_open, now=now)


def fetch_review(event: Event) -> Doc | None:
    """The review as it stands."""
    return stripe.retrieve_review(event.office_code, event.object_id)


def apply_review(session: Session, event: Event, answer: Doc, /, *, now: datetime) -> None:
    """Our row follows."""
    _apply_alert(session, event, answer, "review", answer["opened_reason"], answer["open"], now=now)


def _apply_alert(
    session: Session,
    event: Event,
    answer: Doc,
    kind: str,
    reason: str,
    is_open: bool,
    *,
    now: datetime,
) -> None:
    if answer["charge"] is None:  # of a payment that came to nothing
        return
    alert = session.get(Alert, answer["id"], with_for_update=True, populate_existing=True)
    is_new = alert is None
    if alert is None:
        alert = Alert(
            id=answer["id"],
            kind=kind,
            office_id=event.office_id,
            charge_id=answer["charge"],
            reason=reason,
            opened_at=datetime.fromtimestamp(answer["created"], UTC),
        )
        session.add(alert)
    is_closing = not is_open and alert.decision is None
    if is_closing:
        alert.decision, alert.decided_at = "closed", now
    session.flush()
    if is_new or is_closing:
        told = AlertChanged(event.office_id, alert_id=alert.id, kind=kind, is_open=is_open)
        audit.record(session, told, actor=SYSTEM, now=now)


def note_dispute(
    session: Session, dispute_id: str, *, noted_as: str, actor: Actor, now: datetime
) -> None:
    """Finance `answered` at Stripe with evidence, or `accepted` that the money is gone.

    Raises Denied; NotFound; Refused: `dispute_decided`.
    """
    require(actor.may(Permission.WORK_ALERTS))
    dispute = session.get(Dispute, dispute_id, with_for_update=True, populate_existing=True)
    if dispute is None:
        raise NotFound
    if not dispute.is_to_answer:
        raise Refused("dispute_decided")
    dispute.noted_as, dispute.noted_by, dispute.noted_at = noted_as, actor.staff_id, now
    told = DisputeNoted(dispute.office_id, dispute_id=dispute.id, noted_as=noted_as)
    audit.record(session, told, actor=actor, now=now)


def keep_gift(session: Session, alert_id: str, *, actor: Actor, now: datetime) -> None:
    """Finance looked at a risky gift and keeps it: it may be awarded.

    Raises Denied; NotFound; Refused: `alert_decided`.
    """
    require(actor.may(Permission.WORK_ALERTS))
    alert = session.get(Alert, alert_id, with_for_update=True, populate_existing=True)
    if alert is None:
        raise NotFound
    if alert.decision is not None:
        raise Refused("alert_decided")
    alert.decision, alert.decided_by, alert.decided_at = "kept", actor.staff_id, now
    audit.record(session, AlertKept(alert.office_id, alert_id=alert.id), actor=actor, now=now)
    if alert.hold_id is not None:
        ledger.release(session, alert.hold_id, actor=actor, now=now)
        alert.released_at = now
