"""The sweep: what no webhook told us, Stripe's own list of events does."""

from datetime import datetime
from itertools import islice

from fund.db import transaction
from fund.gateways import stripe
from fund.ledger.queries import get_office
from fund.settlement.operations.feed import get_feed
from fund.settlement.operations.inbox import find_desk, receive_listed

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
