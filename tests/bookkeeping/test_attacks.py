"""Whoever speaks to the database directly, or by detours, gets no further than by the pages."""

import json
from datetime import date

import pytest
from sqlalchemy import update

from fund.bookkeeping import operations
from fund.bookkeeping.models import BookEntry
from fund.errors import Refused
from fund.ledger import operations as ledger
from fund.ledger import queries
from fund.ledger.journals import Book, JournalDraft
from fund.ledger.verification import verify
from tests.bookkeeping.factories import (
    DAY,
    NOW,
    at,
    between,
    booked,
    make_entry,
    make_paper,
)
from tests.ledger.factories import give_cash, make_fund
from tests.refusing import refuses


def forged(session, finance, kind, journal, plan, funds):
    """A proposal whose content says what the writer likes, as SQL could insert it."""
    paper = make_paper(session, finance) if kind != "transfer" else None
    content = {
        "effective_on": DAY.isoformat(),
        "journal": journal,
        "kind": kind,
        "paper_sha256": paper.content_sha256.hex() if paper else None,
        "plan": plan,
        "reason": "As the slip says",
    }
    entry = BookEntry(
        kind=kind,
        effective_on=DAY,
        reason="As the slip says",
        fund_ids=sorted(fund.id for fund in funds),
        content=json.dumps(content),
        paper_id=paper.id if paper else None,
        proposed_by=finance.officer.id,
        proposed_at=NOW,
    )
    entry.content_sha256 = entry.hash_content()
    session.add(entry)
    session.flush()
    return entry


def post(session, finance, kind, entries):
    """A journal booked past the entries, and how a content would say it."""
    draft = JournalDraft(kind, DAY, "bookkeeping", "forged", tuple(entries))
    (journal_id,) = ledger.post(session, [draft], actor=finance.proposer, now=NOW)
    lines = [[str(e.debit.id), str(e.credit.id), str(e.amount_minor)] for e in entries]
    return journal_id, {"kind": kind, "reverses_id": None, "transfers": lines}


def booking(entry, journal_id, staff):
    return (
        update(BookEntry)
        .where(BookEntry.id == entry.id)
        .values(state="booked", journal_id=journal_id, decided_by=staff.id, decided_at=NOW)
    )


@pytest.mark.parametrize(
    ("kind", "roles"),
    [
        ("bank_charge", ("grants", "bank")),
        ("interest", ("bank", "contributions")),
        ("tax_on_fees", ("grants", "tax_payable")),
        ("tax_remitted", ("grants", "bank")),
    ],
)
def test_one_person_books_alone_only_what_the_kind_means(
    session, finance, fund, office, kind, roles
):
    own = Book.load(session, fund.id, office.id, "THB")
    journal_id, journal = post(session, finance, kind, [own.entry(*roles, 500)])
    entry = forged(session, finance, kind, journal, {}, [fund])
    refuses(session, "not what this kind books", booking(entry, journal_id, finance.officer))
    refuses(session, "not what this kind books", booking(entry, journal_id, finance.treasurer))


def test_a_transfers_plan_does_not_hide_whose_money_moves(session, finance, fund, office):
    education = make_fund(session, "education")
    give_cash(session, education, 50_000)
    giver = Book.load(session, education.id, office.id, "THB")
    taker = Book.load(session, fund.id, office.id, "THB")
    entries = [
        giver.entry("transfers_out", "bank", 500),
        taker.entry("bank", "transfers_in", 500),
    ]
    journal_id, journal = post(session, finance, "transfer_between_funds", entries)
    plan = between(fund, education, office, 500)  # this way round it would be allowed
    entry = forged(session, finance, "transfer", journal, plan, [fund, education])
    refuses(session, "not what this kind books", booking(entry, journal_id, finance.treasurer))


def test_taking_a_transfer_back_takes_nothing_that_awards_hold(session, finance, fund, office):
    taker = make_fund(session, "education")
    moved = booked(session, finance, "transfer", between(fund, taker, office, 40_000))
    booked(session, finance, "opening_award", at(taker, office, 30_000))
    back = make_entry(session, finance, "reversal", {"journal_id": str(moved.journal_id)})
    with pytest.raises(Refused, match="transfer_overspends"), session.begin_nested():
        operations.book(
            session, back, seen_sha256=back.content_sha256.hex(), actor=finance.second, now=NOW
        )
    session.expire_all()
    assert queries.available(session, taker.id, now=NOW).available.amount_minor == 10_000
    give_cash(session, taker, 30_000)
    operations.book(
        session, back, seen_sha256=back.content_sha256.hex(), actor=finance.second, now=NOW
    )
    assert verify(session) == []


def test_a_payment_of_an_award_is_not_paid_again_by_reversing_twice(session, finance, fund, office):
    """Its money would leave, and the award still hold it for another payment."""
    award = booked(session, finance, "opening_award", at(fund, office, 60_000))
    plan = at(fund, office, 60_000, award_entry_id=str(award.id))
    paid = booked(session, finance, "award_payment", plan)
    back = booked(session, finance, "reversal", {"journal_id": str(paid.journal_id)})
    with pytest.raises(Refused, match="reversed_already_back"):
        make_entry(session, finance, "reversal", {"journal_id": str(back.journal_id)})


@pytest.mark.parametrize("last_on", [date(9999, 12, 31), date(2206, 11, 30)])
def test_a_period_named_by_a_slip_of_the_finger_does_not_stand_for_ever(session, finance, last_on):
    with pytest.raises(Refused, match="period_too_far"), session.begin_nested():
        ledger.open_period(session, last_on, actor=finance.proposer, now=NOW)
    ledger.open_period(session, date(2026, 12, 31), actor=finance.proposer, now=NOW)
