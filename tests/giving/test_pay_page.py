"""A gift by PromptPay: the page with the code, the wait, and the bank's word."""

from datetime import date, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import DatabaseError, IntegrityError

from fund import clock
from fund.errors import Refused
from fund.giving import pledges, promptpay
from fund.giving.models import Gift, Receipt
from fund.ledger.models import Journal
from fund.ledger.operations import close_fund
from fund.money import baht
from fund.permissions import SYSTEM, Actor, Role
from tests.giving.factories import begin, change_biller, give_form, start_gift
from tests.giving.test_promptpay import account_of, read

pytestmark = pytest.mark.usefixtures("world")

FIFTEEN_HUNDRED = baht(1_500_00)
BOOKED_ON = date(2026, 11, 25)
IN_BAHT = {"currency": "THB", "choice": "THB:150000", "country": "TH"}


def scan(session, amount=FIFTEEN_HUNDRED, **more):
    """A gift that waits for the bank."""
    return start_gift(session, amount, country="TH", **more)


def settle(session, gift, *, amount=None, line="LINE-1", office_id=None):
    """The bank's statement shows a payment with the gift's reference."""
    settled = pledges.settle_by_bank(
        session,
        office_id=office_id or gift.office_id,
        reference=gift.payment_reference,
        amount=amount or gift.amount,
        booked_on=BOOKED_ON,
        line_reference=line,
        actor=SYSTEM,
        now=clock.now(),
    )
    session.commit()
    return settled


def test_the_donor_scans_a_code_that_names_amount_and_reference(client, session):
    gift_id = begin(client, **IN_BAHT)
    gift = session.get_one(Gift, gift_id)
    page = client.get(f"/give/pay/{gift_id}").text
    assert gift.payment_reference in page
    assert "1,500.00 THB" in page
    assert "LIFT Practice Foundation" in page
    assert "by the next working day" in page
    picture = client.get(f"/give/pay/{gift_id}/qr.png")
    payload = promptpay.bill_payment(
        biller_id="099400016550100",
        reference1=gift.payment_reference,
        reference2="EDUCATION",
        amount=FIFTEEN_HUNDRED,
        merchant="PRACTICE LIFT",
        city="CHIANG MAI",
    )
    assert picture.data == promptpay.draw_png(payload)
    fields = read(payload)
    assert fields["54"] == "1500.00"
    assert account_of(fields)["02"] == gift.payment_reference


def test_the_picture_can_be_kept(client):
    gift_id = begin(client, **IN_BAHT)
    answer = client.get(f"/give/pay/{gift_id}/qr.png?save=1")
    assert answer.headers["Content-Disposition"].startswith("attachment; filename=promptpay-LF")


def test_the_page_waits_without_javascript_and_turns_to_thanks(client, session):
    gift_id = begin(client, **IN_BAHT)
    waiting = client.get(f"/give/pay/{gift_id}").text
    assert 'http-equiv="refresh"' in waiting
    assert client.get(f"/give/thanks/{gift_id}").headers["Location"].endswith(f"/pay/{gift_id}")
    settle(session, session.get_one(Gift, gift_id))
    assert client.get(f"/give/pay/{gift_id}").headers["Location"].endswith(f"/thanks/{gift_id}")
    thanks = client.get(f"/give/thanks/{gift_id}").text
    assert "Your gift has arrived" in thanks
    assert "TH-2026-000001" in thanks


def test_the_terms_of_the_day_stay_in_a_code_that_is_already_shown(client, session, world):
    gift_id = begin(client, **IN_BAHT)
    before = client.get(f"/give/pay/{gift_id}/qr.png").data
    bank = {"biller_id": "099400016550199", "merchant_name": "NEW", "merchant_city": "LAMPANG"}
    change_biller(session, world.thai, **bank)
    session.commit()
    assert client.get(f"/give/pay/{gift_id}/qr.png").data == before
    assert client.get(f"/give/pay/{begin(client, **IN_BAHT)}/qr.png").data != before


def test_a_gift_by_card_has_no_such_page(client, session):
    gift = start_gift(session)
    assert client.get(f"/give/pay/{gift.id}").status_code == 404
    assert client.get(f"/give/pay/{gift.id}/qr.png").status_code == 404


def test_a_gift_by_promptpay_never_goes_to_stripe(client, session):
    gift = scan(session)
    assert client.get(f"/give/checkout/{gift.id}").status_code == 404


def test_the_banks_word_pays_and_receipts_but_books_nothing_itself(session):
    gift = scan(session)
    assert settle(session, gift) is gift
    assert (gift.state, gift.paid_on, gift.bank_reference) == ("paid", BOOKED_ON, "LINE-1")
    assert session.scalars(select(Receipt)).one().gift_id == gift.id
    assert session.scalar(select(func.count(Journal.id))) == 0


def test_a_second_payment_of_the_same_code_is_for_a_person_to_look_at(session):
    gift = scan(session)
    settle(session, gift)
    assert settle(session, gift, line="LINE-2") is None
    assert session.scalar(select(func.count(Receipt.id))) == 1


@pytest.mark.parametrize("amount", [baht(1_500_01), baht(15_00)])
def test_another_amount_pays_nothing(session, amount):
    gift = scan(session)
    assert settle(session, gift, amount=amount) is None
    assert gift.state == "open"


def test_a_reference_counts_at_its_own_office_only(session, world):
    gift = scan(session)
    assert settle(session, gift, office_id=world.abroad.id) is None


def test_one_line_pays_one_gift(session):
    first, second = scan(session), scan(session)
    settle(session, first)
    with pytest.raises(Refused, match="bank_reference_known"):
        settle(session, second)


def test_after_a_week_nobody_waits_but_a_late_payment_still_counts(client, session):
    eight_days_ago = clock.now() - timedelta(days=8)
    old, young = scan(session, now=eight_days_ago), scan(session)
    card = start_gift(session, now=eight_days_ago)
    assert pledges.expire_gifts(session, now=clock.now()) == 1
    assert (old.state, young.state, card.state) == ("expired", "open", "open")
    page = client.get(f"/give/pay/{old.id}").text
    assert "we still find your gift" in page
    assert "qr.png" not in page
    assert settle(session, old) is old
    assert pledges.expire_gifts(session, now=clock.now() + timedelta(days=9)) == 1


def test_a_late_payment_to_a_fund_that_closed_is_for_a_person_to_look_at(session, world):
    gift = scan(session, fund="vocational", now=clock.now() - timedelta(days=8))
    pledges.expire_gifts(session, now=clock.now())
    fund = world.funds["vocational"]
    finance = Actor("staff", gift.id, frozenset({Role.FINANCE_OFFICER}))
    close_fund(session, fund, version=fund.version, actor=finance, now=clock.now())
    session.refresh(fund)
    assert settle(session, gift) is None


@pytest.mark.parametrize(
    "values",
    [
        {"payment_reference": "LF23456789A"},
        {"method": "checkout", "payment_reference": None},
        {"stripe_payment_intent_id": "pi_1"},
        {"bank_reference": "LINE-1"},
        {"state": "paid", "paid_at": clock.now(), "paid_on": BOOKED_ON},
    ],
)
def test_the_database_refuses_half_a_payment_by_promptpay(session, values):
    gift = scan(session)
    for name, value in values.items():
        setattr(gift, name, value)
    with pytest.raises((IntegrityError, DatabaseError), match=r"how a gift is paid|ck_gift"):
        session.flush()


def test_baht_from_abroad_are_given_by_card(client, session):
    gift_id = begin(client, currency="THB", choice="THB:150000", country="GB")
    assert session.get_one(Gift, gift_id).method == "checkout"


def test_the_office_is_named_and_another_one_asks_once_more(client, session):
    page = client.get("/give?currency=THB").text
    assert "received by LIFT Practice Foundation" in page
    assert "PromptPay QR code" in page
    shown = {"office": "nz"}
    answer = client.post("/give", data=give_form(**IN_BAHT, **shown))
    assert answer.status_code == 422
    assert "your gift goes to LIFT Practice Foundation" in answer.text
    assert 'name="office" value="th"' in answer.text
    assert session.scalar(select(func.count(Gift.id))) == 0
    assert client.post("/give", data=give_form(**IN_BAHT, office="th")).status_code == 303


def test_a_way_that_the_office_does_not_offer_is_refused(client, session):
    answer = client.post("/give", data=give_form(method="promptpay"))
    assert answer.status_code == 422
    assert session.scalar(select(func.count(Gift.id))) == 0


def test_a_tax_receipt_needs_a_country_and_says_where_there_is_none(client):
    answer = client.post("/give", data=give_form(country="", wants_tax_receipt="true"))
    assert "country where you would use" in answer.text.split('id="e-country"')[1]
    show = give_form(wants_tax_receipt="true", show="country")
    assert "receipt for your taxes by mail" in client.post("/give", data=show).text
    elsewhere = give_form(country="FR", wants_tax_receipt="true", show="country")
    assert "cannot give receipts for taxes there" in client.post("/give", data=elsewhere).text
