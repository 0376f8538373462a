"""Gifts by transfer, cash and cheque: finance records them with the paper that shows them."""

from io import BytesIO

import pytest
from sqlalchemy import select

from fund.audit.models import Event
from fund.gateways import storage
from fund.giving.models import Gift, Receipt
from fund.giving.operations import set_terms
from fund.giving.queries import list_receipts_of
from fund.ledger.models import Journal
from fund.ledger.queries import account_id, balance
from fund.money import Money
from fund.permissions import SYSTEM, Role
from tests.bookkeeping.factories import booked, make_finance
from tests.bookkeeping.test_pages import photograph
from tests.giving.factories import make_giving_world
from tests.people.factories import make_staff

FORM = {
    "method": "cash",
    "office": "th",
    "fund": "education",
    "amount": "1,500.50",
    "received_on": "2026-11-20",
    "reference": "SLIP-0001",
    "name": "Mere Donor",
    "email": "mere@example.org",
    "language": "en",
}


@pytest.fixture
def world(session):
    made = make_giving_world(session)
    session.commit()
    return made


@pytest.fixture
def finance(client, session, sign_in):
    return sign_in(client, make_staff(session, Role.FINANCE_OFFICER))


def send(post, **changes):
    return post("/staff/gifts/add", **FORM | {"file": photograph()} | changes)


@pytest.mark.parametrize("method", ["bank", "cash", "cheque"])
def test_a_gift_is_booked_receipted_and_kept_with_its_paper(
    world, session, finance, post, mailbox, run_jobs, method
):
    answer = send(post, method=method)
    assert answer.status_code == 303, answer.text
    gift = session.scalars(select(Gift)).one()
    assert (gift.method, gift.state, gift.amount) == (method, "paid", Money(1_500_50, "THB"))
    bank = account_id(session, gift.fund_id, world.thai.id, "THB", "bank")
    assert balance(session, bank) == Money(1_500_50, "THB")
    page = finance.get(answer.headers["Location"]).text
    assert "SLIP-0001" in page
    assert "TH-2026-000001" in page
    paper = finance.get(f"/staff/gifts/{gift.id}/paper")
    assert (paper.status_code, paper.content_type) == (200, "image/jpeg")
    assert session.scalars(select(Event).where(Event.name == "gift_paper_read")).one()
    run_jobs()
    assert mailbox.mails[-1]["To"] == "mere@example.org"


def test_a_gift_of_nobody_known_is_recorded_without_a_name(world, session, finance, post):
    assert send(post, email="", name="").status_code == 303
    assert session.scalars(select(Gift)).one().donor_id is None
    assert session.scalars(select(Receipt)).one().number == 1


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"amount": "0"}, 'id="e-amount"'),
        ({"amount": "1.234"}, "does not have that many decimals"),
        ({"received_on": "2126-01-01"}, "lies in the future"),
        ({"method": "plan"}, 'id="e-method"'),
        ({"email": "nobody"}, "write an e-mail address"),
        ({"file": (BytesIO(b""), "")}, 'id="e-file"'),
        ({"reference": ""}, 'id="e-reference"'),
    ],
)
def test_what_is_wrong_is_said_beside_its_field_and_nothing_is_recorded(
    world, session, finance, post, changes, said
):
    answer = send(post, **changes)
    assert answer.status_code == 422
    assert said in answer.text
    assert "Mere Donor" in answer.text
    assert session.scalars(select(Gift)).all() == []


def test_the_same_slip_is_not_recorded_twice(world, session, finance, post):
    send(post)
    answer = send(post)
    assert answer.status_code == 422
    assert "recorded already" in answer.text
    assert len(session.scalars(select(Gift)).all()) == 1


def test_no_gift_is_booked_while_its_paper_cannot_be_kept(
    world, session, finance, post, app, tmp_path
):
    blocked = tmp_path / "file"
    blocked.write_text("no folder")
    storage.init(f"file://{blocked}")
    try:
        answer = send(post)
    finally:
        storage.init(app.config["SETTINGS"].storage_url)
    assert answer.status_code == 503
    assert session.scalars(select(Gift)).all() == []


def test_an_auditor_sees_the_gift_but_not_who_gave_nor_its_paper(
    world, session, client, finance, post, sign_in
):
    address = send(post).headers["Location"]
    sign_in(client, make_staff(session, Role.AUDITOR))
    page = client.get(address).text
    assert "cash" in page
    assert "Mere" not in page
    assert client.get(f"{address}/paper").status_code == 403


def test_a_gift_recorded_by_mistake_is_taken_back_by_two_with_its_receipt(
    world, session, finance, post, mailbox, run_jobs
):
    send(post)
    gift = session.scalars(select(Gift)).one()
    two = make_finance(session)
    journal = session.scalars(select(Journal).where(Journal.kind == "gift_to_bank")).one()
    back = booked(session, two, "reversal", {"journal_id": str(journal.id)})
    session.commit()
    bank = account_id(session, gift.fund_id, world.thai.id, "THB", "bank")
    assert balance(session, bank) == Money(0, "THB")
    assert [r.amount_minor for r in list_receipts_of(session, gift.id)] == [1_500_50, 0]
    run_jobs()
    told = mailbox.mails[-1].get_body(("plain",)).get_content()
    assert "as your gift by mistake" in " ".join(told.split())
    assert "returned" in finance.get("/staff/gifts").text

    booked(session, two, "reversal", {"journal_id": str(back.journal_id)})
    session.commit()
    assert [r.amount_minor for r in list_receipts_of(session, gift.id)] == [1_500_50, 0, 1_500_50]


TAX_ID = "1103702071811"


def test_a_thai_tax_receipt_names_the_donors_number_and_nothing_else_does(
    world, session, finance, post, mailbox, run_jobs, now
):
    set_terms(session, world.thai, receipt_kind="th_donation", actor=SYSTEM, now=now)
    session.commit()
    address = send(post, tax_id=f"{TAX_ID[0]}-{TAX_ID[1:]}").headers["Location"]
    send(post, reference="SLIP-2", email="other@example.org")
    run_jobs()
    first, second = (mail.get_body(("plain",)).get_content() for mail in mailbox.mails)
    assert TAX_ID in first
    assert "for tax purposes in Thailand" in first
    assert "It is not a tax receipt." in second
    assert TAX_ID not in finance.get(address).text + finance.get("/staff/gifts").text
    assert TAX_ID not in "".join(str(event.data) for event in session.scalars(select(Event)))
    sealed = session.scalars(select(Gift.sealed_tax_id).where(Gift.sealed_tax_id.is_not(None)))
    assert TAX_ID.encode() not in sealed.one()


@pytest.mark.parametrize("typed", ["1103702071812", "12", "110370207181x"])
def test_a_tax_number_that_cannot_be_is_not_taken(world, session, finance, post, typed):
    assert "one of these is wrong" in send(post, tax_id=typed).text
    assert "needs the e-mail address" in send(post, email="", tax_id=TAX_ID).text
    assert session.scalars(select(Gift)).all() == []
