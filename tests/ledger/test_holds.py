"""What inquiries hold of a fund is listed on its report, one by one, as of any past day."""

from datetime import datetime, timedelta

import pytest

from fund.clock import bangkok_day
from fund.clock import now as current_time
from fund.db import PAGE
from fund.ledger import journals, operations
from fund.ledger.journals import Book
from fund.permissions import SYSTEM, Role
from tests.ledger.factories import make_fund, make_office
from tests.people.factories import make_staff

REPORT = "/staff/ledger/statements/funds/general"
NOTHING = "Nothing was held back for an inquiry"


@pytest.fixture
def reader(client, session, sign_in):
    """A browser in which somebody of finance is signed in."""
    return sign_in(client, make_staff(session, Role.TREASURER))


@pytest.fixture
def charge(session):
    """A gift by card of NZ$100; the journal's id."""
    book = Book.load(session, make_fund(session).id, make_office(session, "nz").id, "NZD")
    draft = journals.charge(book, "txn_1", bangkok_day(current_time()), 10_000, 0)
    return operations.post(session, [draft], actor=SYSTEM, now=current_time())[0]


def hold(session, cause, *, concerns=None, currency="THB", fund="general", at: datetime):
    return operations.hold(
        session,
        fund_id=make_fund(session, fund).id,
        currency=currency,
        amount_minor=65_400,
        concerns=concerns,
        cause=cause,
        actor=SYSTEM,
        now=at,
    )


def test_each_open_inquiry_is_listed_with_its_cause_and_its_charge(reader, session, charge):
    now = current_time()
    assert NOTHING in reader.get(REPORT).text
    hold(session, "inquiry:dp_1", concerns="txn_1", currency="NZD", at=now)
    hold(session, "review:prv_1", concerns="txn_unknown", at=now)
    hold(session, "letter", at=now)
    hold(session, "inquiry:elsewhere", fund="education", at=now)
    page = reader.get(REPORT).text
    for words in (
        "A bank asks about it · dp_1", "NZD 654.00", f"/staff/ledger/journals/{charge}",
        "Stripe finds the gift risky · prv_1", "<code>txn_unknown</code>",
        ">letter<", "no single gift",
    ):  # fmt: skip
        assert words in page
    assert page.count("654.00") == 3 + 2  # each, and the fund's baht in sum
    assert page.index("letter") < page.index("prv_1") < page.index("dp_1")
    assert "elsewhere" not in page
    assert NOTHING not in page
    reader.set_cookie("language", "th")
    assert "ธนาคารสอบถาม" in reader.get(REPORT).text


def test_the_list_is_of_the_end_of_the_days(reader, session):
    now = current_time()
    week_ago = now - timedelta(days=7)
    over = hold(session, "inquiry:over", at=week_ago)
    operations.release(session, over, actor=SYSTEM, now=now - timedelta(days=3))
    hold(session, "inquiry:new", at=now)

    def listed(days):
        last = bangkok_day(now - timedelta(days=days)).isoformat()
        page = reader.get(REPORT, query_string={"last": last}).text
        return [name for name in ("over", "new") if f"about it · {name}" in page]

    assert [listed(days) for days in (8, 7, 4, 3, 1, 0)] == [
        [],
        ["over"],
        ["over"],
        [],
        [],
        ["new"],
    ]


def test_the_sum_among_the_balances_leads_to_the_list(reader, session):
    make_fund(session)
    address = f"{REPORT}#holds"
    assert address not in reader.get("/staff/ledger").text
    hold(session, "inquiry:1", at=current_time())
    assert address in reader.get("/staff/ledger").text


def test_many_inquiries_cost_no_more_statements_than_one(reader, session, charge, count_statements):
    now = current_time()
    costs = []
    for n in range(PAGE + 3):
        hold(session, f"inquiry:{n:03}", concerns="txn_1", at=now)
        if n in (0, PAGE + 2):
            with count_statements() as seen:
                page = reader.get(REPORT).text
            costs.append(len(seen))
    assert costs[0] == costs[1]
    assert ("· 052" in page, "· 003" in page, "· 002" in page) == (True, True, False)
    older = page.split('rel="next" href="')[1].split('"')[0].replace("&amp;", "&")
    assert "last=" in older
    rest = reader.get(older).text
    assert ("· 002" in rest, "· 000" in rest, "· 003" in rest) == (True, True, False)
