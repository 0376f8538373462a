"""Other people's programs read the whole book, and come to the same balances."""

import csv
import io
import json
import re
from collections import defaultdict
from contextlib import closing
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from beancount.core.data import Transaction
from beancount.loader import load_string
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text

from fund.db import transaction
from fund.ids import new_id
from fund.ledger import balances, operations, plaintext
from fund.ledger.journals import Book, JournalDraft
from fund.ledger.models import ROLES, Account, Office
from fund.ledger.plaintext.book import PlainBook
from fund.ledger.plaintext.names import ROOTS, unique_names
from fund.money import Money
from fund.permissions import SYSTEM, Role
from tests.ledger.factories import OFFICES, close_until, make_fund, make_office
from tests.people.factories import make_staff

FIRST = date(2026, 1, 1)
# Offices abroad whose currencies have no decimals, and three.
CURRENCIES = {"jp": "JPY", "kw": "KWD"}


@pytest.fixture
def books(session, now) -> list[Book]:
    """Two funds at four offices in four currencies."""
    offices = [make_office(session, "nz"), make_office(session, "th")]
    for code, currency in CURRENCIES.items():
        values = OFFICES["th"] | {"currency": currency, "receipt_prefix": code.upper()}
        opened = operations.open_office(session, code=code, **values, actor=SYSTEM, now=now)
        offices.append(session.get_one(Office, opened))
    funds = [make_fund(session), make_fund(session, "education")]
    return [Book.load(session, f.id, o.id, o.currency) for f in funds for o in offices]


def exchange(source: Book, target: Book, day, given, got) -> JournalDraft:
    """Two currencies in one journal: each balances by itself over its trading account."""
    entries = (
        source.entry("fx_position", "bank", given),
        target.entry("bank", "fx_position", got),
    )
    return JournalDraft("exchange", day, "test", f'a"quoted"\\key,{new_id()}', entries)


KEYS = st.text([chr(n) for n in range(ord("!"), ord("~") + 1)], max_size=12)


@st.composite
def drafts(draw, books):
    book, other = draw(st.sampled_from(books)), draw(st.sampled_from(books))
    day = FIRST + timedelta(days=draw(st.integers(0, 60)))
    amounts = st.integers(1, 10 ** draw(st.integers(1, 12)))
    if draw(st.booleans()) and other.currency != book.currency:
        return exchange(book, other, day, draw(amounts), draw(amounts))
    roles = draw(st.lists(st.sampled_from(sorted(ROLES)), min_size=2, max_size=6, unique=True))
    entries = [book.entry(roles[0], role, draw(amounts)) for role in roles[1:]]
    return JournalDraft("charge", day, "test", f"{draw(KEYS)}{new_id()}", tuple(entries))


def booked(session, drafts, now) -> None:
    operations.post(session, drafts, actor=SYSTEM, now=now)


def ours(session, day: date | None) -> dict[str, tuple[Decimal, str]]:
    """Account code -> balance and currency."""
    found = balances.totals_at(session, day)
    return {
        account.code: (
            Money(found[account.id][0] - found[account.id][1], account.currency).decimal(),
            account.currency,
        )
        for account in session.scalars(select(Account))
        if account.id in found
    }


def theirs(written: str) -> dict[str, tuple[Decimal, str]]:
    """The same as Beancount has it."""
    entries, errors, _options = load_string(written)
    assert errors == []
    codes = {entry.account: entry.meta["code"] for entry in entries if hasattr(entry, "booking")}
    realized: dict[str, Decimal] = defaultdict(Decimal)
    currencies: dict[str, str] = {}
    for entry in entries:
        if isinstance(entry, Transaction):
            for posting in entry.postings:
                realized[posting.account] += posting.units.number
                currencies[posting.account] = posting.units.currency
    return {codes[name]: (total, currencies[name]) for name, total in realized.items()}


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_beancount_loads_random_books_and_comes_to_our_balances(session, books, now, data):
    booked(session, data.draw(st.lists(drafts(books), min_size=1, max_size=12)), now)
    cut = data.draw(st.none() | st.integers(0, 60).map(lambda n: FIRST + timedelta(days=n)))
    written = "".join(plaintext.export(session, "beancount", as_of=cut))
    assert theirs(written) == ours(session, cut)


def small_book(session, books, now) -> UUID:
    by_currency = {book.currency: book for book in reversed(books)}
    journal = exchange(by_currency["KWD"], by_currency["JPY"], FIRST, 1_234_567, 8)
    gift = JournalDraft(
        "gift_to_bank",
        date(2026, 1, 5),
        "test",
        "k",
        (by_currency["NZD"].entry("bank", "contributions", 10_050),),
    )
    [_first, gift_id] = operations.post(session, [journal, gift], actor=SYSTEM, now=now)
    return gift_id


def test_beancount_finds_a_balance_that_is_one_unit_off(session, books, now):
    small_book(session, books, now)
    written = "".join(plaintext.export(session, "beancount"))
    wrong = written.replace("NZD 100.50 ~", "NZD 100.51 ~")
    assert wrong != written
    assert load_string(written)[1] == []
    assert len(load_string(wrong)[1]) == 1


def test_an_empty_book_is_a_valid_file_in_each_format(session):
    for file_format in plaintext.FORMATS:
        written = "".join(plaintext.export(session, file_format))
        assert file_format != "beancount" or load_string(written)[1] == []
        assert written


def test_a_journal_in_beancount_says_where_it_comes_from(session, books, now):
    gift_id = small_book(session, books, now)
    entries, _errors, _options = load_string("".join(plaintext.export(session, "beancount")))
    [gift] = [e for e in entries if isinstance(e, Transaction) and e.meta["kind"] == "gift_to_bank"]
    assert gift.narration == "Gift to the bank"
    facts = {name: gift.meta[name] for name in ("journal", "source", "key", "recorded", "actor")}
    assert facts == {
        "journal": str(gift_id),
        "source": "test",
        "key": "k",
        "recorded": "2026-11-24T03:00:00.000000Z",
        "actor": "system",
    }
    [(account, number)] = [
        (p.account, p.units) for p in gift.postings if p.account.startswith("Assets")
    ]
    assert account == "Assets:Bank:Nz:General:NZD"
    assert str(number) == "100.50 NZD"


AMOUNT = r"-?\d+(?:\.\d+)? [A-Z]{3}"
ACCOUNT = r"(?:Assets|Liabilities|Equity|Income|Expenses)(?::[A-Z0-9][A-Za-z0-9-]*)+"
# What of hledger's journal format we write; whatever does not match is not of it.
HLEDGER = re.compile(
    "|".join(
        (
            r"; [^\n]*",
            r"decimal-mark \.",
            r"",
            r"commodity 1000\.0* (?P<commodity>[A-Z]{3})",
            rf"account (?P<declared>{ACCOUNT})  ; code:[^,;\n]+",
            r"(?P<day>\d{4}-\d\d-\d\d) \* [^;|\n]+",
            r"    ; [a-z]+:[^,\n]*",
            rf"    (?P<account>{ACCOUNT})  (?P<amount>{AMOUNT})(?: = (?P<total>{AMOUNT}))?",
        )
    )
)


@settings(max_examples=6, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_hledger_has_everything_declared_balanced_and_checked(session, books, now, data):
    booked(session, data.draw(st.lists(drafts(books), min_size=1, max_size=8)), now)
    declared, running = set(), defaultdict(Decimal)
    for part in "".join(plaintext.export(session, "hledger")).split("\n\n"):
        sums: dict[str, Decimal] = defaultdict(Decimal)
        for line in part.split("\n"):
            match = HLEDGER.fullmatch(line)
            assert match, line
            declared.add(match["declared"] or match["commodity"])
            if match["account"]:
                number, currency = match["amount"].split()
                assert {match["account"], currency} <= declared
                sums[currency] += Decimal(number)
                running[match["account"]] += Decimal(number)
                if match["total"]:
                    assert match["total"] == f"{running[match['account']]} {currency}"
        assert not any(sums.values())
    with closing(PlainBook(session)) as book:
        names = {account.name: account.code for account in book.accounts.values()}
    found = {names[name]: total for name, total in running.items() if total}
    assert found == {code: total for code, (total, _) in ours(session, None).items() if total}


def test_the_table_has_a_line_for_each_transfer(session, books, now):
    gift_id = small_book(session, books, now)
    rows = list(csv.DictReader(io.StringIO("".join(plaintext.export(session, "csv")))))
    assert len(rows) == 3
    [gift] = [row for row in rows if row["journal"] == str(gift_id)]
    assert gift["amount"] == "100.50"
    assert gift["debit_account"] == "general:nz:NZD:bank"
    assert [row["amount"] for row in rows[:2]] == ["1234.567", "8"]


def test_a_late_fact_shows_both_its_days(session, books, now):
    close_until(session, date(2026, 1, 31), now=now)
    late = replace(
        JournalDraft(
            "gift_to_bank",
            FIRST,
            "test",
            "late",
            (books[0].entry("bank", "contributions", 5),),
        ),
        may_move=True,
    )
    booked(session, [late], now)
    written = "".join(plaintext.export(session, "beancount"))
    [entry] = [e for e in load_string(written)[0] if isinstance(e, Transaction)]
    assert (entry.date, entry.meta["occurred"]) == (date(2026, 2, 1), "2026-01-01")
    assert "occurred:2026-01-01" in "".join(plaintext.export(session, "hledger"))


def test_every_role_has_its_place_and_every_account_a_name_of_its_own():
    assert ROOTS.keys() == ROLES.keys()
    accounts = [
        ("bank", office, fund, "THB")
        for office in ("th", "t_h", "t-h", "ไทย")
        for fund in ("a b", "a-b", "_", "9")
    ]
    names = unique_names(accounts)
    assert len(set(names)) == len(names)
    assert all(re.fullmatch(ACCOUNT, name) for name in names)


def test_a_book_is_read_through_a_cursor(session, books, now):
    """Not as a whole into memory: the database is asked for a batch at a time."""
    booked(
        session,
        [
            JournalDraft("charge", FIRST, "test", f"{n}", (books[0].entry("bank", "interest", 1),))
            for n in range(20)
        ],
        now,
    )
    with closing(PlainBook(session)) as book:
        journals = book.journals()
        next(journals)
        assert session.scalar(text("SELECT count(*) FROM pg_cursors")) == 1
        assert len(list(journals)) == 19


def test_the_book_is_downloaded_by_who_reads_the_books(client, session, sign_in, books, now):
    small_book(session, books, now)
    auditor = sign_in(client, make_staff(session, Role.AUDITOR))
    page = auditor.get("/staff/ledger/export").text
    for file_format in plaintext.FORMATS:
        assert f"/staff/ledger/export/{file_format}" in page
    answer = auditor.get("/staff/ledger/export/beancount?day=2026-01-04")
    assert answer.headers["Content-Disposition"] == "attachment; filename=book-2026-01-04.beancount"
    assert theirs(answer.text) == ours(session, date(2026, 1, 4))
    assert auditor.get("/staff/ledger/export/csv").mimetype == "text/csv"
    assert auditor.get("/staff/ledger/export/word").status_code == 404
    wrong = auditor.get("/staff/ledger/export/csv?day=tomorrow")
    assert wrong.status_code == 422
    assert 'value="tomorrow"' in wrong.text


def test_the_command_writes_the_book(app, fresh_url, now, tmp_path):
    with transaction() as session:
        book = Book.load(session, make_fund(session).id, make_office(session, "th").id, "THB")
        draft = JournalDraft("interest", FIRST, "test", "k", (book.entry("bank", "interest", 150),))
        booked(session, [draft], now)
    runner = app.test_cli_runner()
    plain = runner.invoke(args=["ledger", "export", "--format", "beancount"])
    assert plain.exit_code == 0
    assert set(theirs(plain.stdout).values()) == {
        (Decimal("1.50"), "THB"),
        (Decimal("-1.50"), "THB"),
    }
    file = tmp_path / "book.csv"
    told = runner.invoke(
        args=["ledger", "export", "--format", "csv", "--output", str(file), "--json"]
    )
    assert json.loads(told.stdout)["bytes"] == file.stat().st_size > 0
    assert runner.invoke(args=["ledger", "export", "--format", "csv", "--json"]).exit_code == 2
