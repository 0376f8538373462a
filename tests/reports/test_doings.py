"""What donors are told of their funds' grants: true, rounded down, and never about a few people."""

from collections import defaultdict
from datetime import date, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fund import clock
from fund.disbursements import operations
from fund.ids import new_id
from fund.money import baht
from fund.reports.doings import STEP, Paid, last_quarter_end, list_doings, publishable, tell
from tests.disbursements.factories import NOW, make_sent, make_team
from tests.giving.factories import make_donor, make_giving_world, pay_gift, start_gift, visit

FUND = new_id()


def paid(who: int, day: date, thb: int = 20_000, kind: str = "tuition") -> Paid:
    return Paid(FUND, UUID(int=who), UUID(int=who), kind, day, thb * 100)


@pytest.mark.parametrize(
    ("today", "until"),
    [
        (date(2026, 11, 24), date(2026, 9, 30)),
        (date(2026, 1, 1), date(2025, 12, 31)),
        (date(2026, 4, 1), date(2026, 3, 31)),
    ],
)
def test_figures_end_with_the_last_quarter(today, until):
    assert last_quarter_end(today) == until


def test_five_helped_alike_are_told_of_and_four_are_not():
    day = date(2026, 2, 3)
    (year,) = tell(paid(who, day) for who in range(5))
    assert (year.grants, year.kinds) == (5, [("tuition", baht(100_000_00))])
    assert tell(paid(who, day) for who in range(4)) == []


def test_five_payments_of_one_person_are_nobodys_business():
    assert tell(paid(1, date(2026, month, 3)) for month in range(1, 10)) == []


def test_what_is_mostly_one_persons_is_not_told():
    day = date(2026, 2, 3)
    assert tell([paid(9, day, 90_000), *(paid(who, day, 10_000) for who in range(8))]) == []


def test_a_kind_of_few_is_left_out_and_no_total_betrays_it():
    day = date(2026, 2, 3)
    lines = [paid(who, day, 21_500) for who in range(6)] + [paid(7, day, kind="tools")]
    (year,) = tell(lines)
    assert year.kinds == [("tuition", baht(120_000_00))]
    assert year.grants == 5


def test_one_payment_more_in_the_next_quarter_changes_nothing_yet():
    first = [paid(who, date(2026, 2, 3)) for who in range(5)]
    assert tell([*first, paid(9, date(2026, 5, 3))]) == tell(first)
    more = [paid(who, date(2026, 8, 3)) for who in range(10, 14)]
    (year,) = tell([*first, paid(9, date(2026, 5, 3)), *more])
    assert year.kinds == [("tuition", baht(200_000_00))]


days = st.dates(date(2026, 1, 1), date(2026, 12, 31))
lines = st.lists(st.builds(paid, st.integers(1, 12), days, st.integers(1, 60_000)), max_size=60)


@given(lines)
def test_the_difference_of_two_days_figures_is_never_about_a_few(found):
    ends = (date(2026, 3, 31), date(2026, 6, 30), date(2026, 9, 30), date(2026, 12, 31))
    before: list[Paid] = []
    for end in ends:
        now_told = publishable([line for line in found if line.paid_on <= end])
        grown = now_told[len(before) :]
        assert now_told[: len(before)] == before
        if grown:
            by_person = defaultdict(int)
            for line in grown:
                by_person[line.survivor_id] += line.amount_minor
            assert len(by_person) >= 5
            assert max(by_person.values()) * 2 <= sum(by_person.values())
        before = now_told
    for year in tell(found):
        assert all(amount.amount_minor % STEP == 0 for _, amount in year.kinds)


def test_a_donor_reads_what_their_fund_paid_and_nothing_of_one_person(session, client, monkeypatch):
    make_giving_world(session)
    pay_gift(session, start_gift(session))
    team = make_team(session)

    def page() -> str:
        later = NOW.replace(year=NOW.year + 1, month=2)
        monkeypatch.setattr(clock, "now", lambda: later)
        visit(session, client, make_donor(session))
        text = client.get("/my/funds").text
        monkeypatch.undo()
        return text

    _confirm(session, team)
    assert "Too little was paid yet" in page()
    for _ in range(4):
        _confirm(session, team)
    told = page()
    assert "Grants that were paid: at least 5." in told
    assert "Too little" not in told
    doings, _ = list_doings(session, make_donor(session, "x@example.org").id, today=NOW.date())
    assert doings == []


def _confirm(session, team) -> None:
    run = make_sent(session, team)
    for payment in run.payments:
        operations.confirm_payment(
            session,
            payment,
            bank_reference=payment.reference,
            paid_on=clock.bangkok_day(NOW),
            actor=team.treasurer.actor_at(NOW + timedelta(minutes=1)),
            now=NOW,
        )
    session.commit()
