"""Gifts that go back, whole or in part, and the receipts that say so."""

from collections.abc import Mapping
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from fund.audit import operations as audit
from fund.audit.events import Event, GiftReturned
from fund.errors import Refused, require
from fund.giving import queries, receipts
from fund.giving.models import Gift, GiftReturn
from fund.giving.operations.gifts import lock_gift
from fund.ledger.operations.calling import refusing
from fund.permissions import SYSTEM, Actor, Permission


def record_return(
    session: Session,
    gift: Gift,
    *,
    kind: str,
    source: str,
    amount_minor: int,
    happened_on: date,
    actor: Actor,
    now: datetime,
) -> GiftReturn:
    """A refund, a lost dispute or a reversal of a gift, or its undoing; its receipt is corrected.

    `amount_minor`, in the gift's currency, is below zero for what comes again: `refund_failed`,
    `dispute_won`, `restored`.
    Returns may come in any order, before the payment too, and each as often as one likes: `source`
    names the fact. Raises Denied; Refused: `return_differs`, `return_too_large`.
    """
    require(
        actor is SYSTEM
        or actor.may(Permission.RECORD_GIFTS)
        or actor.may(Permission.APPROVE_ENTRIES)  # who books the reversal of a gift
    )
    gift = lock_gift(session, gift.id)
    known = session.scalar(select(GiftReturn).where(GiftReturn.source == source))
    if known is not None:
        if (known.gift_id, known.kind, known.amount_minor) != (gift.id, kind, amount_minor):
            raise Refused("return_differs")
        return known
    returned = GiftReturn(
        gift_id=gift.id,
        kind=kind,
        source=source,
        amount_minor=amount_minor,
        happened_on=happened_on,
        recorded_at=now,
        actor=actor.label,
    )
    with refusing({"return_of_gift": "return_too_large"}), session.begin_nested():
        session.add(returned)
    event = GiftReturned(
        gift.id,
        kind=kind,
        key=source,
        amount_minor=amount_minor,
        currency=gift.currency,
        happened_on=happened_on,
    )
    key_id = queries.find_donor_key(session, gift)
    audit.record(session, event, actor=actor, now=now, key_id=key_id)
    if gift.state == "paid":  # else the receipt, once there is one, is corrected at once
        receipts.correct(session, [gift], actor=actor, now=now)
    return returned


def take_back_gifts(
    session: Session,
    sources: Mapping[UUID, str],
    *,
    happened_on: date,
    actor: Actor,
    now: datetime,
) -> None:
    """`record_return` of the whole of many gifts, by reversals, in as many statements as for one.

    `sources`: by gift, the fact that takes it back. Raises Denied; Refused(`gift_returned`) if
    something of one went back already.
    """
    require(actor.may(Permission.APPROVE_ENTRIES))
    gifts = session.scalars(
        select(Gift)
        .where(Gift.id.in_(sources))
        .order_by(Gift.id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    ).all()
    if queries.list_returned(session, sources):
        raise Refused("gift_returned")
    keys = queries.list_donor_keys(session, sources)
    events: list[tuple[Event, UUID | None]] = []
    for gift in gifts:
        session.add(
            GiftReturn(
                gift_id=gift.id,
                kind="reversal",
                source=sources[gift.id],
                amount_minor=gift.amount_minor,
                happened_on=happened_on,
                recorded_at=now,
                actor=actor.label,
            )
        )
        event = GiftReturned(
            gift.id,
            kind="reversal",
            key=sources[gift.id],
            amount_minor=gift.amount_minor,
            currency=gift.currency,
            happened_on=happened_on,
        )
        events.append((event, keys[gift.id].id if gift.id in keys else None))
    audit.record_many(session, events, actor=actor, now=now)
    receipts.correct(session, gifts, actor=actor, now=now)
