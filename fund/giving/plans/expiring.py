"""Cards that are about to expire: their donors are told in time. No event of Stripe's tells it."""

from calendar import monthrange
from collections.abc import Iterable
from datetime import date, datetime, timedelta

from fund import clock
from fund.db import transaction
from fund.gateways.stripe import Doc
from fund.giving.models import Plan
from fund.giving.plans import mailing
from fund.giving.plans.rows import lock_plan

AHEAD = timedelta(days=45)


def tell_of_cards(running: Iterable[tuple[Doc, Plan]], *, now: datetime) -> None:
    """Write to the donors of running plans whose card expires soon; once a card and expiry."""
    today = clock.bangkok_day(now)
    for doc, plan in running:
        card = (doc["default_payment_method"] or {}).get("card")
        if plan.state != "active" or card is None:
            continue
        last = _last_day(card)
        if today <= last <= today + AHEAD:
            about = f"{doc['default_payment_method']['id']}.{last}"
            with transaction() as session:
                mailing.ask_letter(session, lock_plan(session, plan.id), "card", about, now=now)


def _last_day(card: Doc) -> date:
    year, month = card["exp_year"], card["exp_month"]
    return date(year, month, monthrange(year, month)[1])
