"""Rows of the inbox, taken in hand: locked, opened, and sealed again for those they are about."""

import json
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, undefer

from fund import crypto, keys
from fund.gateways.stripe import Doc
from fund.giving.queries import list_donor_keys
from fund.keys import DataKey
from fund.ledger.queries import list_offices
from fund.settlement.models import InboxEvent
from fund.settlement.operations.events import Event
from fund.settlement.operations.inbox import sealing_context

# A row and what it says.
Opened = tuple[InboxEvent, Event]


def take(
    session: Session, ids: Sequence[UUID], states: Sequence[str], *, now: datetime
) -> list[Opened]:
    """Those of the rows that are due and nobody else has in hand, oldest first, opened."""
    rows = session.scalars(
        select(InboxEvent)
        .where(InboxEvent.id.in_(ids), InboxEvent.state.in_(states), InboxEvent.due_at <= now)
        .order_by(InboxEvent.id)
        .with_for_update(skip_locked=True, of=InboxEvent)
        .options(undefer(InboxEvent.sealed_payload))
        .execution_options(populate_existing=True)
    ).all()
    # Held here, so that each key is read once.
    data_keys = session.scalars(select(DataKey).where(DataKey.id.in_({r.key_id for r in rows})))
    opened_keys = {key.id: keys.open_data_key(key) for key in data_keys if key.wrapped}
    codes = {office.id: office.code for office in list_offices(session)}
    return [(row, _open(row, codes[row.office_id], opened_keys.get(row.key_id))) for row in rows]


def seal_for_donors(session: Session, opened: Sequence[Opened]) -> None:
    """Seal each under the key of the donor whom it is about, so that it goes when they go."""
    gift_ids = {event.gift_id for _, event in opened if event.gift_id}
    donor_keys = list_donor_keys(session, gift_ids)
    for row, event in opened:
        key = donor_keys.get(event.gift_id) if event.gift_id else None
        if key is not None and key.id != row.key_id:
            row.sealed_payload = crypto.seal(
                keys.open_data_key(key),
                event.payload,
                context=sealing_context(row.id),
            )
            row.key_id = key.id


def _open(row: InboxEvent, office_code: str, key: bytes | None) -> Event:
    payload = b""
    if key is not None:
        payload = crypto.unseal(key, row.sealed_payload, context=sealing_context(row.id))
    told: Doc = json.loads(payload) if payload else {}
    return Event(
        id=row.id,
        office_id=row.office_id,
        office_code=office_code,
        event_id=row.event_id,
        type=row.type,
        object_id=row.object_id,
        happened_at=row.happened_at,
        received_at=row.received_at,
        attempts=row.attempts + 1,
        payload=payload,
        api_version=told.get("api_version"),
        snapshot=told["data"]["object"] if told else {},
    )
