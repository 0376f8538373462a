"""Receipts: one a gift, numbered without gaps, dated by payment, in the donor's language."""

import re
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, date, datetime
from io import BytesIO

import pypdf
import pytest
from sqlalchemy import select

from fund import db
from fund.audit.queries import get_leaf_hash
from fund.errors import Denied, Refused, Unavailable
from fund.giving import operations, tasks
from fund.giving.models import Gift, Receipt
from fund.giving.payments import StripePayment
from fund.ledger.queries import account_id, balance
from fund.money import Money
from fund.permissions import SYSTEM, Actor, Role
from tests.giving.factories import make_giving_world, pay_gift, start_gift

NEW_YEAR_IN_WELLINGTON = datetime(2026, 12, 31, 12, 0, tzinfo=UTC)


def parts(mail):
    text = mail.get_body(("plain",)).get_content()
    html = mail.get_body(("html",)).get_content()
    (paper,) = mail.iter_attachments()
    return text, html, paper


def test_a_receipt_comes_as_text_html_and_paper(world, session, mailbox, run_jobs):
    gift = pay_gift(session, start_gift(session, Money(75_50, "NZD")))
    run_jobs()
    (mail,) = mailbox.mails
    receipt = session.scalars(select(Receipt)).one()
    assert mail["Subject"] == "Receipt NZ-2026-000001 for your gift of NZ$75.50"
    assert mail["Content-Language"] == "en"
    text, html, paper = parts(mail)
    for said in ("NZ-2026-000001", "NZ$75.50", "Mere Donor", "LIFT Practice Trust", "24 Nov 2026"):
        assert said in text
        assert said in html
    assert "donation receipt for New Zealand" in text
    assert f"http://localhost/log/check/{receipt.audit_event_id}" in text
    leaf = get_leaf_hash(session, receipt.audit_event_id)
    assert paper.get_filename() == "NZ-2026-000001.pdf"
    printed = pypdf.PdfReader(BytesIO(paper.get_content())).pages[0].extract_text()
    assert "NZ-2026-000001" in printed
    assert "NZ$75.50" in printed
    assert all(f"Fingerprint in the log: {leaf}" in said for said in (text, html, printed))
    assert receipt.gift_id == gift.id
    assert receipt.mailed_at is not None


def test_a_thai_donor_gets_a_thai_receipt(world, session, mailbox, run_jobs):
    pay_gift(session, start_gift(session, Money(1_500_00, "THB"), language="th"))
    run_jobs()
    (mail,) = mailbox.mails
    assert mail["Content-Language"] == "th"
    text, _, paper = parts(mail)
    assert "การศึกษา" in text
    assert "2569" in text
    root = pypdf.PdfReader(BytesIO(paper.get_content())).trailer["/Root"]
    assert root["/Lang"] == "th"


def test_an_office_without_tax_receipts_says_so(world, session, now, mailbox, run_jobs):
    operations.set_terms(session, world.abroad, actor=SYSTEM, now=now)
    pay_gift(session, start_gift(session))
    run_jobs()
    assert "It is not a tax receipt." in parts(mailbox.mails[0])[0]


def test_mailing_twice_sends_once(world, session, mailbox, run_jobs, app):
    pay_gift(session, start_gift(session))
    run_jobs()
    with app.app_context():
        tasks.mail_receipt(receipt_id=str(session.scalars(select(Receipt.id)).one()))
    assert len(mailbox.mails) == 1


def test_a_mail_that_does_not_leave_is_tried_again(world, session, mailbox, run_jobs, app):
    pay_gift(session, start_gift(session))
    mailbox.is_down = True
    receipt_id = str(session.scalars(select(Receipt.id)).one())
    with app.app_context(), pytest.raises(Unavailable):
        tasks.mail_receipt(receipt_id=receipt_id)
    mailbox.is_down = False
    run_jobs()
    (mail,) = mailbox.mails
    assert mail["Message-ID"] == f"<receipt-{receipt_id}@lift.example>"


def test_a_receipt_is_dated_where_its_office_is(world, session):
    pay_gift(session, start_gift(session), paid_at=NEW_YEAR_IN_WELLINGTON)
    receipt = session.scalars(select(Receipt)).one()
    assert (receipt.issued_on, receipt.year, receipt.number) == (date(2027, 1, 1), 2027, 1)


def test_an_issued_receipt_stays_as_it_is(world, session):
    pay_gift(session, start_gift(session))
    for change in (
        Receipt.__table__.update().values(number=7),
        Receipt.__table__.delete(),
    ):
        with pytest.raises(Exception, match="stays as it is"), session.begin_nested():
            session.execute(change)


@pytest.mark.usefixtures("fresh_url")
def test_numbers_have_no_gaps_however_many_pay_at_once():
    with db.transaction() as session:
        make_giving_world(session)
    with db.transaction() as session:
        gifts = [_started(session, number) for number in range(12)]

    def pay(gift: Gift) -> None:
        for _ in range(2):  # the webhook and the thanks page, at the same moment
            with db.transaction() as session:
                operations.apply_payment(session, _paid(gift), now=gift.created_at)

    def give_up(gift: Gift) -> None:
        with suppress(ZeroDivisionError), db.transaction() as session:
            operations.apply_payment(session, _paid(gift), now=gift.created_at)
            raise ZeroDivisionError

    with ThreadPoolExecutor(6) as donors:
        jobs = [donors.submit(give_up if n % 4 == 3 else pay, g) for n, g in enumerate(gifts)]
        for job in jobs:
            job.result()
    with db.reading() as session:
        numbers = sorted(session.scalars(select(Receipt.number)))
    assert numbers == list(range(1, 10))


def _started(session, number: int) -> Gift:
    return operations.start_gift(
        session,
        amount=Money(50_00, "NZD"),
        fund_code="general",
        email=f"donor{number}@example.org",
        name="",
        language="en",
        now=datetime(2026, 11, 24, 3, 0, tzinfo=UTC),
    )


def _paid(gift: Gift):
    return StripePayment(
        gift_id=gift.id,
        attempt=1,
        state="paid",
        amount=gift.amount,
        session_id=f"cs_{gift.id}",
        payment_intent_id=f"pi_{gift.id}",
        charge_id=f"ch_{gift.id}",
        paid_at=gift.created_at,
    )


# --- Gifts to the bank ------------------------------------------------------------------------

FINANCE = Actor("staff", roles=frozenset({Role.FINANCE_OFFICER}))


def record(session, world, now, **changes):
    values = {
        "office": world.thai,
        "fund": world.funds["education"],
        "amount": Money(3_000_00, "THB"),
        "received_on": date(2026, 11, 23),
        "bank_reference": "KBANK-0001",
        "actor": FINANCE,
        "now": now,
        "email": "somchai@example.org",
        "name": "สมชาย ใจดี",
        "language": "th",
    } | changes
    gift = operations.record_bank_gift(session, **values)
    session.commit()
    return gift


def test_a_gift_to_the_bank_is_booked_and_receipted(world, session, now, mailbox, run_jobs):
    gift = record(session, world, now)
    bank = account_id(session, gift.fund_id, world.thai.id, "THB", "bank")
    assert balance(session, bank) == Money(3_000_00, "THB")
    run_jobs()
    assert re.match(r".*TH-2026-000001", mailbox.mails[0]["Subject"])
    assert "สมชาย ใจดี" in parts(mailbox.mails[0])[0]


def test_a_gift_of_nobody_known_gets_a_number_but_no_mail(world, session, now, mailbox, run_jobs):
    record(session, world, now, email="", name="")
    run_jobs()
    assert mailbox.mails == []
    assert session.scalars(select(Receipt)).one().number == 1


def test_a_line_of_the_bank_is_recorded_once(world, session, now):
    record(session, world, now)
    with pytest.raises(Refused, match="bank_reference_known"):
        record(session, world, now)


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"amount": Money(30_00, "NZD")}, Refused),
        ({"actor": Actor("staff", roles=frozenset({Role.AUDITOR}))}, Denied),
    ],
)
def test_what_cannot_be_recorded(world, session, now, changes, error):
    with pytest.raises(error):
        record(session, world, now, **changes)


def test_the_system_may_record_one(world, session, now):
    assert record(session, world, now, actor=SYSTEM).state == "paid"
