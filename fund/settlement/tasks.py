"""What keeps the inbox and the feed going: two quick loops, and jobs that catch what they miss."""

from collections.abc import Callable
from datetime import timedelta

import structlog

from fund import clock, jobs
from fund.db import reading
from fund.errors import NotFound, Unavailable
from fund.gateways import stripe
from fund.settlement import operations, queries
from fund.settlement.reconciliation.balance import note_balance

log = structlog.get_logger(__name__)

INBOX_PAUSE_SECONDS = 0.25
FEED_PAUSE_SECONDS = 1.0


def drain_inbox() -> None:
    """One round of the inbox loop: until nothing is due."""
    while operations.work_off(now=clock.now()) == operations.BATCH:
        pass


def ask_stripe() -> None:
    """One round of the loop that asks Stripe, apart so that a slow Stripe holds up nothing else."""
    while operations.ask_stripe(now=clock.now()):
        pass


def pull_woken_feeds() -> int:
    """One round of the feed loop."""
    return operations.pull_woken(now=clock.now())


@jobs.app.periodic(cron="*/5 * * * *")
@jobs.task("settlement.sweep_events")
def sweep_events(**_: int) -> None:
    """Every five minutes: events that never came, and a pull in case none woke the feed."""

    def sweep(office: str) -> None:
        operations.sweep(office, now=clock.now())
        operations.pull_feed(office, now=clock.now())

    _for_each_office(sweep)


@jobs.app.periodic(cron="*/15 * * * *")
@jobs.task("settlement.notice_silence")
def notice_silence(**_: int) -> None:
    """Every quarter of an hour: offices for which Stripe fell silent are named in the log."""
    with reading() as session:
        for office in queries.list_unheard(session, now=clock.now()):
            log.error("webhooks_silent", office=office.code)


@jobs.app.periodic(cron="17 * * * *")
@jobs.task("settlement.list_again")
def list_again(**_: int) -> None:
    """Hourly three hours, nightly three days again: a line found only here came late."""
    now = clock.now()
    is_new_day = clock.bangkok_day(now - timedelta(hours=1)) != clock.bangkok_day(now)
    look_back = timedelta(days=3) if is_new_day else timedelta(hours=3)

    def look_again(office: str) -> None:
        for late in operations.pull_feed(office, now=now, look_back=look_back):
            log.warning("balance_transaction_late", office=office, transaction=late)

    _for_each_office(look_again)


@jobs.app.periodic(cron="10 17 * * *")
@jobs.task("settlement.note_balances")
def note_balances(**_: int) -> None:
    """Just after midnight in Thailand: what Stripe itself says the balance of the day was."""

    def note(office: str) -> None:
        note_balance(office, now=clock.now())

    _for_each_office(note)


def _for_each_office(work: Callable[[str], None]) -> None:
    """The next round is soon: an office that Stripe or `flask setup` left out waits for it."""
    for office in stripe.list_office_codes():
        try:
            work(office)
        except (Unavailable, NotFound) as error:
            log.warning("office_left_out", office=office, error=error.code)
