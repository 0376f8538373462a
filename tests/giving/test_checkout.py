"""To Stripe's page and back: one gift, one payment, and the truth about it."""

import pytest
import requests
from sqlalchemy import func, select

from fund.audit.queries import get_leaf_hash
from fund.errors import Refused
from fund.gateways import stripe
from fund.gateways.stripe import client as stripe_client
from fund.giving import checkout, operations, payments, policy
from fund.giving.models import Gift, Receipt
from fund.money import OFFERED
from tests.giving.factories import begin, give_form, pay_gift, session_of, start_gift

pytestmark = pytest.mark.usefixtures("world")

CARD = {
    "email": "donor@example.org",
    "expiry": "12/34",
    "cvc": "123",
    "name": "Mere Donor",
}


def type_card(address: str, number: str) -> requests.Response:
    """What a donor's browser does on the hosted page."""
    return requests.post(address, CARD | {"number": number}, allow_redirects=False, timeout=10)


def test_a_gift_is_paid_on_stripes_page_and_the_donor_comes_back_to_thanks(
    client, session, stripe_up
):
    gift_id = begin(client)
    address = client.get(f"/give/checkout/{gift_id}").headers["Location"]
    back = type_card(address, "4242424242424242").headers["Location"]
    assert back == f"http://localhost/give/thanks/{gift_id}"
    page = client.get(f"/give/thanks/{gift_id}").text  # the webhook has not come yet
    assert "Your gift has arrived" in page
    receipt = session.scalars(select(Receipt)).one()
    assert f"NZ-{receipt.year}-000001" in page
    assert f"/log/check/{receipt.audit_event_id}" in page
    assert get_leaf_hash(session, receipt.audit_event_id) in page
    gift = session.get_one(Gift, gift_id)
    assert (gift.state, gift.amount_minor, gift.currency) == ("paid", 75_00, "NZD")
    assert gift.stripe_charge_id.startswith("ch_")


def test_what_stripe_is_told(client, stripe_up):
    gift_id = begin(client, currency="JPY", choice="JPY:2500")
    told = stripe.retrieve_session("nz", session_of(client, gift_id))
    assert (told["amount_total"], told["currency"]) == (2500, "jpy")
    assert (told["client_reference_id"], told["locale"]) == (str(gift_id), "en")
    assert told["metadata"] == {"gift_id": str(gift_id), "attempt": "1"}
    assert told["customer_email"] == "donor@example.org"


def test_a_thai_reader_pays_in_thai(client, stripe_up):
    client.set_cookie("language", "th")
    gift_id = begin(client)
    assert stripe.retrieve_session("nz", session_of(client, gift_id))["locale"] == "th"


def test_going_to_the_payment_again_is_the_same_session(client, stripe_up):
    gift_id = begin(client)
    assert session_of(client, gift_id) == session_of(client, gift_id)


def test_a_crash_before_the_session_is_kept_makes_no_second_one(
    client, session, stripe_up, monkeypatch
):
    gift_id = begin(client)
    with monkeypatch.context() as crash:
        crash.setattr(operations, "keep_session", _crash)
        with pytest.raises(KeyboardInterrupt):
            client.get(f"/give/checkout/{gift_id}")
    assert session.get_one(Gift, gift_id).stripe_session_id is None
    session_of(client, gift_id)
    made = requests.get(
        f"{stripe_up.base_url}/v1/checkout/sessions", auth=("sk_test_practice_nz", ""), timeout=5
    ).json()
    assert len(made["data"]) == 1


def _crash(*_args, **_kwargs):
    raise KeyboardInterrupt


def test_a_declined_card_charges_nothing_and_the_same_page_takes_another(client, stripe_up):
    gift_id = begin(client)
    address = client.get(f"/give/checkout/{gift_id}").headers["Location"]
    assert type_card(address, "4000000000000002").status_code == 402
    page = client.get(f"/give/thanks/{gift_id}").text
    assert "not completed" in page
    assert f'href="/give/checkout/{gift_id}"' in page
    assert client.get(f"/give/checkout/{gift_id}").headers["Location"] == address
    type_card(address, "4242424242424242")
    assert "has arrived" in client.get(f"/give/thanks/{gift_id}").text


@pytest.mark.parametrize(("answer", "words"), [("complete", "has arrived"), ("fail", "completed")])
def test_a_bank_that_asks_first(client, stripe_up, answer, words):
    gift_id = begin(client)
    session_id = session_of(client, gift_id)
    stripe_up.control("pay", session_id=session_id, card="4000000000003220", challenge=answer)
    assert words in client.get(f"/give/thanks/{gift_id}").text


def test_a_payment_that_takes_days_says_so_and_asks_for_nothing(client, session, stripe_up):
    gift_id = begin(client)
    session_id = session_of(client, gift_id)
    stripe_up.control("pay", session_id=session_id, card="bank")
    page = client.get(f"/give/thanks/{gift_id}").text
    assert "on its way" in page
    assert "/give/checkout/" not in page
    assert "Try again" not in page
    assert client.get(f"/give/checkout/{gift_id}").headers["Location"].startswith("/give/thanks/")
    stripe_up.control("bank_answer", session_id=session_id, outcome="succeed")
    assert "has arrived" in client.get(f"/give/thanks/{gift_id}").text


def test_a_failed_payment_is_tried_again_as_the_same_gift(client, session, stripe_up):
    gift_id = begin(client)
    first = session_of(client, gift_id)
    stripe_up.control("pay", session_id=first, card="bank")
    stripe_up.control("bank_answer", session_id=first, outcome="fail")
    page = client.get(f"/give/thanks/{gift_id}").text
    assert "did not let the payment through" in page
    answer = client.post(f"/give/again/{gift_id}", data={"nonce": give_form()["nonce"]})
    assert answer.headers["Location"] == f"/give/checkout/{gift_id}"
    second = session_of(client, gift_id)
    assert second != first
    stripe_up.control("pay", session_id=second)
    assert "has arrived" in client.get(f"/give/thanks/{gift_id}").text
    assert session.scalar(select(func.count(Gift.id))) == 1
    assert session.get_one(Gift, gift_id).attempt == 2


def test_an_open_or_paid_gift_gets_no_second_attempt(client, session, stripe_up):
    gift_id = begin(client)
    first = session_of(client, gift_id)
    client.post(f"/give/again/{gift_id}", data={"nonce": give_form()["nonce"]})
    assert session_of(client, gift_id) == first
    stripe_up.control("pay", session_id=first)
    client.get(f"/give/thanks/{gift_id}")
    client.post(f"/give/again/{gift_id}", data={"nonce": give_form()["nonce"]})
    assert client.get(f"/give/checkout/{gift_id}").headers["Location"].startswith("/give/thanks/")
    assert session.get_one(Gift, gift_id).attempt == 1


def test_while_stripe_is_down_the_page_waits_and_a_job_goes_on(
    client, session, stripe_up, run_jobs
):
    gift_id = begin(client)
    stripe_up.control("switches", down=True)
    page = client.get(f"/give/checkout/{gift_id}")
    assert page.status_code == 503
    assert page.headers["Refresh"] == "5"
    assert "nothing has been charged" in page.text
    client.get(f"/give/checkout/{gift_id}")  # the page asks again: still one job
    stripe_up.control("switches", down=False)
    assert run_jobs() == 1
    kept = session.get_one(Gift, gift_id, populate_existing=True).stripe_session_id
    assert session_of(client, gift_id) == kept


def test_thanks_without_stripes_word_never_invites_a_second_payment(client, stripe_up):
    gift_id = begin(client)
    stripe_up.control("pay", session_id=session_of(client, gift_id))
    stripe_up.control("switches", down=True)
    page = client.get(f"/give/thanks/{gift_id}").text
    assert "waiting for Stripe" in page
    assert 'http-equiv="refresh"' in page
    assert "/give/checkout/" not in page
    stripe_up.control("switches", down=False)
    assert "has arrived" in client.get(f"/give/thanks/{gift_id}").text


def test_more_than_eight_calls_at_once_wait_on_the_page(client, stripe_up, monkeypatch):
    gift_id = begin(client)
    taken = [stripe_client._places.acquire() for _ in range(stripe_client.CALLS_AT_ONCE)]
    try:
        page = client.get(f"/give/checkout/{gift_id}")
    finally:
        for _ in taken:
            stripe_client._places.release()
    assert page.status_code == 503
    assert "Many people are giving" in page.text


@pytest.mark.parametrize("currency", OFFERED)
def test_the_least_that_the_page_takes_is_taken_by_stripe_too(client, stripe_up, world, currency):
    least = str(policy.least(currency, world.abroad).decimal())
    gift_id = begin(client, currency=currency, choice="other", amount=least)
    assert session_of(client, gift_id).startswith("cs_")


def test_the_donor_is_charged_in_the_currency_they_chose(client, stripe_up):
    session_id = session_of(client, begin(client))
    assert stripe.retrieve_session("nz", session_id)["adaptive_pricing"] == {"enabled": False}


def test_what_was_paid_must_be_what_was_given(session, stripe_up, now):
    gift = start_gift(session)
    address = checkout.open_checkout(gift.id, now=now)
    stripe_up.control("pay", session_id=address.rpartition("/")[2])
    session.execute(Gift.__table__.update().values(attempt=1))
    told = stripe.retrieve_session("nz", address.rpartition("/")[2])
    told["amount_total"] = 1
    with pytest.raises(Refused, match="paid_amount_differs"):
        operations.apply_payment(session, payments.from_session(told), now=now)


def test_a_page_of_nobodys_gift_is_a_404(client):
    assert client.get("/give/thanks/0192f0c0-0000-7000-8000-000000000000").status_code == 404
    assert client.get("/give/checkout/0192f0c0-0000-7000-8000-000000000000").status_code == 404


def test_the_thanks_page_names_no_donor(client, session):
    gift = pay_gift(session, start_gift(session, name="Mere Secret", email="secret@example.org"))
    page = client.get(f"/give/thanks/{gift.id}")
    assert "Secret" not in page.text
    assert "secret@" not in page.text
    assert page.headers["Cache-Control"] == "no-store"
