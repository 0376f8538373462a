"""The give page: what it offers, what it refuses, and that nothing typed is lost."""

import re

import pytest
from sqlalchemy import func, select

from fund.giving.models import Donor, Gift
from fund.ledger.operations import open_fund
from fund.permissions import SYSTEM
from tests.giving.factories import begin, give_form

pytestmark = pytest.mark.usefixtures("world")


def test_the_page_offers_amounts_in_the_readers_currency(client):
    english = client.get("/give").text
    assert "NZ$75" in english
    assert "books and uniform for a term" in english
    assert "any amount from NZ$0.50" in english
    thai = client.get("/give", headers={"Accept-Language": "th"}).text
    assert "฿1,500" in thai
    assert "¥7,000" in client.get("/give?currency=JPY").text


def test_nothing_is_chosen_beforehand(client):
    page = client.get("/give").text
    assert re.findall(r"<input[^>]* checked", page) == [
        '<input type="radio" name="frequency" value="once" checked'
    ]


@pytest.mark.parametrize(
    ("changes", "field", "text"),
    [
        ({"choice": "other", "amount": "0.49"}, "amount", "The least that can be paid"),
        ({"choice": "other", "amount": "50000"}, "amount", "The most that one gift can be"),
        ({"choice": "other", "amount": "10.005"}, "amount", "that many decimals"),
        (
            {"choice": "other", "amount": "100.5", "currency": "JPY"},
            "amount",
            "that many decimals",
        ),
        ({"choice": "other", "amount": "-5"}, "amount", "amount in figures"),
        ({"choice": "other", "amount": "fifty"}, "amount", "amount in figures"),
        ({"choice": "other", "amount": "NaN"}, "amount", "amount in figures"),
        ({"choice": "other", "amount": "1e9"}, "amount", "amount in figures"),
        ({"choice": "other", "amount": " "}, "amount", "Please fill this in"),
        ({"choice": ""}, "amount", "Please choose an amount"),
        ({"choice": "NZD:-7500"}, "amount", "Please choose an amount"),
        ({"choice": "NZD:99999999999"}, "amount", "The most that one gift can be"),
        ({"choice": "other", "amount": "50", "currency": "XYZ"}, "currency", "one of the answers"),
        ({"fund": "yachts"}, "fund", "takes no gifts"),
        ({"email": "nobody"}, "email", "Please write an e-mail address"),
        ({"email": ""}, "email", "Please fill this in"),
    ],
)
def test_a_bad_answer_is_said_beside_its_field_and_the_rest_is_kept(
    client, session, changes, field, text
):
    answer = client.post("/give", data=give_form(name="Mere Kept", **changes))
    assert answer.status_code == 422
    said = answer.text.split(f'id="e-{field}"')[1].split("</div>")[0]
    assert text in said
    assert "Mere Kept" in answer.text
    assert session.scalar(select(func.count(Gift.id))) == 0


def test_all_faults_are_said_at_once(client):
    page = client.post("/give", data=give_form(choice="", email="nobody")).text
    assert 'id="e-amount"' in page
    assert 'id="e-email"' in page


def test_a_fund_may_have_a_cap_of_its_own(client, session, now):
    open_fund(
        session,
        code="music",
        name_en="Music",
        name_th="ดนตรี",
        gift_cap_minor=10_000_00,
        actor=SYSTEM,
        now=now,
    )
    session.commit()
    baht = {"fund": "music", "currency": "THB", "choice": "other"}
    assert "is ฿10,000" in client.post("/give", data=give_form(**baht, amount="10000.01")).text
    assert client.post("/give", data=give_form(**baht, amount="10000")).status_code == 303
    dollars = {"fund": "music", "currency": "NZD", "choice": "other", "amount": "600"}
    assert "is NZ$511.11" in client.post("/give", data=give_form(**dollars)).text


def test_an_amount_shown_in_one_currency_is_never_charged_in_another(client, session):
    answer = client.post("/give", data=give_form(currency="USD", choice="NZD:7500"))
    assert answer.status_code == 422
    assert "These are the amounts in the currency you chose" in answer.text
    assert "US$45" in answer.text
    assert session.scalar(select(func.count(Gift.id))) == 0


def test_without_javascript_the_amounts_of_another_currency_are_one_button_away(client):
    answer = client.post("/give", data=give_form(currency="JPY", choice="", show="1"))
    assert answer.status_code == 200
    assert "¥7,000" in answer.text
    assert "donor@example.org" in answer.text
    assert "field-error" not in answer.text


def test_a_double_click_is_one_gift(client, session):
    form = give_form()
    first, second = (client.post("/give", data=form) for _ in range(2))
    assert first.headers["Location"] == second.headers["Location"]
    assert session.scalar(select(func.count(Gift.id))) == 1


def test_a_donor_is_one_person_however_the_address_is_written(client, session):
    begin(client, email="Donor@Example.org")
    begin(client, email=" donor@example.org ")
    assert session.scalar(select(func.count(Donor.id))) == 1


def test_no_name_or_address_lies_open_in_the_tables(client, session):
    begin(client, email="mere@example.org", name="Mere Open")
    donor = session.scalars(select(Donor)).one()
    row = repr([getattr(donor, column.key) for column in Donor.__table__.columns])
    assert "mere@" not in row
    assert "Mere" not in row
