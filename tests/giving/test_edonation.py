"""The e-Donation file: what it tells, that it says so while unconfirmed, and who took it."""

import csv
from datetime import date
from io import BytesIO, StringIO

import openpyxl
import pytest
from sqlalchemy import select, text

from fund import clock, keys
from fund.audit.models import Event
from fund.errors import Conflict, Denied, Refused
from fund.giving import edonation, operations
from fund.giving.models import Donor
from fund.money import Money
from fund.permissions import SYSTEM, Actor, Role
from tests.giving.factories import register_thai_office
from tests.people.factories import make_staff

TAX_ID = "1103702071811"
NOVEMBER = {"first": "2026-11-01", "last": "2026-11-30"}
PAGE = "/staff/gifts/e-donation?office=th&first=2026-11-01&last=2026-11-30"
FILE = "/staff/gifts/e-donation/file"
AUDITOR = Actor("staff", roles=frozenset({Role.AUDITOR}))


@pytest.fixture
def officer(session):
    return make_staff(session, Role.FINANCE_OFFICER, name="Ploy Finance")


@pytest.fixture
def finance(client, officer, sign_in):
    return sign_in(client, officer)


@pytest.fixture
def record(world, session):
    """A gift to the bank of the Thai office, which gives receipts for taxes."""
    register_thai_office(session, world)

    def make(reference: str, **changes):
        values = {
            "office": world.thai,
            "fund": world.funds["education"],
            "amount": Money(1_500_50, "THB"),
            "received_on": date(2026, 11, 23),
            "email": f"{reference.lower()}@example.org",
            "name": "สมชาย ใจดี",
            "language": "th",
            "tax_id": TAX_ID,
            "bank_reference": reference,
            "actor": SYSTEM,
            "now": clock.now(),
        }
        gift = operations.record_bank_gift(session, **(values | changes))
        session.commit()
        return gift

    return make


def give_back(session, gift, amount_minor):
    operations.record_return(
        session,
        gift,
        kind="refund",
        source=f"re_{gift.id.hex}",
        amount_minor=amount_minor,
        happened_on=date(2026, 11, 24),
        actor=SYSTEM,
        now=clock.now(),
    )
    session.commit()


def rows_of(answer) -> list[list[str]]:
    assert answer.status_code == 200, answer.text
    return list(csv.reader(StringIO(answer.get_data().decode("utf-8-sig"))))


def columns(**changes) -> dict[str, str]:
    form = {f"{name}_{n}": "" for n in range(edonation.LONGEST) for name in ("heading", "field")}
    return form | changes


def test_the_file_tells_each_tax_receipt_once_with_what_counts(record, session, finance, post):
    record("A")
    give_back(session, record("B"), 500_50)
    give_back(session, record("GONE"), 1_500_50)
    record("BANK", is_bank_reported=True)
    record("PLAIN", tax_id="")
    record("LATER", received_on=date(2026, 12, 1))
    erased = record("ERASED")
    keys.destroy(session, session.get_one(Donor, erased.donor_id).key_id, now=clock.now())
    session.commit()
    rows = rows_of(post(FILE, office="th", **NOVEMBER, format="csv", version="0"))
    assert [row[1:] for row in rows[2:]] == [
        ["สมชาย ใจดี", "23/11/2569", "1500.50", "TH-2026-000001"],
        ["สมชาย ใจดี", "23/11/2569", "1000.00", "TH-2026-000003"],
    ]
    assert {row[0] for row in rows[2:]} == {TAX_ID}
    page = finance.get(PAGE).text
    assert "฿2,500.50" in page
    for reason in ("the bank reported them", "no receipt for taxes", "given back", "forgotten"):
        assert "<dd>1</dd>" in page.split(f"{reason}")[1][:60]


def test_no_tax_number_and_no_name_stands_on_the_page(record, finance):
    record("A")
    page = finance.get(PAGE).text
    assert "TH-2026-000001" in page
    assert TAX_ID not in page
    assert "สมชาย" not in page


def test_page_and_file_say_that_nobody_confirmed_the_columns(
    record, session, finance, post, officer
):
    record("A")
    assert "Unconfirmed" in finance.get(PAGE).text
    answer = post(FILE, office="th", **NOVEMBER, format="csv", version="0")
    assert "-unconfirmed.csv" in answer.headers["Content-Disposition"]
    assert rows_of(answer)[0][0].startswith("UNCONFIRMED")

    assert post("/staff/gifts/e-donation/confirm", office="th", version="0").status_code == 303
    page = finance.get(PAGE).text
    assert "Unconfirmed" not in page
    assert "Ploy Finance held these columns" in page
    answer = post(FILE, office="th", **NOVEMBER, format="csv", version="1")
    assert "unconfirmed" not in answer.headers["Content-Disposition"]
    assert rows_of(answer)[0][0] == "เลขประจำตัวผู้เสียภาษีของผู้บริจาค"
    named = select(Event).where(Event.name == "edonation_columns_confirmed")
    assert session.scalars(named).one().actor == f"staff:{officer.id}"


def test_other_columns_are_confirmed_anew(record, session, finance, post):
    record("A")
    post("/staff/gifts/e-donation/confirm", office="th", version="0")
    form = columns(heading_0="PIN", field_0="tax_id", heading_2="DATE", field_2="paid_on")
    answer = post("/staff/gifts/e-donation/th/columns", **form, version="1")
    assert answer.status_code == 303
    assert "Unconfirmed" in finance.get(PAGE).text
    rows = rows_of(post(FILE, office="th", **NOVEMBER, format="csv", version="2"))
    assert rows[1:] == [["PIN", "DATE"], [TAX_ID, "2026-11-23"]]
    assert '"PIN"' in finance.get("/staff/gifts/e-donation/th/columns").text


@pytest.mark.parametrize(
    ("form", "said"),
    [
        (columns(), "at least one column"),
        (columns(heading_0="PIN"), "Please fill this in"),
        (columns(field_0="tax_id"), "Please fill this in"),
    ],
)
def test_columns_that_cannot_be(record, finance, post, form, said):
    answer = post("/staff/gifts/e-donation/th/columns", **form, version="0")
    assert answer.status_code == 422
    assert said in answer.text


def test_nobody_confirms_or_takes_what_they_did_not_see(record, session, world, finance, post):
    record("A")
    form = columns(heading_0="PIN", field_0="tax_id")
    post("/staff/gifts/e-donation/th/columns", **form, version="0")
    for address, said in (
        (FILE, {**NOVEMBER, "format": "csv"}),
        ("/staff/gifts/e-donation/confirm", {}),
    ):
        assert post(address, office="th", **said, version="0").status_code == 409
    stale = post("/staff/gifts/e-donation/th/columns", **form, version="0")
    assert stale.status_code == 409
    with pytest.raises(Conflict):
        edonation.confirm_columns(
            session, world.thai, version=0, actor=Actor("staff", roles={Role.FINANCE_OFFICER}),
            now=clock.now(),
        )  # fmt: skip


def test_a_file_that_is_taken_is_on_record_without_what_it_tells(record, session, finance, post):
    record("A")
    post(FILE, office="th", **NOVEMBER, format="xlsx", version="0")
    event = session.scalars(select(Event).where(Event.name == "edonation_exported")).one()
    assert event.data == {
        "first_on": "2026-11-01",
        "last_on": "2026-11-30",
        "receipt_count": 1,
        "mapping": 0,
        "is_confirmed": False,
        "file_format": "xlsx",
    }


def test_the_sheet_keeps_every_digit_and_reckons_nothing(record, finance, post):
    record("A", name="=1+1")
    answer = post(FILE, office="th", **NOVEMBER, format="xlsx", version="0")
    sheet = openpyxl.load_workbook(BytesIO(answer.get_data())).worksheets[0]
    cells = list(sheet.iter_rows())[2]
    assert [cell.value for cell in cells[:2]] == [TAX_ID, "=1+1"]
    assert {cell.data_type for cell in cells} == {"s"}
    (row,) = rows_of(post(FILE, office="th", **NOVEMBER, format="csv", version="0"))[2:]
    assert row[1] == "'=1+1"


def test_days_that_are_none_are_said_beside_their_field(record, finance):
    page = finance.get("/staff/gifts/e-donation?first=tomorrow&last=2026-11-30")
    assert page.status_code == 422
    assert 'id="e-first"' in page.text
    page = finance.get("/staff/gifts/e-donation?first=2026-11-30&last=2026-11-01")
    assert "comes before the first" in page.text


def test_without_a_registered_office_there_is_no_file(world, finance, post):
    assert "No office gives receipts for taxes in Thailand." in finance.get(PAGE).text
    assert post(FILE, office="th", **NOVEMBER, format="csv", version="0").status_code == 404


def test_only_finance_may(record, session, world):
    with pytest.raises(Denied):
        edonation.change_columns(
            session, world.thai, [("A", "tax_id")], version=0, actor=AUDITOR, now=clock.now()
        )
    with pytest.raises(Denied):
        edonation.record_export(
            session, world.thai, first_on=date(2026, 11, 1), last_on=date(2026, 11, 30),
            version=0, file_format="csv", actor=AUDITOR, now=clock.now(),
        )  # fmt: skip


def test_confirmed_columns_stay_as_they_are(record, session, finance, post):
    post("/staff/gifts/e-donation/confirm", office="th", version="0")
    for change in (
        'UPDATE edonation_mapping SET columns = \'[["A", "tax_id"]]\'',
        "UPDATE edonation_mapping SET checked_at = NULL, checked_by = NULL",
        "DELETE FROM edonation_mapping",
    ):
        with pytest.raises(Exception, match="stay as they were"), session.begin_nested():
            session.execute(text(change))


def test_only_a_transfer_to_a_thai_office_comes_by_the_banks_code(record, world, session):
    with pytest.raises(Refused, match="bank_reports_transfers_only"):
        record("A", method="cash", is_bank_reported=True)
    with pytest.raises(Refused, match="bank_reports_transfers_only"):
        record("A", office=world.abroad, amount=Money(10_00, "NZD"), is_bank_reported=True)
