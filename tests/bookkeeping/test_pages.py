"""The pages of funds, rates and entries, as finance, treasurer and auditor meet them."""

import re
from io import BytesIO

import pytest
from PIL import Image
from sqlalchemy import select

from fund.audit.models import Event
from fund.bookkeeping.models import BookEntry, EntryPaper
from fund.gateways import storage
from fund.ids import new_id
from fund.ledger.models import Fund, Rate
from fund.permissions import Role
from tests.bookkeeping.factories import DAY, account, at, balances, booked
from tests.ledger.factories import give_cash, make_fund, make_office
from tests.people.factories import make_staff

ENTRIES = "/staff/ledger/entries"


@pytest.fixture
def send(client):
    """Send a form with a file, once."""

    def send(address, **fields):
        data = {"nonce": str(new_id()), "effective_on": DAY.isoformat(), "reason": "As it says"}
        return client.post(address, data=data | fields, content_type="multipart/form-data")

    return send


def photograph():
    picture = BytesIO()
    Image.new("RGB", (60, 40), "white").save(picture, "PNG")
    picture.seek(0)
    return (picture, "slip.png")


def seen(page):
    return re.search(r'name="content_sha256" value="(\w+)"', page)[1]


def manual(session, fund, office, amount="7.00"):
    return {
        "debit_1": str(account(session, fund, "bank_charges")),
        "credit_1": str(account(session, fund, "bank", office)),
        "amount_1": amount,
    }


def test_a_manual_journal_from_the_form_to_the_books(
    session, client, sign_in, post, send, finance, fund, office
):
    sign_in(client, finance.officer)
    assert "Where needed most" in client.get(f"{ENTRIES}/new/manual").text
    address = f"{ENTRIES}/new/manual?fund={fund.id}"
    assert "Bank, th, THB" in client.get(address).text
    answer = send(address, **manual(session, fund, office), file=photograph())
    assert answer.status_code == 303
    entry = session.scalars(select(BookEntry)).one()
    page = client.get(answer.headers["Location"]).text
    assert "What will be booked" in page
    assert "A second person decides about this." in page
    assert "content_sha256" not in page
    address = f"{ENTRIES}/{entry.id}"
    assert post(f"{address}/book", content_sha256=entry.content_sha256.hex()).status_code == 422

    sign_in(client, finance.treasurer)
    assert "Look and decide" in client.get("/staff/").text
    page = client.get(address).text
    assert "Approve ฿7" in page
    assert post(f"{address}/book", content_sha256=seen(page)).status_code == 303
    assert balances(session, fund)["THB:bank_charges"] == 700
    page = client.get(address).text
    assert "What was booked" in page
    assert "See it in the books" in page


def test_the_document_is_sealed_and_each_opening_is_recorded(
    session, client, sign_in, send, finance, fund, office
):
    sign_in(client, finance.officer)
    address = f"{ENTRIES}/new/manual?fund={fund.id}"
    location = send(address, **manual(session, fund, office), file=photograph()).location
    paper = session.scalars(select(EntryPaper)).one()
    assert paper.state == "stored"
    assert not storage.get(paper.storage_key).startswith(b"\xff\xd8")
    sign_in(client, finance.treasurer)
    answer = client.get(f"{location}/paper")
    assert answer.data.startswith(b"\xff\xd8")
    assert answer.headers["Content-Security-Policy"].startswith("sandbox")
    assert session.scalars(select(Event.name).order_by(Event.id.desc())).first() == (
        "entry_paper_read"
    )


def test_an_auditor_sees_that_a_document_is_there_and_cannot_open_it(
    session, client, sign_in, send, finance, fund, office
):
    """A name that was left on a bank's slip stays with finance."""
    sign_in(client, finance.officer)
    address = f"{ENTRIES}/new/manual?fund={fund.id}"
    location = send(address, **manual(session, fund, office), file=photograph()).location
    assert f"{location}/paper" in client.get(location).text
    paper = session.scalars(select(EntryPaper)).one()
    sign_in(client, make_staff(session, Role.AUDITOR))
    page = client.get(location).text
    assert f"Photograph, 1 page, {paper.size} bytes" in page
    assert paper.content_sha256.hex() in page
    assert "only finance opens it" in page
    assert f"{location}/paper" not in page
    assert client.get(f"{location}/paper").status_code == 403
    read = select(Event).where(Event.name == "entry_paper_read")
    assert session.scalars(read).all() == []


def test_what_is_missing_is_said_beside_its_field_and_the_rest_is_kept(
    session, client, sign_in, send, finance, fund, office
):
    sign_in(client, finance.officer)
    address = f"{ENTRIES}/new/manual?fund={fund.id}"
    answer = send(address, **manual(session, fund, office))
    assert answer.status_code == 422
    assert 'id="e-file"' in answer.text
    assert 'value="7.00"' in answer.text
    answer = send(address, **manual(session, fund, office, "seven"), file=photograph())
    assert 'id="e-amount_1"' in answer.text
    answer = send(address, reason="", file=photograph())
    assert 'id="e-reason"' in answer.text
    assert "at least one line" in send(address, file=photograph()).text
    assert session.scalars(select(BookEntry)).all() == []
    assert session.scalars(select(EntryPaper)).all() == []


MOVEMENTS = ("bank_charge", "interest", "tax_withheld", "tax_on_fees", "tax_remitted")


@pytest.mark.parametrize("kind", MOVEMENTS)
def test_what_one_bank_shows(session, client, sign_in, post, send, finance, fund, office, kind):
    sign_in(client, finance.officer)
    assert client.get(f"{ENTRIES}/new/{kind}").status_code == 200
    chosen = {"fund_id": str(fund.id), "office_id": str(office.id), "amount": "12.50"}
    location = send(f"{ENTRIES}/new/{kind}", **chosen, file=photograph()).location
    page = client.get(location).text
    if kind == "tax_withheld":
        assert "A second person decides" in page
        sign_in(client, finance.treasurer)
        page = client.get(location).text
    assert post(f"{location}/book", content_sha256=seen(page)).status_code == 303
    assert "฿12.50" in client.get(location).text


def test_a_transfer_out_of_a_purpose_is_refused_in_words(
    session, client, sign_in, send, finance, fund, office
):
    education = make_fund(session, "education")
    give_cash(session, education, 50_000)
    sign_in(client, finance.officer)
    chosen = {"office_id": str(office.id), "amount": "10"}
    there = {"from_fund_id": str(education.id), "to_fund_id": str(fund.id)}
    answer = send(f"{ENTRIES}/new/transfer", **chosen, **there)
    assert answer.status_code == 422
    assert "Donors gave this money for a purpose" in answer.text
    back = {"from_fund_id": str(fund.id), "to_fund_id": str(education.id)}
    assert send(f"{ENTRIES}/new/transfer", **chosen, **back).status_code == 303


def test_an_exchange_from_the_form(session, client, sign_in, send, finance, fund, office):
    abroad = make_office(session, "nz")
    booked(session, finance, "opening_balance", at(fund, abroad, 5_000, role="bank"))
    sign_in(client, finance.officer)
    chosen = {
        "fund_id": str(fund.id),
        "from_office_id": str(abroad.id),
        "given": "50",
        "to_office_id": str(office.id),
        "taken": "970",
    }
    page = client.get(send(f"{ENTRIES}/new/exchange", **chosen, file=photograph()).location).text
    assert "NZD" in page
    assert "once a rate is entered" in page


def test_a_journal_is_reversed_from_its_page(
    session, client, sign_in, post, send, finance, fund, office
):
    wrong = booked(session, finance, "interest", at(fund, office, 900))
    sign_in(client, finance.officer)
    journal = client.get(f"/staff/ledger/journals/{wrong.journal_id}").text
    address = f"{ENTRIES}/new/reversal?journal={wrong.journal_id}"
    assert address in journal
    assert "taken back" in client.get(address).text
    location = send(address).location
    sign_in(client, finance.treasurer)
    post(f"{location}/book", content_sha256=seen(client.get(location).text))
    assert "THB:interest" not in balances(session, fund)
    assert "new/reversal" not in client.get(f"/staff/ledger/journals/{wrong.journal_id}").text


def test_an_award_of_before_is_taken_over_paid_and_set_free(
    session, client, sign_in, post, send, finance, fund, office
):
    def decide(location):
        sign_in(client, finance.treasurer)
        answer = post(f"{location}/book", content_sha256=seen(client.get(location).text))
        assert answer.status_code == 303
        sign_in(client, finance.officer)

    sign_in(client, finance.officer)
    chosen = {"fund_id": str(fund.id), "amount": "900", "reason": "File 12 of 2024"}
    location = send(f"{ENTRIES}/new/opening_award", **chosen, file=photograph()).location
    assert "even if the fund is short" in client.get(location).text
    decide(location)
    award = location.rsplit("/", 1)[1]
    page = client.get(ENTRIES).text
    assert "฿900 left" in page
    assert "File 12 of 2024" in page
    address = f"{ENTRIES}/new/award_payment?award={award}"
    assert address in page.replace("&amp;", "&")
    decide(send(address, office_id=str(office.id), amount="400", file=photograph()).location)
    assert "฿500 left" in client.get(ENTRIES).text
    decide(send(f"{ENTRIES}/new/award_freeing?award={award}").location)
    assert "฿0 left" in client.get(ENTRIES).text


def test_a_second_person_declines_with_a_reason(
    session, client, sign_in, post, send, finance, fund, office
):
    sign_in(client, finance.officer)
    address = f"{ENTRIES}/new/manual?fund={fund.id}"
    location = send(address, **manual(session, fund, office), file=photograph()).location
    sign_in(client, finance.treasurer)
    assert 'id="e-decline_reason"' in post(f"{location}/decline", decline_reason="").text
    assert post(f"{location}/decline", decline_reason="Wrong month").status_code == 303
    assert "Declined: Wrong month" in client.get(location).text


def test_the_same_form_twice_proposes_once(session, client, sign_in, finance, fund, office):
    sign_in(client, finance.officer)
    form = {
        "nonce": str(new_id()), "effective_on": DAY.isoformat(), "reason": "As it says",
        "fund_id": str(fund.id), "office_id": str(office.id), "amount": "5",
    }  # fmt: skip
    answers = [
        client.post(f"{ENTRIES}/new/interest", data=form | {"file": photograph()}) for _ in range(2)
    ]
    assert answers[0].location == answers[1].location
    assert len(session.scalars(select(BookEntry)).all()) == 1


def test_an_unknown_kind_or_beginning_is_no_page(session, client, sign_in, finance, fund):
    sign_in(client, finance.officer)
    for path in ("bribe", "reversal", "award_payment", f"reversal?journal={new_id()}"):
        assert client.get(f"{ENTRIES}/new/{path}").status_code == 404


# --- Rates ------------------------------------------------------------------------------------


def test_finance_enters_a_rate_and_everyone_of_the_books_sees_it(
    session, client, sign_in, post, finance
):
    make_office(session, "nz")
    sign_in(client, finance.officer)
    rate = {"currency": "NZD", "valid_on": "2026-11-20", "source": "Bank of Thailand"}
    for wrong in ("", "19,5", "-3", "0", "1e3", "19.123456789"):
        answer = post("/staff/ledger/rates", **rate, thb_per_unit=wrong)
        assert 'id="e-thb_per_unit"' in answer.text
    assert post("/staff/ledger/rates", **rate, thb_per_unit="19.12345678").status_code == 303
    assert str(session.scalars(select(Rate)).one().thb_per_unit) == "19.12345678"
    sign_in(client, make_staff(session, Role.AUDITOR))
    page = client.get("/staff/ledger/rates").text
    assert "19.12345678" in page
    assert "Fah Finance" in page
    assert "Enter this rate" not in page


# --- Funds ------------------------------------------------------------------------------------

NEW = {
    "code": "music",
    "restriction": "education",
    "name_en": "Music schools",
    "name_th": "โรงเรียนดนตรี",
    "target": "1,000,000",
    "gift_cap": "",
    "reserve_days": "14",
}


def test_a_fund_is_opened_with_its_accounts_and_takes_gifts(
    session, client, sign_in, post, finance, office
):
    sign_in(client, finance.officer)
    assert 'id="e-code"' in post("/staff/ledger/funds/open", **NEW | {"code": "M !"}).text
    assert 'id="e-target"' in post("/staff/ledger/funds/open", **NEW | {"target": "much"}).text
    assert post("/staff/ledger/funds/open", **NEW).status_code == 303
    fund = session.scalars(select(Fund).where(Fund.code == "music")).one()
    assert (fund.purpose, fund.target_minor, fund.gift_cap_minor) == (
        "education",
        100_000_000,
        None,
    )
    give_cash(session, fund, 500)
    assert "Another fund has this code" in post("/staff/ledger/funds/open", **NEW).text
    page = client.get("/staff/ledger/funds").text
    assert "Music schools" in page
    assert "target ฿1,000,000" in page


def test_two_who_change_a_fund_at_once_see_both_sides(session, client, sign_in, post, finance):
    fund = make_fund(session)
    sign_in(client, finance.officer)
    address = f"/staff/ledger/funds/{fund.id}"
    change = {"name_en": "General", "name_th": "ทั่วไป", "target": "", "gift_cap": "500"}
    change |= {"reserve_days": "30", "version": "1"}
    assert post(address, **change).status_code == 303
    session.refresh(fund)
    assert (fund.name_en, fund.gift_cap_minor, fund.reserve_days, fund.version) == (
        "General", 50_000, 30, 2,
    )  # fmt: skip
    answer = post(address, **change | {"name_en": "Mine"})
    assert answer.status_code == 409
    assert "What you typed" in answer.text
    assert "Mine" in answer.text
    assert 'name="version" value="2"' in answer.text


def test_a_fund_with_money_is_not_closed_and_the_page_says_why(
    session, client, sign_in, post, finance, fund
):
    sign_in(client, finance.officer)
    address = f"/staff/ledger/funds/{fund.id}/close"
    assert "฿1,000" in client.get(address).text
    answer = post(address, version="1")
    assert answer.status_code == 422
    assert "still holds or owes money" in answer.text


def test_a_closed_fund_is_gone_from_the_giving_page(session, client, sign_in, post, finance):
    make_office(session, "nz")
    fund = make_fund(session, "vocational")
    other = make_fund(session)
    assert "Vocational training" in client.get("/give").text
    sign_in(client, finance.officer)
    assert post(f"/staff/ledger/funds/{fund.id}/close", version="1").status_code == 303
    session.refresh(fund)
    assert not fund.is_open
    page = client.get("/give").text
    assert "Vocational training" not in page
    assert other.name_en in page
    page = client.get("/staff/ledger/funds").text
    assert "closed on" in page
    assert post(f"/staff/ledger/funds/{fund.id}/close", version="2").status_code == 422


def test_a_long_list_of_entries_asks_no_more_than_a_short_one(
    session, client, sign_in, finance, fund, office, count_statements
):
    def statements():
        with count_statements() as seen:
            assert client.get(ENTRIES).status_code == 200
        return len(seen)

    sign_in(client, finance.treasurer)
    booked(session, finance, "opening_award", at(fund, office, 5))
    few = statements()
    for amount in range(1, 8):
        booked(session, finance, "interest", at(fund, office, amount))
        booked(session, finance, "opening_award", at(fund, office, amount))
    assert statements() == few
    assert "Interest, ฿0.07" in client.get(ENTRIES).text
