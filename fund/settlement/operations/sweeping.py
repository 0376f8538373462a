"""The sweep: what no webhook told us, Stripe's own list of events does; or else its balance."""

from datetime import datetime, timedelta
from itertools import islice
from uuid import UUID

import structlog
from sqlalchemy import select

from fund.db import reading, transaction
from fund.errors import Refused
from fund.gateways import stripe
from fund.giving import operations as giving
from fund.giving import payments
from fund.giving.models import Gift
from fund.ledger.queries import get_office
from fund.settlement.models import BalanceTransaction
from fund.settlement.operations.feed import get_feed
from fund.settlement.operations.inbox import find_desk, receive_listed

log = structlog.get_logger(__name__)

# Money that is booked so long and whose gift is not paid: no event will come any more.
UNTOLD = timedelta(hours=1)
# A sweep looks back a little behind the last one, for events that appeared late.
OVERLAP_SECONDS = 3600
PAGE = 100


def sweep(office_code: str, *, now: datetime) -> list[str]:
    """Fill the gaps: write down every event that Stripe lists and we never got; their ids.

    Newest first and page by page, each kept as soon as it is read; only a sweep that came to the
    end of the list moves on where the next one begins. Raises Unavailable.
    """
    with transaction() as session:
        feed = get_feed(session, get_office(session, office_code).id, now=now)
        since = max(feed.swept_to - OVERLAP_SECONDS, 0)
    found: list[str] = []
    newest = 0
    events = stripe.list_events(office_code, created_from=since)
    while page := list(islice(events, PAGE)):
        newest = max(newest, page[0]["created"])
        with transaction() as session:
            desk = find_desk(session, office_code, now=now)
            found += receive_listed(session, desk, page[::-1], now=now)
    with transaction() as session:
        feed = get_feed(session, get_office(session, office_code).id, now=now)
        feed.swept_to = max(feed.swept_to, newest)
    return found


def pay_untold(office_code: str, *, now: datetime) -> list[UUID]:
    """Let gifts be paid whose money is booked and of which no event told; their ids.

    Stripe lists events for thirty days only, and its balance for ever. Raises Unavailable.
    """
    line = BalanceTransaction
    with reading() as session:
        charges = session.scalars(
            select(line.source_id)
            .join(Gift, Gift.id == line.gift_id)
            .where(
                line.office_id == get_office(session, office_code).id,
                line.category == "charge",
                line.happened_at < now - UNTOLD,
                Gift.state != "paid",
            )
            .order_by(line.id)
        ).all()
    paid = []
    for charge_id in filter(None, charges):
        payment = payments.from_charge(stripe.retrieve_charge(office_code, charge_id))
        if payment is None:
            continue
        try:
            with transaction() as session:
                giving.apply_payment(session, payment, now=now)
        except Refused as error:
            log.warning("charge_untold", charge=charge_id, error=error.code)
            continue
        paid.append(payment.gift_id)
    return paid
