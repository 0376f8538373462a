"""The feed: Stripe's balance transactions, listed, kept and booked. Events only wake it."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from sqlalchemy import exists, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from fund import keys
from fund.db import reading, transaction
from fund.errors import Refused, Unavailable
from fund.gateways import stripe
from fund.gateways.stripe import Doc
from fund.giving import plans
from fund.giving.payments import gift_id_of
from fund.giving.queries import list_unknown_intents
from fund.ledger.models import Office
from fund.ledger.queries import get_office
from fund.settlement.models import BalanceTransaction, Feed
from fund.settlement.operations.again import carry, list_carried, look_again
from fund.settlement.operations.available import book_available
from fund.settlement.operations.books import BATCH, Books
from fund.settlement.operations.consequences import follow_doubts
from fund.settlement.operations.returns import tell_gifts
from fund.settlement.operations.rows import list_known

log = structlog.get_logger(__name__)

LEAST_PAUSE = timedelta(seconds=5)


def get_feed(session: Session, office_id: UUID, *, now: datetime) -> Feed:
    """The office's feed; made when Stripe is first heard."""
    feed = session.get(Feed, office_id)
    if feed is None:
        try:
            with session.begin_nested():
                feed = Feed(office_id=office_id, key_id=keys.create(session, "inbox", now=now))
                session.add(feed)
        except IntegrityError:  # two first events at once
            feed = session.get_one(Feed, office_id)
    return feed


def note_silence(
    session: Session, office_id: UUID, *, heard_at: datetime | None, now: datetime
) -> bool:
    """Note that finance is told of an office's silence; False if it was since `heard_at`."""
    feed = get_feed(session, office_id, now=now)
    session.refresh(feed, with_for_update=True)
    told_at = feed.silence_told_at
    if told_at is not None and (heard_at is None or heard_at <= told_at):
        return False
    feed.silence_told_at = now
    session.flush()
    return True


def wake(session: Session, office_id: UUID, *, now: datetime) -> None:
    """Ask for a pull soon."""
    get_feed(session, office_id, now=now)
    session.execute(
        update(Feed)
        .where(Feed.office_id == office_id, Feed.woken_at.is_(None))
        .values(woken_at=now)
    )


def pull_woken(*, now: datetime) -> int:
    """Pull the feeds that an event woke or whose lines wait, at most every five seconds; how many
    were."""
    has_due = exists().where(
        BalanceTransaction.office_id == Feed.office_id,
        BalanceTransaction.state == "waiting",
        BalanceTransaction.due_at <= now,
    )
    with reading() as session:
        codes = session.scalars(
            select(Office.code)
            .join(Feed, Feed.office_id == Office.id)
            .where(
                or_(Feed.woken_at.is_not(None), has_due),
                or_(Feed.pulled_at.is_(None), Feed.pulled_at <= now - LEAST_PAUSE),
            )
        ).all()
    for code in codes:
        try:
            pull_feed(code, now=now)
        except Unavailable as error:
            log.warning("feed_unavailable", office=code, error=error.code)
            with transaction() as session:
                get_feed(session, get_office(session, code).id, now=now).pulled_at = now
    return len(codes)


def pull_feed(office_code: str, *, now: datetime, look_back: timedelta | None = None) -> list[str]:
    """Book every balance transaction that is new; their ids, oldest first.

    Reads from the last second seen on (Stripe's times are whole seconds), or `look_back` from
    now. Also books what became available meanwhile. Raises Unavailable.
    """
    with transaction() as session:
        feed = get_feed(session, get_office(session, office_code).id, now=now)
        since = feed.seen_to
    if look_back is not None:
        since = int((now - look_back).timestamp())
    listed = list(stripe.list_balance_transactions(office_code, created_from=since))
    with reading() as session:
        known = list_known(session, [doc["id"] for doc in listed])
    new = [doc for doc in reversed(listed) if doc["id"] not in known]
    carried = list_carried(
        office_code, [doc["source"] for doc in new if doc["reporting_category"] == "payout"]
    )
    _learn_of_plans(office_code, new, now=now)
    booked = []
    for start in range(0, len(new), BATCH):
        booked += _book(office_code, new[start : start + BATCH], now=now)
    with transaction() as session:
        for payout_id, ids in carried.items():
            carry(session, payout_id, ids)
        _mark_pulled(session, office_code, now=now)
    while look_again(office_code, now=now):
        pass
    while book_available(office_code, now=now) == BATCH:
        pass
    tell_gifts(office_code, now=now)
    follow_doubts(office_code, now=now)
    return booked


def _learn_of_plans(office_code: str, docs: list[Doc], *, now: datetime) -> None:
    """Let charges of plans be known as gifts before they are booked: once booked to the general
    fund, a line stays there."""
    charges = (doc["source"] for doc in docs if doc["reporting_category"] == "charge")
    intents = [
        source["payment_intent"]
        for source in charges
        if source["payment_intent"] and gift_id_of(source) is None
    ]
    with reading() as session:
        unknown = list_unknown_intents(session, intents)
    for intent in unknown:
        plans.learn_of_charge(office_code, intent, now=now)


def _book(office_code: str, docs: Sequence[Doc], *, now: datetime) -> list[str]:
    """Book a batch; if the ledger refuses it, its halves, down to the line that it refuses."""
    try:
        with transaction() as session:
            return Books.open(session, office_code, now=now).book(docs)
    except Refused as error:
        if len(docs) == 1:
            log.warning("line_refused", transaction=docs[0]["id"], error=error.code)
            with transaction() as session:
                return Books.open(session, office_code, now=now).set_aside(docs[0], error.code)
        half = len(docs) // 2
        parts = docs[:half], docs[half:]
        return [id_ for part in parts for id_ in _book(office_code, part, now=now)]


def _mark_pulled(session: Session, office_code: str, *, now: datetime) -> None:
    feed = session.get_one(Feed, get_office(session, office_code).id, with_for_update=True)
    feed.pulled_at = now
    if feed.woken_at is not None and feed.woken_at <= now:
        feed.woken_at = None
