"""The inbox: every event is written down first, answered, and worked off later, in any order."""

import json
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from fund import keys
from fund.audit import operations as audit
from fund.audit.events import InboxEventRetried
from fund.errors import require
from fund.gateways.stripe import Doc
from fund.giving import payments
from fund.giving.models import Gift
from fund.giving.queries import find_donor_key
from fund.ids import new_id
from fund.ledger.models import Office
from fund.permissions import Actor, Permission
from fund.settlement.models import InboxEvent
from fund.settlement.operations.feed import get_feed


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


def _find_donor_key(session: Session, thing: Doc) -> UUID | None:
    """The key of the donor whose gift the object belongs to."""
    gift_id = payments.gift_id_of(thing)
    gift = session.get(Gift, gift_id) if gift_id else None
    return find_donor_key(session, gift) if gift else None
