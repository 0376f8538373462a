"""What keeps the inbox and the feed going: two quick loops, and jobs that catch what they miss."""

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import structlog

from fund import clock, i18n, jobs
from fund.db import reading, transaction
from fund.errors import NotFound, Unavailable
from fund.gateways import mail, stripe
from fund.people.queries import get_staff, list_staff_with_role
from fund.permissions import Role
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
    """Every quarter of an hour: offices for which Stripe fell silent are named in the log, and
    finance has a mail once a silence."""
    now = clock.now()
    with transaction() as session:
        heard = dict(queries.list_heard(session))
        finance = list_staff_with_role(session, Role.FINANCE_OFFICER, now=now)
        for office in queries.list_unheard(session, now=now):
            log.error("webhooks_silent", office=office.code)
            if operations.note_silence(session, office.id, heard_at=heard[office], now=now):
                for staff in finance:
                    jobs.defer(session, mail_silence, office_id=office.id, staff_id=staff.id)


@jobs.task("settlement.mail_silence")
def mail_silence(office_id: str, staff_id: str) -> None:
    """Tell one person of finance that Stripe fell silent for an office, unless it is over."""
    now = clock.now()
    with reading() as session:
        silent = {office.id: office for office in queries.list_unheard(session, now=now)}
        office = silent.get(UUID(office_id))
        if office is None:
            return
        staff = get_staff(session, UUID(staff_id))
        subject, text, html = i18n.render_mail(
            "silence",
            staff.language,
            to=staff.name,
            office=office.legal_name,
            hours=queries.SILENCE_HOURS,
        )
        to, language = staff.email, staff.language
    message_id = f"silence-{office_id}-{staff_id}-{now:%Y%m%d%H}"
    mail.send(to, subject, text, html, message_id=message_id, language=language)


@jobs.app.periodic(cron="17 * * * *")
@jobs.task("settlement.list_again")
def list_again(**_: int) -> None:
    """Hourly three hours, nightly three days again: a line found only here came late. Gifts whose
    money is booked are paid, should no event have told so."""
    now = clock.now()
    is_new_day = clock.bangkok_day(now - timedelta(hours=1)) != clock.bangkok_day(now)
    look_back = timedelta(days=3) if is_new_day else timedelta(hours=3)

    def look_again(office: str) -> None:
        for late in operations.pull_feed(office, now=now, look_back=look_back):
            log.warning("balance_transaction_late", office=office, transaction=late)
        for gift_id in operations.pay_untold(office, now=now):
            log.warning("gift_paid_untold", office=office, gift=gift_id)

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
