"""The inbox: every event is written down first, answered, and worked off later, in any order."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from fund import keys
from fund.audit import operations as audit
from fund.audit.events import InboxEventRetried
from fund.db import reading, transaction
from fund.errors import FundError, Unavailable, require, where
from fund.gateways import stripe
from fund.giving import operations as giving
from fund.giving import payments
from fund.giving.models import Gift
from fund.giving.queries import find_donor_key
from fund.ids import new_id
from fund.ledger.models import Office
from fund.ledger.queries import get_office
from fund.permissions import Actor, Permission
from fund.settlement.models import InboxEvent
from fund.settlement.operations.feed import get_feed, wake

log = structlog.get_logger(__name__)

Doc = dict[str, Any]

BATCH = 20
# A claimed event is ours for so long; after a crash somebody else takes it then.
LEASE = timedelta(seconds=60)
FIRST_PAUSE_SECONDS = 5
LONGEST_PAUSE_SECONDS = 3600
# A sweep looks back a little behind the last one, for events that appeared late.
OVERLAP_SECONDS = 3600

_WAKING = ("charge.", "refund.", "payout.", "balance.", "transfer.")


def receive(session: Session, office: Office, event: Doc, *, way: str, now: datetime) -> bool:
    """Write the event down, sealed; False if it is here already. `way`: `webhook` or `sweep`."""
    thing: Doc = event["data"]["object"]
    row_id = new_id()
    key_id = _find_donor_key(session, thing) or get_feed(session, office.id, now=now).key_id
    sealed = keys.seal(session, key_id, json.dumps(event), context=f"inbox:{row_id}")
    row = insert(InboxEvent).values(
        id=row_id,
        office_id=office.id,
        event_id=event["id"],
        type=event["type"],
        object_id=thing.get("id", ""),
        happened_at=datetime.fromtimestamp(event["created"], UTC),
        received_at=now,
        way=way,
        key_id=key_id,
        sealed_payload=sealed,
        state="waiting",
        attempts=0,
        due_at=now,
    )
    return session.scalar(row.on_conflict_do_nothing().returning(InboxEvent.id)) is not None


def sweep(office_code: str, *, now: datetime) -> list[str]:
    """Fill the gaps: write down every event that Stripe lists and we never got; their ids.

    Raises Unavailable.
    """
    with transaction() as session:
        feed = get_feed(session, get_office(session, office_code).id, now=now)
        since = max(feed.swept_to - OVERLAP_SECONDS, 0)
    events = list(stripe.list_events(office_code, created_from=since))
    found = []
    with transaction() as session:
        office = get_office(session, office_code)
        feed = get_feed(session, office.id, now=now)
        for event in reversed(events):
            if receive(session, office, event, way="sweep", now=now):
                found.append(event["id"])
            feed.swept_to = max(feed.swept_to, event["created"])
    return found


def retry_event(session: Session, event_id: UUID, *, actor: Actor, now: datetime) -> None:
    """Look at a failed event again, now. Raises Denied, or Refused if it did not fail."""
    require(actor.may(Permission.WORK_SETTLEMENT))
    event = session.get_one(InboxEvent, event_id, with_for_update=True)
    event.move_to("waiting")
    event.due_at = now
    audit.record(
        session,
        InboxEventRetried(subject_id=event.office_id, event=event.event_id),
        actor=actor,
        now=now,
    )


def drain(*, now: datetime) -> int:
    """Work off what is due; how many events were looked at. Any number of workers may do this.

    Stripe is asked between two transactions: one claims the events, one applies each answer.
    """
    with transaction() as session:
        claimed = _claim(session, now=now)
    silent: dict[str, str] = {}
    for event in claimed:
        try:
            if event.office_code in silent:  # waiting for each in turn would take minutes
                raise Unavailable(silent[event.office_code])
            _work_off(event, now=now)
        except Exception as error:  # one event must not hold up the others; it stays, and is shown
            code = error.code if isinstance(error, FundError) else "unexpected"
            if isinstance(error, Unavailable):
                silent[event.office_code] = code
            log.warning("event_failed", stripe_event=event.event_id, error=code, **where(error))
            with transaction() as session:
                _put_back(session, event, code, now=now)
    return len(claimed)


@dataclass(frozen=True)
class _Claimed:
    id: UUID
    office_id: UUID
    office_code: str
    event_id: str
    type: str
    object_id: str
    attempts: int


def _claim(session: Session, *, now: datetime) -> list[_Claimed]:
    due = (
        select(InboxEvent.id)
        .where(InboxEvent.state != "done", InboxEvent.due_at <= now)
        .order_by(InboxEvent.due_at)
        .limit(BATCH)
        .with_for_update(skip_locked=True)
    )
    rows = session.execute(
        update(InboxEvent)
        .where(InboxEvent.id.in_(due.scalar_subquery()), Office.id == InboxEvent.office_id)
        .values(attempts=InboxEvent.attempts + 1, due_at=now + LEASE)
        .returning(
            InboxEvent.id,
            InboxEvent.office_id,
            Office.code,
            InboxEvent.event_id,
            InboxEvent.type,
            InboxEvent.object_id,
            InboxEvent.attempts,
        )
        .execution_options(synchronize_session=False)
    )
    return sorted((_Claimed(*row) for row in rows), key=lambda event: event.id)


def _work_off(event: _Claimed, *, now: datetime) -> None:
    payment = _fetch_payment(event)
    with transaction() as session:
        if payment is not None:
            giving.apply_payment(session, payment, now=now)
        if event.type.startswith(_WAKING):
            wake(session, event.office_id, now=now)
        row = session.get_one(InboxEvent, event.id, with_for_update=True)
        if row.state != "done":
            row.move_to("done")
            row.done_at, row.error = now, None


def _fetch_payment(event: _Claimed) -> payments.StripePayment | None:
    """What Stripe says now about the payment that the event is about, if it is about one."""
    is_session = event.type.startswith("checkout.session.")
    if not is_session and not event.type.startswith("payment_intent."):
        return None
    with reading() as session:
        if _is_paid(session, event.object_id):
            return None  # nothing that Stripe could say would change it
    if is_session:
        return payments.from_session(stripe.retrieve_session(event.office_code, event.object_id))
    return payments.from_payment_intent(
        stripe.retrieve_payment_intent(event.office_code, event.object_id)
    )


def _is_paid(session: Session, object_id: str) -> bool:
    found = select(Gift.id).where(
        Gift.state == "paid",
        or_(Gift.stripe_session_id == object_id, Gift.stripe_payment_intent_id == object_id),
    )
    return session.scalar(found) is not None


def _put_back(session: Session, event: _Claimed, code: str, *, now: datetime) -> None:
    row = session.get_one(InboxEvent, event.id, with_for_update=True)
    if row.state == "done":
        return
    pause = min(FIRST_PAUSE_SECONDS * 2 ** (event.attempts - 1), LONGEST_PAUSE_SECONDS)
    row.move_to("failed")
    row.error, row.due_at = code, now + timedelta(seconds=pause)


def _find_donor_key(session: Session, thing: Doc) -> UUID | None:
    """The key of the donor whose gift the object belongs to."""
    gift_id = payments.gift_id_of(thing)
    gift = session.get(Gift, gift_id) if gift_id else None
    return find_donor_key(session, gift) if gift else None
