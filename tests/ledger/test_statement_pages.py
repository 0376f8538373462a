"""Every statement opens as page, CSV, XLSX and PDF, in both languages, for finance and auditors."""

import csv
import re
from datetime import date
from io import BytesIO, StringIO

import openpyxl
import pypdf
import pytest
from sqlalchemy import select

from fund.clock import now as current_time
from fund.ledger import journals, operations
from fund.ledger.journals import Book
from fund.ledger.models import Account
from fund.permissions import SYSTEM, Role
from tests.ledger.factories import give_cash, make_fund, make_office
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


def account_of(session, role: str, currency="NZD") -> Account:
    return session.scalar(
        select(Account)
        .where(Account.role == role, Account.currency == currency)
        .order_by(Account.id)
        .limit(1)
    )


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
