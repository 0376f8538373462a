"""Whoever changes what finance entered, behind the service's back, is found out."""

import psycopg
import pytest
from sqlalchemy import select

from fund.db import transaction
from fund.ids import new_id
from fund.ledger import journals, operations, verification
from fund.ledger.journals import Book
from fund.ledger.models import Journal
from fund.ledger.verification import entries
from fund.permissions import SYSTEM
from tests.bookkeeping.factories import DAY, NOW, at, between, booked, make_entry, make_finance
from tests.ledger.factories import give_cash, make_fund, make_office


def fill() -> None:
    with transaction() as session:
        finance, office = make_finance(session), make_office(session, "th")
        giver, taker = make_fund(session), make_fund(session, "education")
        for fund in (giver, taker):
            give_cash(session, fund, 100_000)
        booked(session, finance, "interest", at(giver, office, 500))
        booked(session, finance, "transfer", between(giver, taker, office, 300))
        award = booked(session, finance, "opening_award", at(giver, office, 900))
        about = {"award_entry_id": str(award.id)}
        booked(session, finance, "award_payment", at(giver, office, 200, **about))
        make_entry(session, finance, "tax_withheld", at(giver, office, 5))


OF = "UPDATE bookkeeping_entry SET {} WHERE kind = '{}'"
TAMPERING = {
    OF.format("reason = 'other'", "interest"): {"entry_changed"},
    OF.format("content_sha256 = sha256('x')", "interest"): {"entry_changed"},
    OF.format("decided_at = decided_at + interval '1 s'", "interest"): {"entry_changed"},
    OF.format("state = 'declined'", "interest"): {"entry_changed"},
    OF.format("decided_by = proposed_by", "transfer"): {"entry_changed", "entry_by_one_person"},
    OF.format("paper_id = NULL", "interest"): {"entry_changed", "entry_without_paper"},
    OF.format("journal_id = NULL", "interest"): {"entry_changed", "entry_books_something_else"},
    OF.format("kind = 'bank_charge'", "interest"): {"entry_changed"},
    "DELETE FROM bookkeeping_entry WHERE kind = 'interest'": {"entry_missing"},
    "UPDATE entry_paper SET content_sha256 = sha256('x')": {"entry_changed"},
    "UPDATE ledger.fund SET restriction = 'purpose', purpose = 'vocational'"
    " WHERE code = 'general'": {"restriction_broken"},
    "UPDATE ledger.transfer SET amount_minor = 501 WHERE amount_minor = 500": {
        "entry_books_something_else"
    },
}


@pytest.fixture
def burglar(app, fresh_url):
    """A committing connection as superuser, with every trigger and check off."""
    fill()
    with psycopg.connect(
        fresh_url.replace("fund_app", "postgres", 1),
        autocommit=True,
        options="-c session_replication_role=replica",
    ) as connection:
        checks = connection.execute(
            "SELECT conname FROM pg_constraint"
            " WHERE contype = 'c' AND conrelid = 'bookkeeping_entry'::regclass"
        ).fetchall()
        for (name,) in checks:
            connection.execute(f"ALTER TABLE bookkeeping_entry DROP CONSTRAINT {name}")
        yield connection


def test_every_tampering_with_an_entry_is_found_and_named(burglar):
    def found():
        return {kind for kind, q in entries.RULES.items() if burglar.execute(q).fetchall()}

    assert found() == set()
    for statement, kinds in TAMPERING.items():
        with burglar.transaction(force_rollback=True):
            burglar.execute(statement)
            assert found() == kinds, statement


def test_a_transfer_past_the_pages_does_not_strip_a_purpose(session):
    office = make_office(session, "th")
    giver, taker = (
        Book.load(session, make_fund(session, code).id, office.id, "THB")
        for code in ("education", "general")
    )
    draft = journals.transfer_between_funds(giver, taker, new_id(), DAY, 5)
    operations.post(session, [draft], actor=SYSTEM, now=NOW)
    assert {one.kind for one in verification.verify(session)} == {
        "restriction_broken", "journal_without_entry",
    }  # fmt: skip


def test_a_reversal_past_the_pages_is_found(session):
    """Else one person could take back whatever was booked, by the function that books."""
    make_office(session, "th")
    give_cash(session, make_fund(session), 500)
    gift = session.scalars(select(Journal.id).where(Journal.kind == "gift_to_bank")).one()
    draft = journals.reversal(journals.Booked.load(session, gift), DAY)
    operations.post(session, [draft], actor=SYSTEM, now=NOW)
    assert [one.kind for one in verification.verify(session)] == ["journal_without_entry"]
