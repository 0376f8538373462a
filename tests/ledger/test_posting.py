"""The books take each fact once, whole, and never change it."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import psycopg
import pytest
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from fund.audit import queries as audit
from fund.db import transaction
from fund.errors import NotFound, Refused
from fund.ids import new_id
from fund.ledger import journals, operations, queries, verification
from fund.ledger.journals import Book, JournalDraft
from fund.ledger.models import Journal
from fund.ledger.operations.calling import refusing
from fund.permissions import SYSTEM
from tests.ledger.factories import WHEN, close_until, give_cash, make_fund, make_office
from tests.ledger.hashes import rows_sha256

DAY = date(2026, 11, 24)


@pytest.fixture
def book(session: Session) -> Book:
    """*Where needed most* at the office abroad."""
    office = make_office(session, "nz")
    return Book.load(session, make_fund(session).id, office.id, "NZD")


def balance(session: Session, book: Book, role: str) -> int:
    return queries.balance(session, book.account(role).id).amount_minor


def post(session: Session, *drafts: JournalDraft, now: Any) -> list[Any]:
    return operations.post(session, drafts, actor=SYSTEM, now=now)


def test_a_gift_its_fee_and_its_payout_stand_where_they_should(session, book, now):
    post(
        session,
        journals.charge(book, "txn_1", DAY, 10_000, 320),
        journals.became_available(book, "txn_1", DAY, 9_680),
        journals.payout([(book, 9_680)], "txn_2", DAY),
        journals.payout_arrived([(book, 9_680)], "po_1", DAY),
        now=now,
    )
    assert balance(session, book, "contributions") == 10_000
    assert balance(session, book, "processing_fees") == 320
    assert balance(session, book, "bank") == 9_680
    for role in ("stripe_pending", "stripe_available", "payout_in_transit"):
        assert balance(session, book, role) == 0


def test_a_fact_told_twice_is_booked_once(session, book, now):
    draft = journals.charge(book, "txn_1", DAY, 10_000, 320)
    [first] = post(session, draft, now=now)
    again = post(session, draft, draft, now=now + timedelta(days=1))
    assert again == [first, first]
    assert balance(session, book, "contributions") == 10_000
    assert len(audit.list_events(session, [("journal", first)])) == 1


def test_a_fact_told_twice_in_one_call_is_booked_once(session, book, now):
    draft = journals.charge(book, "txn_1", DAY, 10_000, 320)
    other = journals.charge(book, "txn_0", DAY, 500, 0)
    ids = post(session, draft, other, draft, now=now)
    assert ids[0] == ids[2] != ids[1]
    assert balance(session, book, "contributions") == 10_500


def test_nothing_to_post_is_nothing(session, now):
    assert post(session, now=now) == []


def test_the_same_key_with_another_content_is_refused(session, book, now):
    post(session, journals.charge(book, "txn_1", DAY, 10_000, 320), now=now)
    with pytest.raises(Refused, match="journal_key_reused"):
        post(session, journals.charge(book, "txn_1", DAY, 10_000, 321), now=now)


def test_each_journal_is_sealed_in_the_log_with_the_hash_of_its_rows(session, book, now):
    draft = journals.charge(book, "txn_1", DAY, 10_000, 320)
    [journal_id] = post(session, draft, now=now)
    [event] = audit.list_events(session, [("journal", journal_id)])
    row = session.get_one(Journal, journal_id)
    assert event.name == "journal_posted"
    assert event.data["key"] == row.idempotency_key == "txn_1"
    assert event.data["rows_sha256"] == rows_sha256(row, draft)


def test_a_closed_period_takes_nothing_more(fresh_url, now):
    with transaction() as session:
        book = Book.load(session, make_fund(session).id, make_office(session, "th").id, "THB")
    with transaction() as session:
        close_until(session, date(2020, 1, 31), now=now)
    with pytest.raises(Refused, match="period_closed"), transaction() as session:
        post(session, journals.opening_balance(book, new_id(), date(2020, 1, 31), 100), now=now)
    with transaction() as session:
        post(session, journals.opening_balance(book, new_id(), date(2020, 2, 1), 100), now=now)


def test_what_a_bank_tells_late_is_booked_on_the_first_open_day(fresh_url, now):
    with transaction() as session:
        book = Book.load(session, make_fund(session).id, make_office(session, "th").id, "THB")
    told = journals.gift_to_bank(book, new_id(), date(2020, 1, 31), 100)
    with transaction() as session:
        close_until(session, date(2020, 1, 31), now=now)
        close_until(session, date(2020, 2, 29), now=now)
    with transaction() as session:
        [late] = post(session, told, now=now)
        [told_again] = post(session, replace(told, may_move=False), now=now)
        row = session.get_one(Journal, late)
        [event] = audit.list_events(session, [("journal", late)])
        assert verification.verify(session) == []
    assert told_again == late
    assert (row.occurred_on, row.effective_on) == (date(2020, 1, 31), date(2020, 3, 1))
    assert event.data["effective_on"] == "2020-03-01"
    assert event.data["rows_sha256"] == rows_sha256(row, told)
    with transaction() as session:
        close_until(session, date(2020, 3, 31), now=now)
        assert post(session, told, now=now) == [late]
        [next_one] = post(session, replace(told, key="another"), now=now)
        assert session.get_one(Journal, next_one).effective_on == date(2020, 4, 1)


def test_a_journal_is_reversed_once(session, book, now):
    [first] = post(session, journals.charge(book, "txn_1", DAY, 100, 0), now=now)
    back = JournalDraft(
        "charge", DAY, "test", "back", (book.entry("contributions", "stripe_pending", 100),), first
    )
    post(session, back, now=now)
    with pytest.raises(Refused, match="already_reversed"):
        post(session, replace(back, key="again"), now=now)


def test_an_unknown_office_has_no_book(session):
    with pytest.raises(NotFound):
        Book.load(session, make_fund(session).id, new_id(), "NZD")


def test_an_office_keeps_accounts_in_its_own_currency_only(session):
    thai = make_office(session, "th")
    book = Book.load(session, make_fund(session).id, thai.id, "THB")
    assert set(book.accounts) >= {"bank", "contributions"}
    make_office(session, "nz")
    abroad = Book.load(session, make_fund(session).id, thai.id, "NZD")
    with pytest.raises(Refused, match="no_such_account"):
        abroad.account("bank")


# --- What the database refuses by itself ------------------------------------------------------


def raw(book: Book, **changes: Any) -> dict[str, Any]:
    """What `post_journals` takes for one journal with one transfer."""
    return {
        "p_actor": "system",
        "p_at": "2026-11-24T03:00:00Z",
        "p_ids": [new_id()],
        "p_kinds": ["charge"],
        "p_days": [DAY],
        "p_sources": ["raw"],
        "p_keys": [str(new_id())],
        "p_sizes": [1],
        "p_debits": [book.account("bank").id],
        "p_credits": [book.account("contributions").id],
        "p_amounts": [100],
        "p_event_ids": [new_id()],
        "p_commits": [bytes(32)],
    } | changes


def refusal(session: Session, journal: dict[str, Any]) -> DBAPIError:
    """What the database says to a call that the service would not make."""
    named = ", ".join(f"{name} => %({name})s" for name in journal)
    with pytest.raises(DBAPIError) as refused, session.begin_nested():
        session.connection().exec_driver_sql(f"SELECT ledger.post_journals({named})", journal)
    return refused.value


def test_the_database_has_a_name_for_each_of_its_refusals(session, book):
    education = Book.load(
        session, make_fund(session, "education").id, make_office(session, "nz").id, "NZD"
    )
    thai = Book.load(session, book.fund_id, make_office(session, "th").id, "THB")
    elsewhere = [books.account("contributions").id for books in (education, thai)]
    bank = book.account("bank").id
    nothing: dict[str, list[Any]] = {"p_debits": [], "p_credits": [], "p_amounts": []}
    for changes, code in (
        ({"p_amounts": [0]}, "amount_zero"),
        ({"p_amounts": [-1]}, "amount_negative"),
        ({"p_credits": [bank]}, "same_account"),
        ({"p_credits": [elsewhere[0]]}, "wrong_fund_or_currency"),
        ({"p_credits": [elsewhere[1]]}, "wrong_fund_or_currency"),
        ({"p_credits": [new_id()]}, "wrong_fund_or_currency"),
        ({"p_debits": [new_id()]}, "wrong_fund_or_currency"),
        ({"p_sizes": [0], **nothing}, "journal_empty"),
        ({"p_debits": [bank, bank]}, "wrong_fund_or_currency"),
    ):
        with pytest.raises(Refused, match=f"^{code}$"), refusing():
            raise refusal(session, raw(book, **changes))


def test_the_database_refuses_a_journal_that_leaves_no_event(session, book):
    assert refusal(session, raw(book, p_event_ids=[None])).orig.diag.table_name == "event"


def test_the_database_takes_journals_in_one_order_only(session, book):
    journal = raw(book)
    twice = {name: value * 2 for name, value in journal.items() if isinstance(value, list)}
    turned = journal | twice | {"p_keys": ["b", "a"], "p_ids": [new_id(), new_id()]}
    assert "order" in str(refusal(session, turned))


def test_the_owner_cannot_book_what_the_tables_refuse(fresh_url, owner_of):
    """The rules of a transfer are the table's own, whoever writes it."""
    with transaction() as session:
        books = [
            Book.load(session, make_fund(session, code).id, make_office(session, "th").id, "THB")
            for code in ("general", "education")
        ]
        mine = [books[0].account(role).id for role in ("bank", "contributions")]
        post(session, journals.gift_to_bank(books[0], new_id(), DAY, 100), now=WHEN)
    other = books[1].account("contributions").id
    with owner_of(fresh_url) as connection:
        for debit, credit, amount, rule in (
            (mine[0], mine[1], 0, "ck_transfer_amount"),
            (mine[0], mine[0], 1, "ck_transfer_accounts"),
            (mine[0], other, 1, "fk_transfer_credit_account_id_fund_id_currency"),
            (other, mine[0], 1, "fk_transfer_debit_account_id_fund_id_currency"),
        ):
            with pytest.raises(psycopg.Error) as refused:
                connection.execute(
                    "INSERT INTO ledger.transfer SELECT id, 2, %s, %s, %s, 'THB', %s"
                    " FROM ledger.journal LIMIT 1",
                    [debit, credit, books[0].fund_id, amount],
                )
            assert refused.value.diag.constraint_name == rule


@pytest.mark.parametrize(
    ("closing", "code"),
    [
        ("account SET is_open = false", "account_closed"),
        ("fund SET is_open = false, closed_on = '2026-11-24'", "fund_closed"),
    ],
)
def test_what_is_closed_takes_nothing_more(fresh_url, now, owner_of, closing, code):
    with transaction() as session:
        fund, office = make_fund(session, "education"), make_office(session, "th")
        book = Book.load(session, fund.id, office.id, "THB")
    with owner_of(fresh_url) as connection:
        connection.execute(f"UPDATE ledger.{closing}")
    with pytest.raises(Refused, match=code), transaction() as session:
        post(session, journals.gift_to_bank(book, new_id(), DAY, 100), now=now)


BOOKED = ("journal", "transfer", "commitment", "commitment_event", "hold", "hold_release")


@pytest.mark.parametrize("table", BOOKED)
@pytest.mark.parametrize("statement", ["UPDATE {} SET {}", "DELETE FROM {}", "TRUNCATE {} CASCADE"])
def test_not_even_the_owner_changes_what_is_booked(fresh_url, owner_of, table, statement):
    column = {"transfer": "amount_minor = 1"}.get(table, "actor = 'x'")
    with owner_of(fresh_url) as connection, pytest.raises(psycopg.Error) as refusal:
        connection.execute(statement.format(f"ledger.{table}", column))
    assert refusal.value.sqlstate == "LF001"


def test_the_service_may_only_read_the_books(database):
    with psycopg.connect(database) as connection:
        rights = connection.execute(
            "SELECT c.relname, r.privilege FROM pg_class c"
            " JOIN pg_namespace n ON n.oid = c.relnamespace AND n.nspname = 'ledger'"
            " CROSS JOIN unnest(ARRAY['INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'TRIGGER'])"
            "   r (privilege)"
            " WHERE c.relkind IN ('r', 'p') AND has_table_privilege(c.oid, r.privilege)"
        ).fetchall()
        assert rights == []
        for internal in ("ledger.open_accounts()",):
            assert connection.execute(
                "SELECT has_function_privilege(%s, 'EXECUTE')", [internal]
            ).fetchone() == (False,)


def test_a_gift_to_the_bank_is_cash_that_the_fund_can_award(session: Session, now):
    fund = make_fund(session)
    give_cash(session, fund, 150_000)
    position = queries.available(session, fund.id, now=now)
    assert position.cash.amount_minor == position.available.amount_minor == 150_000


def test_a_hundred_journals_are_one_statement(session, book, now, connection):
    drafts = [journals.charge(book, f"txn_{n}", DAY, 100 + n, n) for n in range(100)]
    ids = post(session, *drafts, now=now)
    assert len(set(ids)) == 100
    assert [session.get_one(Journal, i).idempotency_key for i in ids] == [d.key for d in drafts]
    assert balance(session, book, "contributions") == sum(100 + n for n in range(100))
