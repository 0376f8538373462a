"""The sweep: what no webhook told us, Stripe's own list of events does."""

from datetime import datetime

from fund.db import transaction
from fund.gateways import stripe
from fund.ledger.queries import get_office
from fund.settlement.operations.feed import get_feed
from fund.settlement.operations.inbox import receive

# A sweep looks back a little behind the last one, for events that appeared late.
OVERLAP_SECONDS = 3600


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
