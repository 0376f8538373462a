"""The statements agree with each other and with the books, whatever was booked and when."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fund.clock import bangkok_day
from fund.ids import new_id
from fund.ledger import journals, operations, queries, statements
from fund.ledger.journals import Book
from fund.ledger.models import ROLES
from fund.ledger.statements import Days, Statement, changes, figures
from fund.ledger.statements.commitments import Commitments, commitments_in
from fund.ledger.statements.position import ASSETS, LIABILITIES
from fund.ledger.statements.reserve import Held, held_back_at
from fund.money import Money
from fund.permissions import SYSTEM, Actor, Role
from tests.ledger.factories import FUNDS, give_cash, make_fund, make_office

BEGIN = date(2026, 1, 1)
NOW = datetime(2026, 4, 1, 3, 0, tzinfo=UTC)
FINANCE = Actor("staff", new_id(), frozenset({Role.FINANCE_OFFICER}))
LAST = 89  # days after the first on which something may happen

# Fact -> its journal, of a book and its other one (the same fund at the other office).
FACTS = {
    "charge": lambda b, _, day, n: journals.charge(b, f"txn_{new_id()}", day, n, n // 30),
    "available": lambda b, _, day, n: journals.became_available(b, f"t{new_id()}", day, n),
    "refund": lambda b, _, day, n: journals.refund(
        b, f"r{new_id()}", day, n, charge_txn_id="txn_none"
    ),
    "dispute": lambda b, _, day, n: journals.dispute_opened(
        b, f"d{new_id()}", day, n, 15, charge_txn_id="txn_none"
    ),
    "lost": lambda b, _, day, n: journals.dispute_lost(
        b, f"dp{new_id()}", day, n, charge_txn_id="txn_none"
    ),
    "gift": lambda b, _, day, n: journals.gift_to_bank(b, new_id(), day, n),
    "sent": lambda b, _, day, n: journals.payment_sent(b, new_id(), day, n),
    "confirmed": lambda b, _, day, n: journals.payment_confirmed(b, new_id(), day, n),
    "bank charge": lambda b, _, day, n: journals.bank_charge(b, new_id(), day, n),
    "interest": lambda b, _, day, n: journals.interest(b, new_id(), day, n),
    "withheld": lambda b, _, day, n: journals.tax_withheld(b, new_id(), day, n),
    "opening": lambda b, _, day, n: journals.opening_balance(b, new_id(), day, n),
    "exchange": lambda b, other, day, n: journals.exchange(b, other, new_id(), day, n, 19 * n),
}
a_fact = st.tuples(
    st.sampled_from(sorted(FACTS)),
    st.sampled_from(sorted(FUNDS)),
    st.sampled_from(["th", "nz"]),
    st.integers(0, LAST),
    st.integers(1, 10_000_000),
)
a_rate = st.tuples(st.integers(0, LAST), st.decimals("0.5", "40", places=4))


@pytest.fixture
def books(session):
    """Each fund's book at each office."""
    for office in ("th", "nz"):
        make_office(session, office)
    funds = {code: make_fund(session, code) for code in FUNDS}
    return {
        (code, office): Book.load(session, fund.id, make_office(session, office).id, currency)
        for code, fund in funds.items()
        for office, currency in (("th", "THB"), ("nz", "NZD"))
    }


def book_all(session, books, facts, rates):
    drafts = [
        FACTS[kind](
            books[fund, office],
            books[fund, "nz" if office == "th" else "th"],
            BEGIN + timedelta(days=day),
            amount,
        )
        for kind, fund, office, day, amount in facts
    ]
    operations.post(session, drafts, actor=SYSTEM, now=NOW)
    for day, rate in rates:
        operations.enter_rate(
            session,
            currency="NZD",
            valid_on=BEGIN + timedelta(days=day),
            thb_per_unit=rate,
            source="the bank",
            actor=FINANCE,
            now=NOW,
        )


def section(statement: Statement, title: str, *, nth: int = 0) -> dict[str, int]:
    """Row -> minor units in the last column."""
    found = [s for s in statement.sections if s.title == title][nth]
    return {
        row.cells[0]: row.cells[-1].amount_minor
        for row in found.rows
        if isinstance(row.cells[-1], Money)
    }


@settings(
    max_examples=25,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    facts=st.lists(a_fact, min_size=1, max_size=25),
    rates=st.lists(a_rate, max_size=4),
    asked=st.tuples(st.integers(0, LAST), st.integers(0, LAST)).map(sorted),
)
def test_the_statements_of_any_books_and_days_agree(session, books, facts, rates, asked):
    days = Days(*(BEGIN + timedelta(days=day) for day in asked))
    with session.begin_nested() as savepoint:
        book_all(session, books, facts, rates)
        both_sides_are_equal(session, days)
        what_is_owned_is_what_it_is_for(session, days)
        the_activities_lead_from_one_position_to_the_next(session, days)
        the_funds_reports_are_the_whole(session, days)
        the_exchange_is_what_the_rates_say(session, days)
        savepoint.rollback()


def both_sides_are_equal(session, days):
    for part in statements.balances(session, days):
        assert part.debits == part.credits
        assert sum(a.figures.debits for a in part.accounts) == sum(
            a.figures.credits for a in part.accounts
        )
        assert sum(a.figures.opening for a in part.accounts) == 0


def what_is_owned_is_what_it_is_for(session, days):
    made = statements.position(session, days, now=NOW)
    totals = {
        row.cells[0]: row.cells[-1].amount_minor
        for s in made.sections
        for row in s.rows
        if row.is_total
    }
    liabilities = totals.get("Total liabilities", 0)
    assert totals["Total assets"] - liabilities == totals["Total net assets"]


def the_activities_lead_from_one_position_to_the_next(session, days):
    made = statements.activities(session, days, now=NOW)
    opening = section(made, "Net assets")["At the beginning"]
    closing = section(made, "Net assets", nth=1)
    lines = sum(
        row.cells[-1].amount_minor
        for s in made.sections
        for row in s.rows
        if s.title != "Net assets" and not row.is_total
    )
    before = statements.position(session, Days(None, days.before), now=NOW)
    after = statements.position(session, days, now=NOW)
    assert opening == section(before, "Net assets")["Total net assets"]
    assert closing["At the end"] == section(after, "Net assets")["Total net assets"]
    assert opening + lines == closing["At the end"]
    assert closing["Change in net assets"] == lines


def the_funds_reports_are_the_whole(session, days):
    whole = section(statements.position(session, days, now=NOW), "Net assets")["Total net assets"]
    gifts = 0
    closings = []
    for fund in queries.list_funds(session):
        report = section(statements.fund_report(session, fund, days, now=NOW), "Money")
        closing = report.pop("At the end")
        assert sum(report.values()) == closing
        closings.append(closing)
        gifts += sum(amount for name, amount in report.items() if name.startswith("Gifts"))
    assert sum(closings) == whole
    support = section(statements.activities(session, days, now=NOW), "Gifts and other support")
    assert support.get("Gifts", 0) == gifts


def the_exchange_is_what_the_rates_say(session, days):
    """What exchanging brought at the closing rate, and what that did to what was held before."""
    made = figures.load(session, days)
    now, before = made.rates.get("NZD"), made.rates_before.get("NZD")
    rate = now.thb_per_unit if now else Decimal(0)
    for fund_id, change in changes.changes_of(made).items():
        own = [a for a in made.accounts if a.fund.id == fund_id]
        expected = Decimal(0)
        for a in own:
            per_unit = Decimal(1) if a.account.currency == "THB" else rate
            if a.account.role == "fx_position":
                expected += per_unit * a.change
            if a.is_held and a.account.currency == "NZD" and before:
                expected += (rate - before.thb_per_unit) * a.opening
        assert abs(change.lines["exchange"] - expected) <= 2 * len(own)


# --- One thing at a time ----------------------------------------------------------------------


def test_every_role_has_its_line():
    """A role of no line would be missing from a statement without anybody noticing."""
    lines = [*changes.LINES.values(), *ASSETS.values(), *LIABILITIES.values()]
    assert sorted(role for roles in lines for role in roles) == sorted(set(ROLES) - {"fx_position"})


def test_what_a_restricted_fund_spends_is_released(session, books):
    book_all(
        session,
        books,
        [("gift", "education", "th", 0, 100_000), ("sent", "education", "th", 1, 30_000)],
        [],
    )
    made = statements.activities(session, Days(BEGIN, BEGIN + timedelta(days=2)), now=NOW)
    rows = {row.cells[0]: [m.amount_minor for m in row.cells[1:]] for _, row in made.rows()}
    assert rows["Gifts"] == [0, 100_000, 100_000]
    assert rows["Spent as the donors asked"] == [30_000, -30_000, 0]
    assert rows["Grants"] == [-30_000, 0, -30_000]
    assert rows["At the end"] == [0, 70_000, 70_000]


def test_foreign_cash_without_a_rate_is_told_and_left_out(session, books):
    book_all(session, books, [("gift", "general", "nz", 0, 10_000)], [(5, Decimal("20.5"))])
    before = statements.position(session, Days(None, BEGIN + timedelta(days=4)), now=NOW)
    after = statements.position(session, Days(None, BEGIN + timedelta(days=5)), now=NOW)
    assert section(before, "Net assets")["Total net assets"] == 0
    assert "100.00 NZD, because no rate was entered by 5 Jan 2026" in before.notes[0]
    [row] = [row for _, row in after.rows() if row.cells[0] == "Bank"]
    assert row.cells[2:] == (Money(10_000, "NZD"), "20.5 of 6 Jan 2026", Money(205_000, "THB"))


def test_a_change_of_the_rate_is_a_gain_of_its_own(session, books):
    rates = [(0, Decimal("20")), (40, Decimal("21"))]
    book_all(session, books, [("gift", "general", "nz", 0, 10_000)], rates)
    days = Days(BEGIN + timedelta(days=31), BEGIN + timedelta(days=58))
    made = statements.activities(session, days, now=NOW)
    assert section(made, "Other changes")["Gain or loss on exchange"] == 10_000
    assert made.notes[1:] == [
        "NZD at the beginning translated at 20 of 1 Jan 2026.",
        "NZD translated at 21 of 10 Feb 2026.",
    ]


def test_a_reversed_gift_counts_nowhere(session, books):
    give_cash(session, make_fund(session), 50_000, now=NOW)
    [gift] = operations.post(
        session,
        [journals.gift_to_bank(books["general", "th"], new_id(), BEGIN, 70_000)],
        actor=SYSTEM,
        now=NOW,
    )
    draft = journals.reversal(journals.Booked.load(session, gift), BEGIN)
    operations.post(session, [draft], actor=SYSTEM, now=NOW)
    days = Days(BEGIN, bangkok_day(NOW))
    report = section(statements.fund_report(session, make_fund(session), days, now=NOW), "Money")
    assert report["Gifts to the bank"] == 50_000
    assert report["Gifts booked by hand"] == report["Gifts by card or wallet"] == 0


def test_commitments_are_those_of_the_day(session):
    """A change counts on its day in Thailand, and what came back is not paid."""
    fund = make_fund(session)
    give_cash(session, fund, 100_000)
    at = datetime(2026, 2, 1, 18, 0, tzinfo=UTC)  # the second of February in Thailand
    held = operations.reserve(
        session, fund_id=fund.id, award_id=new_id(), amount_minor=60_000, actor=SYSTEM, now=at
    )
    later = at + timedelta(days=10)
    operations.liquidate(session, held, 20_000, cause="a", actor=SYSTEM, now=later)
    operations.reserve_again(session, held, 5_000, cause="a", actor=SYSTEM, now=later)
    operations.free(session, held, actor=SYSTEM, now=later + timedelta(days=1))

    def of(first, last):
        return commitments_in(session, Days(first, last)).get(fund.id, Commitments())

    assert of(date(2026, 1, 1), date(2026, 2, 1)) == Commitments()
    assert of(date(2026, 2, 2), date(2026, 2, 2)) == Commitments(made=60_000)
    assert of(date(2026, 2, 3), date(2026, 2, 12)) == Commitments(opening=60_000, paid=15_000)
    assert of(date(2026, 2, 3), date(2026, 3, 1)).freed == 45_000
    assert of(date(2026, 2, 3), date(2026, 3, 1)).closing == 0


def test_what_is_held_back_today_is_what_awards_are_held_to(session):
    """The statement's own reckoning and the guard's cannot drift apart unseen."""
    office, fund = make_office(session, "nz", currency="THB"), make_fund(session)
    book = Book.load(session, fund.id, office.id, "THB")
    day = bangkok_day(NOW)
    drafts = [
        journals.charge(book, "young", day - timedelta(days=3), 10_000, 0),
        journals.charge(book, "old", day - timedelta(days=40), 20_000, 0),
        journals.charge(book, "older", day - timedelta(days=50), 30_000, 0),
        journals.refund(book, "back", day, 4_000, charge_txn_id="young"),
    ]
    operations.post(session, drafts, actor=SYSTEM, now=NOW)
    for concerns, amount in (("old", 50_000), ("young", 10_000), (None, 700)):
        operations.hold(
            session,
            fund_id=fund.id,
            currency="THB",
            amount_minor=amount,
            concerns=concerns,
            cause=f"inquiry:{concerns}",
            actor=SYSTEM,
            now=NOW,
        )
    position_now = queries.available(session, fund.id, now=NOW)
    assert held_back_at(session, fund.id, day) == Held(6_000, 20_700)
    assert (position_now.young.amount_minor, position_now.inquiries.amount_minor) == (6_000, 20_700)
    assert held_back_at(session, fund.id, day - timedelta(days=1)) == Held(10_000, 0)
    assert held_back_at(session, fund.id, day - timedelta(days=30)).young == 20_000


def test_an_accounts_lines_add_up_in_either_direction(session, books):
    """The balance beside each line is the same, whichever way and from whichever page it is met."""
    book_all(
        session,
        books,
        [
            (kind, "general", "nz", n // 9, 1_000 + n)
            for n in range(60)
            for kind in ("charge", "available")
        ],
        [],
    )
    account = books["general", "nz"].accounts["stripe_pending"].id
    days = Days(BEGIN + timedelta(days=1), BEGIN + timedelta(days=5))

    def walk(newest_first):
        found, after = [], None
        while True:
            page = statements.account_page(
                session, account, days, now=NOW, newest_first=newest_first, after=after
            )
            found += [row.cells for _, row in page.statement.rows()]
            if page.following is None:
                return found, page
            after = page.following

    forwards, page = walk(newest_first=False)
    backwards, _ = walk(newest_first=True)
    assert len(forwards) > 100
    assert forwards == backwards[::-1]
    assert forwards[-1][-1] == page.closing
    balance = page.opening.amount_minor
    for _, _, _, debit, credit, after in forwards:
        balance += (debit or Money(0, "NZD")).amount_minor
        balance -= (credit or Money(0, "NZD")).amount_minor
        assert after.amount_minor == balance
    [whole] = statements.whole_account(session, account, days, now=NOW).sections
    assert [row.cells for row in whole.rows][1:-1] == forwards
