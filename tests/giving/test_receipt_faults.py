"""Finance sees which receipts were missing, what was put in order, and what was not and why."""

from datetime import timedelta

import pytest
from sqlalchemy import select, text

from fund import clock
from fund.giving import queries
from fund.giving.models import ReceiptFault, ReceiptSeries
from fund.giving.tasks.healing import heal_receipts
from fund.permissions import Role
from tests.giving.factories import bring_over, pay_gift, start_gift
from tests.people.factories import make_staff

PAGE = "/staff/gifts/receipts"
MOST_OF_ALL = 2**63 - 1  # no number comes after it


@pytest.fixture(autouse=True)
def in_the_service(app):
    """As the worker runs it."""
    with app.app_context():
        yield


@pytest.fixture
def finance(world, client, session, sign_in):
    return sign_in(client, make_staff(session, Role.FINANCE_OFFICER))


@pytest.fixture
def bare(world, session):
    return bring_over(session, world)


def words(page: str) -> str:
    return " ".join(page.split())


def test_what_was_missing_and_is_healed_is_told(finance, bare):
    assert "Nobody has looked yet." in finance.get(PAGE).text
    heal_receipts(timestamp=0)
    page = words(finance.get(PAGE).text)
    assert "a paid gift without a receipt" in page
    assert "in order since" in page
    assert "Every paid gift has its receipt." in page
    assert "All was as it should be." not in page


def test_what_cannot_be_healed_says_why_until_it_is(finance, bare, session):
    series = ReceiptSeries(office_id=bare.office_id, year=2026, last_number=MOST_OF_ALL)
    session.add(series)
    session.commit()
    for _ in range(2):
        heal_receipts(timestamp=0)
    fault = session.scalars(select(ReceiptFault)).one()
    assert (fault.kind, fault.reason, fault.healed_at) == ("missing", "fault", None)
    page = words(finance.get(PAGE).text)
    assert "the service cannot do it; its own log says where" in page
    assert "Receipts that could not be given: 1" in finance.get("/staff/").text

    series.last_number = 0
    session.commit()
    heal_receipts(timestamp=0)
    session.refresh(fault)
    assert fault.healed_at is not None
    assert "Receipts that could not be given" not in finance.get("/staff/").text
    assert len(queries.list_receipts_of(session, bare.id)) == 1


def test_a_mail_that_never_left_waits_and_is_healed_once_it_has(
    finance, session, mailbox, run_jobs
):
    pay_gift(session, start_gift(session), paid_at=clock.now() - timedelta(days=3))
    session.execute(text("DELETE FROM procrastinate_jobs"))  # as if given up
    session.commit()
    heal_receipts(timestamp=0)
    page = words(finance.get(PAGE).text)
    assert "a receipt whose mail never left" in page
    assert "the mail server has not taken it" in page
    run_jobs()
    assert len(mailbox.mails) == 1
    heal_receipts(timestamp=0)
    page = words(finance.get(PAGE).text)
    assert "the mail server has not taken it" not in page
    assert "in order since" in page
    assert "All was as it should be." in page


def test_a_quiet_day_says_so(finance, session):
    pay_gift(session, start_gift(session))
    heal_receipts(timestamp=0)
    page = words(finance.get(PAGE).text)
    assert "All was as it should be." in page
    assert "Every paid gift has its receipt." in page
    assert session.scalars(select(ReceiptFault)).all() == []
