"""What a line is in the books: by reference, by amount and day, by the bank's words, by hand."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select, text

from fund.audit.models import Event
from fund.banking import operations, queries
from fund.banking.models import BankLine, BankMatch
from fund.banking.operations import Choice
from fund.disbursements import operations as disbursements
from fund.errors import Denied, Refused
from fund.ids import new_id
from fund.ledger import journals, verification
from fund.ledger import operations as ledger
from fund.ledger.models import Journal, Office
from fund.permissions import SYSTEM, Actor, Role
from tests.applications.factories import NOW as PAID
from tests.banking.factories import Said, camt, make_account, make_payout, record
from tests.bookkeeping.factories import NOW, at, balances, booked
from tests.disbursements.factories import make_sent, make_team
from tests.ledger.factories import make_office
from tests.refusing import refuses

ON = date(2026, 11, 20)


@pytest.fixture(autouse=True)
def immediately(session):
    """What holds at the end of a command holds here after each statement that ends one."""
    yield
    session.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))


def give(session, fund, office, amount_minor, *, on=ON):
    """A gift that finance booked from a paper; the journal's id."""
    book = journals.Book.load(session, fund.id, office.id, office.currency)
    draft = journals.gift_to_bank(book, new_id(), on, amount_minor)
    return ledger.post(session, [draft], actor=SYSTEM, now=NOW)[0]


def lines_of(session, statement):
    query = select(BankLine).where(BankLine.statement_id == statement.id)
    return list(session.scalars(query.order_by(BankLine.position)))


def suggested(session, statement):
    found = queries.list_suggestions(session, queries.list_open(session, statement))
    return [(s.line.position, s.token.partition(":")[0], s.rule) for s in found]


def confirm_all(session, statement, actor):
    found = queries.list_suggestions(session, queries.list_open(session, statement))
    chosen = [Choice(s.line.id, s.token, s.rule) for s in found]
    return operations.confirm_suggestions(session, chosen, actor=actor, now=NOW)


def charged(session, fund):
    return sum(v for code, v in balances(session, fund).items() if "bank_charges" in code)


def test_what_is_booked_already_is_found_and_booked_no_second_time(
    session, account, fund, office, finance
):
    journal_id = give(session, fund, office, 150_00)
    before = balances(session, fund)
    statement = record(session, account, camt([Said("150.00")]), finance.second)
    assert suggested(session, statement) == [(1, "booked", "amount_and_day")]
    assert confirm_all(session, statement, finance.second) == 1
    assert balances(session, fund) == before
    (line,) = lines_of(session, statement)
    ((match, journal),) = queries.list_matches(session, [line.id])[line.id]
    assert (line.state, journal.id, match.kind) == ("matched", journal_id, "booked")
    event = session.scalars(select(Event).where(Event.name == "bank_line_matched")).one()
    assert event.data["journal_id"] == str(journal_id)


def test_two_of_one_amount_are_nobodys_guess(session, account, fund, office, finance):
    give(session, fund, office, 150_00)
    give(session, fund, office, 150_00)
    statement = record(session, account, camt([Said("150.00"), Said("7.00")]), finance.second)
    assert suggested(session, statement) == []


def test_one_fact_is_suggested_for_one_line(session, account, fund, office, finance):
    give(session, fund, office, 150_00)
    statement = record(session, account, camt([Said("150.00"), Said("150.00")]), finance.second)
    assert suggested(session, statement) == []


def test_a_day_too_far_off_is_another_fact(session, account, fund, office, finance):
    give(session, fund, office, 150_00, on=ON - timedelta(days=6))
    statement = record(session, account, camt([Said("150.00")]), finance.second)
    assert suggested(session, statement) == []


def test_what_was_reversed_waits_for_no_line(session, account, fund, office, finance):
    entry = booked(session, finance, "interest", at(fund, office, 5_00), day=ON)
    booked(session, finance, "reversal", {"journal_id": str(entry.journal_id)}, day=ON)
    statement = record(session, account, camt([Said("5.00")]), finance.second)
    assert suggested(session, statement) == []


def test_a_payout_arrives_on_the_banks_day(session, finance):
    office = make_office(session, "nz")
    account = make_account(session, office, finance.second, "12-3456-7890123-00")
    payout = make_payout(session, office, 47_65, left_on=date(2026, 11, 18))
    content = camt([Said("47.65")], number="12-3456-7890123-00", currency="NZD")
    statement = record(session, account, content, finance.second)
    assert suggested(session, statement) == [(1, "payout", "amount_and_day")]
    confirm_all(session, statement, finance.second)
    session.refresh(payout)
    assert payout.arrived_on == ON
    arrived = session.scalars(select(Journal).where(Journal.kind == "payout_arrived")).one()
    assert arrived.occurred_on == ON


@pytest.fixture
def paying(session):
    team = make_team(session)
    run = make_sent(session, team)
    account = make_account(
        session, session.get_one(Office, run.office_id), team.treasurer.actor_at(NOW)
    )
    return team, run, account


def said_of(run, sign="-", on=None):
    day = on or PAID.date()
    return [
        Said(f"{sign}{p.amount.decimal():.2f}", "Invented School", reference=p.reference, on=day)
        for p in run.payments
    ]


def test_payments_are_confirmed_by_their_references_and_close_their_run(session, paying):
    team, run, account = paying
    content = camt(said_of(run), opening="90000.00", first=PAID.date(), last=PAID.date())
    treasurer = team.treasurer.actor_at(NOW)
    statement = record(session, account, content, treasurer)
    assert [rule for *_, rule in suggested(session, statement)] == ["reference"] * 2
    assert confirm_all(session, statement, treasurer) == 2
    session.refresh(run)
    assert run.state == "closed"
    assert {payment.paid_on for payment in run.payments} == {PAID.date()}
    assert verification.verify(session) == []


def test_who_sent_a_run_never_reconciles_it(session, paying):
    """Not by booking it from the line, and not by pointing at what somebody else booked."""
    team, run, account = paying
    both = with_both_seats(team.finance)
    content = camt(said_of(run), opening="90000.00", first=PAID.date(), last=PAID.date())
    statement = record(session, account, content, both)
    with pytest.raises(Refused, match="sent_it_yourself"), session.begin_nested():
        confirm_all(session, statement, both)
    for payment in run.payments:
        disbursements.confirm_payment(
            session, payment, bank_reference="B", paid_on=PAID.date(),
            actor=team.treasurer.actor_at(NOW), now=NOW,
        )  # fmt: skip
    with pytest.raises(Refused, match="sent_it_yourself"), session.begin_nested():
        confirm_all(session, statement, both)


def with_both_seats(staff):
    """The same person with the treasurer's seat besides."""
    return Actor("staff", staff.id, frozenset({Role.FINANCE_OFFICER, Role.TREASURER}))


def test_a_payment_that_came_back_is_never_guessed_from_its_amount(session, paying):
    team, run, account = paying
    treasurer = team.treasurer.actor_at(NOW)
    day = PAID.date()
    out = camt(said_of(run), opening="90000.00", first=day, last=day)
    confirm_all(session, record(session, account, out, treasurer), treasurer)
    payment = run.payments[0]
    amount = f"{payment.amount.decimal():.2f}"
    content = camt([Said(amount, on=day)], opening="80000.00", first=day, last=day)
    statement = record(session, account, content, treasurer)
    assert suggested(session, statement) == []
    (line,) = lines_of(session, statement)
    (target,) = [t for t in queries.targets_for(session, line) if t.kind == "return"]
    operations.return_line(
        session, line, token=target.token, reason="account_closed", actor=treasurer, now=NOW
    )
    session.refresh(payment)
    assert (payment.state, line.state) == ("returned", "matched")
    assert verification.verify(session) == []


def test_what_the_bank_takes_and_pays_is_booked_from_the_line(session, account, fund, finance):
    said = [Said("-20.25", code="PMNT/MDOP/CHRG"), Said("3.10", details="ดอกเบี้ยเงินฝาก")]
    statement = record(session, account, camt(said), finance.second)
    assert suggested(session, statement) == [(1, "entry", "code"), (2, "entry", "code")]
    confirm_all(session, statement, finance.second)
    assert charged(session, fund) == 20_25
    assert [line.state for line in lines_of(session, statement)] == ["matched"] * 2
    found = verification.verify(session)
    assert [finding for finding in found if finding.kind.startswith("entry")] == []


def test_one_line_for_several_gifts_and_one_gift_in_several_lines(
    session, account, fund, office, finance
):
    deposit = [give(session, fund, office, amount) for amount in (30_00, 20_00)]
    large = give(session, fund, office, 100_00)
    said = [Said("50.00"), Said("60.00"), Said("40.00")]
    statement = record(session, account, camt(said), finance.second)
    first, second, third = lines_of(session, statement)
    match = operations.match_line

    def choose(line, *journal_ids):
        match(session, line, [f"booked:{i}" for i in journal_ids], actor=finance.second, now=NOW)

    with pytest.raises(Refused, match="match_differs"):
        choose(first, deposit[0])
    choose(first, *deposit)
    choose(second, large)
    choose(third, large)
    told = session.scalars(select(BankMatch.amount_minor).order_by(BankMatch.id)).all()
    assert sorted(told) == [20_00, 30_00, 40_00, 60_00]
    again = record(session, account, camt([Said("1.00")], opening="1150.00"), finance.second)
    with pytest.raises(Refused, match="suggestions_changed"):
        choose(lines_of(session, again)[0], large)  # the books say it once


def test_a_line_is_left_aside_with_a_reason_and_opened_again(session, account, finance):
    statement = record(session, account, camt([Said("5.00")]), finance.second)
    (line,) = lines_of(session, statement)
    operations.leave_aside(session, line, reason="Test of the bank", actor=finance.second, now=NOW)
    assert line.state == "ignored"
    with pytest.raises(Refused, match="statement_has_matches"):
        operations.undo_statement(session, statement, actor=finance.second, now=NOW)
    operations.open_line(session, line, actor=finance.second, now=NOW)
    assert line.state == "open"
    operations.undo_statement(session, statement, actor=finance.second, now=NOW)


def test_opened_again_what_was_booked_stays_and_finds_its_line(session, account, fund, finance):
    said = [Said("-20.25", code="PMNT/MDOP/CHRG")]
    statement = record(session, account, camt(said), finance.second)
    confirm_all(session, statement, finance.second)
    (line,) = lines_of(session, statement)
    operations.open_line(session, line, actor=finance.second, now=NOW)
    assert charged(session, fund) == 20_25
    assert suggested(session, statement) == [(1, "booked", "amount_and_day")]


def test_only_what_was_seen_is_confirmed_and_only_by_the_treasurer(
    session, account, fund, office, finance
):
    give(session, fund, office, 150_00)
    statement = record(session, account, camt([Said("150.00")]), finance.second)
    (line,) = lines_of(session, statement)
    stale = [Choice(line.id, f"booked:{new_id()}", "amount_and_day")]
    with pytest.raises(Refused, match="suggestions_changed"):
        operations.confirm_suggestions(session, stale, actor=finance.second, now=NOW)
    with pytest.raises(Denied):
        operations.confirm_suggestions(session, stale, actor=finance.proposer, now=NOW)
    confirm_all(session, statement, finance.second)
    with pytest.raises(Refused, match="line_not_open"):
        operations.match_line(session, line, ["x"], actor=finance.second, now=NOW)


def test_the_database_keeps_each_baht_to_one_line(session, account, fund, office, finance):
    journal_id = give(session, fund, office, 150_00)
    statement = record(session, account, camt([Said("150.00"), Said("150.00")]), finance.second)
    first, second = lines_of(session, statement)
    operations.match_line(session, first, [f"booked:{journal_id}"], actor=finance.second, now=NOW)
    insert = text(
        "INSERT INTO bank_match (id, line_id, kind, journal_id, amount_minor, rule, matched_by,"
        " matched_at) VALUES (gen_random_uuid(), :line, 'booked', :journal, :amount, 'hand',"
        " :who, now())"
    )
    values = {"line": second.id, "journal": journal_id, "who": finance.treasurer.id}
    refuses(session, "is told already", insert, values | {"amount": 1})
    refuses(session, "goes the way", insert, values | {"amount": -1})
    refuses(session, "keeps what", text("DELETE FROM bank_match"))
    refuses(session, "undone once", text("UPDATE bank_match SET amount_minor = 1"))
