"""Every statement opens as page, CSV, XLSX and PDF, in both languages, for finance and auditors."""

import csv
import re
from datetime import date, datetime
from io import BytesIO, StringIO

import openpyxl
import pypdf
import pytest

from fund.clock import now as current_time
from fund.ids import new_id
from fund.ledger import journals, operations
from fund.ledger.journals import Book
from fund.ledger.models import Account
from fund.permissions import SYSTEM, Role
from tests.ledger.factories import OFFICES, give_cash, make_fund, make_office
from tests.people.factories import make_staff

DAY = date(2026, 11, 24)
LANGUAGES = ("en", "th")
FORMATS = ("csv", "xlsx", "pdf")


@pytest.fixture
def auditor(client, session, sign_in):
    """A browser in which an auditor is signed in."""
    return sign_in(client, make_staff(session, Role.AUDITOR))


def book_of(session, fund="general", office="nz", currency="NZD") -> Book:
    return Book.load(
        session, make_fund(session, fund).id, make_office(session, office).id, currency
    )


def post_charges(session, count: int, *, day=DAY, start=0) -> list:
    book = book_of(session)
    drafts = [
        journals.charge(book, f"txn_{n:05}", day, 10_000, 320) for n in range(start, start + count)
    ]
    return operations.post(session, drafts, actor=SYSTEM, now=current_time())


def account_of(session, role: str) -> Account:
    """The general fund's, in NZD."""
    return session.get_one(Account, book_of(session).account(role).id)


@pytest.fixture
def world(session):
    """Some gifts in two currencies; the address of each statement's page and file."""
    make_office(session, "th")
    give_cash(session, make_fund(session), 150_050)
    give_cash(session, make_fund(session, "education"), 70_000)
    post_charges(session, 2)
    account = account_of(session, "stripe_pending")
    return {
        "trial-balance": ("/staff/ledger/statements/trial-balance", {}),
        "position": ("/staff/ledger/statements/position", {}),
        "activities": ("/staff/ledger/statements/activities", {}),
        "fund-report": ("/staff/ledger/statements/funds/general", {"fund": "general"}),
        "account": (f"/staff/ledger/accounts/{account.id}", {"account": str(account.id)}),
        "journal": ("/staff/ledger/journals", {}),
    }


NAMES = ("trial-balance", "position", "activities", "fund-report", "account", "journal")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", NAMES)
def test_each_statement_is_a_page(auditor, world, name, language):
    auditor.set_cookie("language", language)
    answer = auditor.get(world[name][0], query_string={"last": DAY.isoformat()})
    assert answer.status_code == 200
    if name != "journal":
        assert "LIFT Practice Trust" in answer.text
    assert ("2569" if language == "th" else "2026") in answer.text
    assert all(f"/staff/ledger/files/{name}.{suffix}" in answer.text for suffix in FORMATS)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("suffix", FORMATS)
@pytest.mark.parametrize("name", NAMES)
def test_each_statement_is_a_file(auditor, world, name, suffix, language):
    auditor.set_cookie("language", language)
    with auditor.get(f"/staff/ledger/files/{name}.{suffix}", query_string=world[name][1]) as answer:
        assert answer.status_code == 200
        data = answer.data
    file_name = re.search(r"filename=(\S+)", answer.headers["Content-Disposition"]).group(1)
    assert re.fullmatch(rf"[a-z0-9-]+-{language}\.{suffix}", file_name)
    assert bool(re.search("[ก-๙]", READERS[suffix](data))) == (language == "th")


def read_csv(data: bytes) -> str:
    assert data.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(StringIO(data.decode("utf-8-sig"))))
    assert len({len(row) for row in rows}) == 1  # one header, and every row as wide
    return data.decode("utf-8-sig")


def read_xlsx(data: bytes) -> str:
    book = openpyxl.load_workbook(BytesIO(data))
    sheet = book.worksheets[0]
    assert sheet.freeze_panes == "A2"
    money = [cell for row in sheet.iter_rows(min_row=2) for cell in row if cell.data_type == "n"]
    assert any(cell.number_format == "#,##0.00" for cell in money if cell.value is not None)
    return " ".join(
        str(cell.value) for page in book.worksheets for row in page.iter_rows() for cell in row
    )


def read_pdf(data: bytes) -> str:
    read = pypdf.PdfReader(BytesIO(data))
    assert bool(read.trailer["/Root"]["/MarkInfo"]["/Marked"])
    text = " ".join(page.extract_text() for page in read.pages)
    assert "LIFT Practice Trust" in text
    return f"{read.metadata.title} {text}"


READERS = {"csv": read_csv, "xlsx": read_xlsx, "pdf": read_pdf}


# --- What the files promise -------------------------------------------------------------------


@pytest.fixture
def file(auditor):
    """What a statement's file holds, or how it is refused."""

    def file(name: str, **asked: object):
        with auditor.get(f"/staff/ledger/files/{name}", query_string=asked) as answer:
            return answer.status_code, answer.data

    return file


def table(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(data.decode("utf-8-sig"))))


def test_csv_holds_plain_decimals_iso_days_and_every_line(file, session):
    post_charges(session, 600)
    _, data = file("journal.csv")
    rows = table(data)
    assert len(rows) == 1200
    assert {row["Day"] for row in rows} == {"2026-11-24"}
    assert {(row["Currency"], row["Amount"]) for row in rows} == {
        ("NZD", "100.00"),
        ("NZD", "3.20"),
    }
    account = account_of(session, "stripe_pending")
    _, data = file("account.csv", account=account.id)
    assert table(data)[-1]["Balance, NZD"] == "58080.00"


def test_a_name_is_never_a_formula(file, session, owner_session):
    fund = make_fund(session, "education", name_en='=HYPERLINK("http://x")', name_th="+1")
    give_cash(session, fund, 500)
    _, data = file("journal.csv")
    assert table(data)[0]["Fund"] == '\'=HYPERLINK("http://x")'
    _, data = file("journal.xlsx")
    sheet = openpyxl.load_workbook(BytesIO(data)).worksheets[0]
    [cell] = [cell for cell in sheet[2] if str(cell.value).startswith("=HYPERLINK")]
    assert cell.data_type == "s"


def test_a_sheet_shows_each_currency_with_its_own_decimals(file, session):
    for code, currency, amount in (("jp", "JPY", 1_234), ("kw", "KWD", 1_234_560)):
        office = operations.open_office(
            session,
            **OFFICES["nz"]
            | {"currency": currency, "stripe_account_id": code, "receipt_prefix": code},
            code=code,
            actor=SYSTEM,
            now=current_time(),
        )
        book = Book.load(session, make_fund(session).id, office, currency)
        draft = journals.gift_to_bank(book, new_id(), DAY, amount)
        operations.post(session, [draft], actor=SYSTEM, now=current_time())
    _, data = file("journal.xlsx")
    sheet = openpyxl.load_workbook(BytesIO(data)).worksheets[0]
    amounts = [cell for row in sheet.iter_rows(min_row=2) for cell in row if cell.data_type == "n"]
    assert {(cell.value, cell.number_format) for cell in amounts if cell.value is not None} == {
        (1234, "#,##0"),
        (1234.56, "#,##0.000"),
    }
    assert isinstance(sheet.cell(2, 1).value, datetime)


def test_a_journal_too_long_for_paper_says_what_to_do(file, auditor, session):
    post_charges(session, 1001)
    status, data = file("journal.pdf")
    assert status == 422
    assert "take XLSX or CSV" in data.decode()
    for page in ("journals", f"accounts/{account_of(session, 'stripe_pending').id}"):
        offered = auditor.get(f"/staff/ledger/{page}").text
        assert "For a PDF choose fewer days." in offered
        assert ".pdf" not in offered
    assert file("journal.pdf", first="2026-11-25")[0] == 200
    assert file("account.pdf", account=account_of(session, "stripe_pending").id)[0] == 422


@pytest.mark.parametrize(
    ("name", "asked", "status"),
    [
        ("journal.csv", {"last": "yesterday"}, 422),
        ("journal.csv", {"first": "2026-02-01", "last": "2026-01-01"}, 422),
        ("journal.csv", {"last": "9999-12-31"}, 422),
        ("journal.doc", {}, 404),
        ("budget.csv", {}, 404),
        ("fund-report.csv", {"fund": "none"}, 404),
        ("account.csv", {}, 404),
        ("account.csv", {"account": new_id()}, 404),
    ],
)
def test_what_cannot_be_made_is_refused(file, world, name, asked, status):
    assert file(name, **asked)[0] == status


def test_a_paper_says_whose_books_when_and_how_they_stand(file, world):
    _, data = file("position.pdf", last="2026-11-24")
    text = " ".join(page.extract_text() for page in pypdf.PdfReader(BytesIO(data)).pages)
    for words in ("LIFT Practice Trust", "24 Nov 2026", "time in Thailand", "These days are open"):
        assert words in text
    assert "Total assets" in text


# --- The pages --------------------------------------------------------------------------------


def test_a_statement_page_asks_the_database_the_same_whatever_there_is(
    auditor, session, count_statements
):
    def ask(address):
        with count_statements() as seen:
            assert auditor.get(address).status_code == 200
        return len(seen)

    post_charges(session, 3)
    addresses = (
        "/staff/ledger/statements/trial-balance?first=2026-01-01",
        "/staff/ledger/statements/position",
        "/staff/ledger/statements/activities",
        "/staff/ledger/statements/funds/general",
        f"/staff/ledger/accounts/{account_of(session, 'stripe_pending').id}",
        "/staff/ledger/journals?fund=general",
    )
    first = [ask(address) for address in addresses]
    post_charges(session, 60, start=3)
    give_cash(session, make_fund(session, "education"), 500)
    assert [ask(address) for address in addresses] == first
    assert max(first) <= 20


def test_a_page_with_no_day_says_so_and_shows_today(auditor, world):
    page = auditor.get("/staff/ledger/statements/position?last=tomorrow").text
    assert 'role="alert"' in page
    assert "Total net assets" in page


def test_a_page_says_whether_its_days_are_closed(auditor, world, session):
    def said(last: str, first: str = "") -> str:
        address = f"/staff/ledger/statements/trial-balance?first={first}&last={last}"
        page = auditor.get(address).text
        return re.search(r"<dt>Period</dt><dd>(.+?)[:,]", page).group(1)

    by = {"actor": SYSTEM, "now": current_time()}
    january = operations.open_period(session, date(2026, 1, 31), **by)
    operations.begin_closing(session, january, **by)
    assert said("2026-01-20") == "These days are being closed"
    operations.close_period(session, january, reason=None, unreconciled=[], **by)
    session.commit()
    assert said("2026-01-20") == said("2026-01-31", "2026-01-01") == "These days are closed"
    assert said("2026-02-01", "2026-01-31") == "Of these days some are closed"
    assert said("2026-02-01") == "These days are open"
    journal = auditor.get("/staff/ledger/journals").text
    assert "Of these days some are closed" in journal


def test_journals_are_found_by_day_kind_fund_and_office(auditor, session):
    post_charges(session, 2)
    give_cash(session, make_fund(session, "education"), 12_345)

    def found(**asked):
        page = auditor.get("/staff/ledger/journals", query_string=asked).text
        return page.count("123.45"), page.count("100.00")

    assert found() == (1, 2)
    assert found(kind="gift_to_bank") == (1, 0)
    assert found(fund="general") == (0, 2)
    assert found(office="th") == (1, 0)
    assert found(first="2026-11-24", last="2026-11-24") == (0, 2)
    assert found(fund="none") == (0, 0)


def test_a_line_of_the_position_leads_to_its_accounts_and_their_lines(auditor, world):
    def follow(page: str, words: str) -> str:
        address = re.search(rf'<a href="([^"]+)">{words}</a>', page).group(1)
        return auditor.get(address.replace("&amp;", "&")).text

    accounts = follow(auditor.get("/staff/ledger/statements/position").text, "At Stripe")
    assert "Stripe, pending" in accounts
    assert "Contributions" not in accounts
    lines = follow(accounts, "Stripe, pending")
    assert "193.60" in lines
    assert "txn_0000" in follow(lines, "24 Nov 2026")
