"""What finance itself enters: two persons, a document, exactly what was proposed, once."""

import json
from datetime import timedelta

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.exc import DBAPIError

from fund.audit.models import Event
from fund.bookkeeping import operations, queries
from fund.bookkeeping.models import BookEntry
from fund.errors import Denied, Refused
from fund.ledger import queries as ledger
from fund.ledger.models import Fund, Journal
from fund.ledger.operations import open_fund
from fund.ledger.verification import verify
from fund.permissions import Role
from tests.bookkeeping.factories import (
    DAY,
    NOW,
    account,
    at,
    balances,
    between,
    book,
    booked,
    enter_rate,
    make_entry,
)
from tests.ledger.factories import give_cash, make_fund, make_office
from tests.people.factories import make_staff
from tests.refusing import refuses


def lines(session, fund, office, *amounts):
    """A manual plan: each amount out of the bank as a bank charge."""
    debit, credit = account(session, fund, "bank_charges"), account(session, fund, "bank", office)
    return {"fund_id": str(fund.id), "lines": [[str(debit), str(credit), n] for n in amounts]}


# --- Two persons ------------------------------------------------------------------------------


def test_a_manual_journal_is_proposed_by_one_and_booked_by_another(session, finance, fund, office):
    entry = make_entry(session, finance, "manual", lines(session, fund, office, 700, 300))
    assert balances(session, fund) == {"th:THB:bank": 100_000, "THB:contributions": 100_000}
    book(session, entry, finance.second)
    assert balances(session, fund)["th:THB:bank"] == 99_000
    journal = session.get_one(Journal, entry.journal_id)
    assert (journal.kind, journal.effective_on) == ("manual", DAY)
    assert (entry.state, entry.decided_by) == ("booked", finance.treasurer.id)
    told = session.scalars(
        select(Event.name).where(Event.subject_id == entry.id).order_by(Event.id)
    ).all()
    assert told == ["entry_proposed", "entry_booked"]
    assert verify(session) == []


def test_nobody_approves_what_they_proposed(session, finance, fund, office):
    entry = make_entry(session, finance, "manual", lines(session, fund, office, 700))
    assert not operations.can_book(finance.proposer, entry)
    with pytest.raises(Refused, match="proposed_it_yourself"):
        book(session, entry, finance.proposer)
    assert balances(session, fund)["th:THB:bank"] == 100_000


@pytest.mark.parametrize("state", ["booked", "declined"])
def test_the_database_refuses_one_person_for_both(session, finance, fund, office, state):
    entry = make_entry(session, finance, "opening_award", at(fund, office, 500))
    alone = {"decided_by": finance.officer.id, "decided_at": NOW, "state": state}
    if state == "declined":
        alone["decline_reason"] = "no"
    statement = update(BookEntry).where(BookEntry.id == entry.id).values(**alone)
    refuses(session, "second_person|does not hold", statement)


def test_the_database_refuses_who_has_no_seat_in_finance(session, finance, fund, office):
    entry = make_entry(session, finance, "transfer", between(fund, second(session), office, 5))
    chair = make_staff(session, Role.CHAIR)
    statement = update(BookEntry).where(BookEntry.id == entry.id)
    decided = {"decided_by": chair.id, "decided_at": NOW, "state": "declined"}
    refuses(session, "seat in finance", statement.values(**decided, decline_reason="no"))
    with pytest.raises(Denied):
        book(session, entry, chair.actor_at(NOW))


@pytest.mark.parametrize("kind", ["bank_charge", "interest", "tax_on_fees"])
def test_what_the_bank_or_the_law_says_needs_one_person(session, finance, fund, office, kind):
    entry = make_entry(session, finance, kind, at(fund, office, 250))
    book(session, entry, finance.proposer)
    assert entry.state == "booked"


def test_an_approval_is_for_exactly_what_was_seen(session, finance, fund, office):
    entry = make_entry(session, finance, "manual", lines(session, fund, office, 700))
    other = make_entry(session, finance, "manual", lines(session, fund, office, 900))
    with pytest.raises(Refused, match="entry_changed"):
        operations.book(
            session, entry, seen_sha256=other.content_sha256.hex(), actor=finance.second, now=NOW
        )


@pytest.mark.parametrize(
    "change",
    [
        {"reason": "another"},
        {"effective_on": DAY - timedelta(days=1)},
        {"kind": "interest"},
        {"paper_id": None},
        {"content": "{}"},
    ],
)
def test_what_was_proposed_is_frozen(session, finance, fund, office, change):
    entry = make_entry(session, finance, "manual", lines(session, fund, office, 700))
    statement = update(BookEntry).where(BookEntry.id == entry.id).values(**change)
    refuses(session, "does not change", statement)


def test_a_journal_that_is_not_what_was_proposed_cannot_stand_for_it(
    session, finance, fund, office
):
    entry = make_entry(session, finance, "manual", lines(session, fund, office, 700))
    other = booked(session, finance, "manual", lines(session, fund, office, 900))
    claimed = session.execute(
        text("SELECT id FROM ledger.journal WHERE kind = 'gift_to_bank'")
    ).scalar_one()
    for journal_id in (claimed, other.journal_id):
        decided = {"decided_by": finance.treasurer.id, "decided_at": NOW, "state": "booked"}
        statement = update(BookEntry).where(BookEntry.id == entry.id)
        refuses(
            session, "not what was proposed", statement.values(**decided, journal_id=journal_id)
        )


def test_a_decided_entry_stays(session, finance, fund, office):
    entry = booked(session, finance, "manual", lines(session, fund, office, 700))
    with pytest.raises(Refused, match="wrong_state"):
        book(session, entry, finance.second)
    statement = update(BookEntry).where(BookEntry.id == entry.id)
    refuses(session, "a decided entry stays", statement.values(decline_reason="x"))
    refuses(session, "keeps what was recorded", text("DELETE FROM bookkeeping_entry"))


# --- Saying no --------------------------------------------------------------------------------


def test_a_second_person_declines_with_a_reason_and_the_first_withdraws(
    session, finance, fund, office
):
    entry = make_entry(session, finance, "manual", lines(session, fund, office, 700))
    with pytest.raises(Refused, match="withdraw_it_instead"):
        operations.decline(session, entry, reason="no", actor=finance.proposer, now=NOW)
    with pytest.raises(Denied):
        operations.withdraw(session, entry, actor=finance.second, now=NOW)
    operations.decline(session, entry, reason="Wrong fund", actor=finance.second, now=NOW)
    assert (entry.state, entry.decline_reason) == ("declined", "Wrong fund")
    other = make_entry(session, finance, "manual", lines(session, fund, office, 700))
    operations.withdraw(session, other, actor=finance.proposer, now=NOW)
    assert other.state == "withdrawn"
    assert balances(session, fund)["th:THB:bank"] == 100_000


def test_each_sees_what_waits_on_them(session, finance, fund, office):
    make_entry(session, finance, "manual", lines(session, fund, office, 700))
    alone = make_entry(session, finance, "interest", at(fund, office, 5))
    assert len(queries.list_waiting(session, finance.second, now=NOW)) == 2
    waiting = queries.list_waiting(session, finance.proposer, now=NOW)
    assert [one.values["entry_id"] for one in waiting] == [alone.id]
    assert queries.list_waiting(session, make_staff(session, Role.AUDITOR).actor, now=NOW) == []


# --- Papers -----------------------------------------------------------------------------------


def test_a_manual_journal_needs_a_document(session, finance, fund, office):
    plan = lines(session, fund, office, 700)
    with pytest.raises(Refused, match="entry_needs_paper"):
        make_entry(session, finance, "manual", plan, paper=None)
    entry = make_entry(session, finance, "manual", plan)
    copy = (
        "INSERT INTO bookkeeping_entry SELECT uuidv7(), kind, 'proposed', effective_on, reason,"
        " fund_ids, replace(content, :sha, 'null'), sha256(convert_to(replace(content, :sha,"
        " 'null'), 'UTF8')), NULL, NULL, NULL, proposed_by, proposed_at FROM bookkeeping_entry"
    )
    sha = json.dumps(entry.said["paper_sha256"])
    refuses(session, "ck_bookkeeping_entry_paper_id", text(copy), {"sha": sha})


@pytest.mark.parametrize("state", ["pending", "failed"])
def test_nothing_is_booked_before_its_document_is_stored(session, finance, fund, office, state):
    plan = lines(session, fund, office, 700)
    entry = make_entry(session, finance, "manual", plan, paper=state)
    with pytest.raises(Refused, match="entry_paper_missing"), session.begin_nested():
        book(session, entry, finance.second)
    session.expire_all()
    assert balances(session, fund)["th:THB:bank"] == 100_000


def test_a_content_that_says_something_else_than_its_row_is_refused(session, finance, fund, office):
    make_entry(session, finance, "transfer", between(fund, second(session), office, 5))
    copy = (
        "INSERT INTO bookkeeping_entry SELECT uuidv7(), kind, 'proposed', effective_on,"
        " 'another reason', fund_ids, content, content_sha256, NULL, NULL, NULL, proposed_by,"
        " proposed_at FROM bookkeeping_entry"
    )
    refuses(session, "not what the row says", text(copy))
    wrong = copy.replace("content_sha256", "sha256('x')").replace("'another reason'", "reason")
    refuses(session, "content_sha256", text(wrong))


# --- Manual journals and reversals ------------------------------------------------------------


def second(session):
    return make_fund(session, "education")


def test_a_manual_journal_stays_within_its_fund(session, finance, fund, office):
    other = second(session)
    plan = lines(session, fund, office, 700)
    plan["lines"] += lines(session, other, office, 100)["lines"]
    with pytest.raises(Refused, match="not_one_fund"):
        make_entry(session, finance, "manual", plan)
    out = account(session, fund, "transfers_out")
    plan["lines"] = [[str(out), str(account(session, fund, "bank", office)), 5]]
    with pytest.raises(Refused, match="manual_between_funds"):
        make_entry(session, finance, "manual", plan)


def test_nothing_of_a_day_to_come(session, finance, fund, office):
    with pytest.raises(Refused, match="day_to_come"):
        make_entry(
            session, finance, "interest", at(fund, office, 5), day=NOW.date() + timedelta(days=2)
        )


def test_a_reversal_names_its_journal_once(session, finance, fund, office):
    wrong = booked(session, finance, "manual", lines(session, fund, office, 700, 300))
    plan = {"journal_id": str(wrong.journal_id)}
    entry = make_entry(session, finance, "reversal", plan)
    with pytest.raises(Refused, match="already_reversed"), session.begin_nested():
        make_entry(session, finance, "reversal", plan)
    book(session, entry, finance.second)
    assert session.get_one(Journal, entry.journal_id).reverses_id == wrong.journal_id
    assert balances(session, fund) == {"th:THB:bank": 100_000, "THB:contributions": 100_000}
    with pytest.raises(Refused, match="already_reversed"), session.begin_nested():
        make_entry(session, finance, "reversal", plan)
    assert verify(session) == []


def test_a_declined_reversal_may_be_proposed_again(session, finance, fund, office):
    wrong = booked(session, finance, "manual", lines(session, fund, office, 700))
    plan = {"journal_id": str(wrong.journal_id)}
    entry = make_entry(session, finance, "reversal", plan)
    operations.decline(session, entry, reason="Not now", actor=finance.second, now=NOW)
    again = booked(session, finance, "reversal", plan)
    assert session.get_one(Journal, again.journal_id).reverses_id == wrong.journal_id


# --- Between funds, offices and currencies ----------------------------------------------------


def test_one_fund_gives_to_another(session, finance, fund, office):
    taker = second(session)
    booked(session, finance, "transfer", between(fund, taker, office, 40_000))
    assert balances(session, fund)["THB:transfers_out"] == 40_000
    assert balances(session, taker) == {"th:THB:bank": 40_000, "THB:transfers_in": 40_000}
    assert verify(session) == []


@pytest.mark.parametrize("to", ["general", "vocational"])
def test_money_given_for_a_purpose_stays_with_it(session, finance, fund, office, to):
    giver = second(session)
    give_cash(session, giver, 50_000)
    with pytest.raises(Refused, match="donor_restriction"):
        make_entry(session, finance, "transfer", between(giver, make_fund(session, to), office, 1))


def test_a_fund_of_the_same_purpose_may_take_it(session, finance, fund, office):
    giver = second(session)
    give_cash(session, giver, 50_000)
    schools = session.get_one(
        Fund,
        open_fund(
            session,
            code="schools",
            name_en="Schools",
            name_th="โรงเรียน",
            restriction="purpose",
            purpose="education",
            actor=finance.proposer,
            now=NOW,
        ),
    )
    booked(session, finance, "transfer", between(giver, schools, office, 50_000))
    assert balances(session, schools)["th:THB:bank"] == 50_000


def test_a_transfer_takes_nothing_that_awards_hold(session, finance, fund, office):
    taker = second(session)
    booked(session, finance, "opening_award", at(fund, office, 70_000))
    entry = make_entry(session, finance, "transfer", between(fund, taker, office, 30_001))
    with pytest.raises(Refused, match="transfer_overspends"), session.begin_nested():
        book(session, entry, finance.second)
    booked(session, finance, "transfer", between(fund, taker, office, 30_000))
    assert ledger.available(session, fund.id, now=NOW).available.amount_minor == 0


def test_an_exchange_shows_what_was_gained_or_lost(session, finance, fund, office):
    abroad = make_office(session, "nz")
    opening = at(fund, abroad, 5_000, role="bank")
    booked(session, finance, "opening_balance", opening)
    plan = {
        "fund_id": str(fund.id),
        "from_office_id": str(abroad.id),
        "to_office_id": str(office.id),
        "given_minor": 5_000,
        "taken_minor": 97_000,
    }
    entry = booked(session, finance, "exchange", plan)
    assert queries.find_outcome(session, entry) is None
    enter_rate(session, finance.proposer, on=DAY, rate="19.5")
    outcome = queries.find_outcome(session, entry)
    assert (outcome.given.amount_minor, outcome.gain.amount_minor) == (97_500, -500)
    assert balances(session, fund)["th:THB:bank"] == 197_000
    assert verify(session) == []


# --- Adoption ---------------------------------------------------------------------------------


def test_an_open_award_of_before_is_held_though_the_fund_is_short_then_paid_and_freed(
    session, finance, fund, office
):
    award = booked(session, finance, "opening_award", at(fund, office, 150_000))
    assert award.journal_id is None
    position = ledger.available(session, fund.id, now=NOW)
    assert (position.reserved.amount_minor, position.available.amount_minor) == (150_000, -50_000)

    about = {"award_entry_id": str(award.id)}
    paid = booked(session, finance, "award_payment", at(fund, office, 60_000, **about))
    assert balances(session, fund)["THB:grants"] == 60_000
    left = queries.get_award_of_before(session, award.id).left
    assert left.amount_minor == 90_000

    with pytest.raises(Refused, match="more_than_committed"), session.begin_nested():
        booked(session, finance, "award_payment", at(fund, office, 90_001, **about))

    came_back = booked(session, finance, "reversal", {"journal_id": str(paid.journal_id)})
    assert came_back.journal_id
    assert queries.get_award_of_before(session, award.id).left.amount_minor == 150_000

    freeing = {"fund_id": str(fund.id), **about}
    with pytest.raises(Refused, match="entry_changed"), session.begin_nested():
        booked(session, finance, "award_freeing", freeing | {"amount_minor": 90_000})
    booked(session, finance, "award_freeing", freeing | {"amount_minor": 150_000})
    assert queries.get_award_of_before(session, award.id).left.amount_minor == 0
    assert ledger.available(session, fund.id, now=NOW).reserved.amount_minor == 0
    assert verify(session) == []


def test_an_award_of_before_is_not_booked_without_being_held(session, finance, fund, office):
    entry = make_entry(session, finance, "opening_award", at(fund, office, 500))
    decided = {"decided_by": finance.treasurer.id, "decided_at": NOW, "state": "booked"}
    statement = update(BookEntry).where(BookEntry.id == entry.id).values(**decided)
    refuses(session, "does not hold what was proposed", statement)


def test_only_an_award_that_was_taken_over_is_paid_here(session, finance, fund, office):
    waiting = make_entry(session, finance, "opening_award", at(fund, office, 500))
    plan = at(fund, office, 100, award_entry_id=str(waiting.id))
    with (
        pytest.raises(DBAPIError, match="only an award that was taken over"),
        session.begin_nested(),
    ):
        make_entry(session, finance, "award_payment", plan)


# --- Tax of a Thai office ---------------------------------------------------------------------


def test_tax_is_owed_until_it_is_remitted(session, finance, fund, office):
    booked(session, finance, "tax_withheld", at(fund, office, 300))
    book(
        session, make_entry(session, finance, "tax_on_fees", at(fund, office, 70)), finance.proposer
    )
    assert [owed.amount_minor for _, _, owed in queries.list_tax_owed(session)] == [370]
    remitted = make_entry(session, finance, "tax_remitted", at(fund, office, 370))
    book(session, remitted, finance.proposer)
    assert queries.list_tax_owed(session) == []
    assert balances(session, fund)["th:THB:bank"] == 99_630


def test_an_office_abroad_owes_no_thai_tax(session, finance, fund):
    with pytest.raises(Refused, match="not_a_thai_office"):
        make_entry(session, finance, "tax_withheld", at(fund, make_office(session, "nz"), 300))
