"""The hosted page as a browser without JavaScript meets it."""

from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from .fixtures import order

FORM = {
    "email": "donor@example.org",
    "number": "4242 4242 4242 4242",
    "expiry": "12 / 34",
    "cvc": "123",
    "name": "A Donor",
}


def _post(url, **fields):
    return requests.post(url, {**FORM, **fields}, allow_redirects=False, timeout=10)


def test_a_good_card_leads_back_to_the_fund(api):
    session = api.v1.checkout.sessions.create(order(customer_email="donor@example.org"))
    page = requests.get(session.url, timeout=5)
    assert "no real money" in page.text
    assert "NZ$50.00" in page.text
    assert 'value="donor@example.org"' in page.text
    assert session.cancel_url in page.text
    answer = _post(session.url)
    assert answer.status_code == 303
    assert answer.headers["Location"].endswith(f"/give/thanks/1?session={session.id}")
    paid = api.v1.checkout.sessions.retrieve(session.id)
    assert (paid.payment_status, paid.customer_details.email) == ("paid", "donor@example.org")


@pytest.mark.parametrize(
    ("number", "code", "text"),
    [
        ("4000000000000002", "generic_decline", "Your card was declined"),
        ("4000000000009995", "insufficient_funds", "insufficient funds"),
    ],
)
def test_a_declined_card_stays_on_the_page_and_another_may_be_tried(api, number, code, text):
    session = api.v1.checkout.sessions.create(order())
    answer = _post(session.url, number=number)
    assert (answer.status_code, text in answer.text) == (402, True)
    assert number not in answer.text.replace(f'value="{number}"', "")
    seen = api.v1.checkout.sessions.retrieve(session.id, {"expand": ["payment_intent"]})
    assert (seen.status, seen.payment_status) == ("open", "unpaid")
    assert seen.payment_intent.last_payment_error.decline_code == code
    assert _post(session.url).status_code == 303


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ({"number": "4242424242424241"}, "card number is not valid"),
        ({"number": "4111111111111111"}, "only test cards"),
        ({"expiry": "01/20"}, "not in the past"),
        ({"expiry": "13/34"}, "not in the past"),
        ({"cvc": "1"}, "security code"),
        ({"name": " "}, "name on the card"),
        ({"email": "nobody"}, "e-mail address"),
    ],
)
def test_what_is_typed_wrong_is_said_beside_the_field(api, fields, text):
    session = api.v1.checkout.sessions.create(order())
    assert text in _post(session.url, **fields).text
    assert api.v1.checkout.sessions.retrieve(session.id).payment_intent is None


@pytest.mark.parametrize(("outcome", "status"), [("complete", "paid"), ("fail", "unpaid")])
def test_the_bank_asks_first_with_a_3d_secure_card(api, outcome, status):
    session = api.v1.checkout.sessions.create(order())
    asked = _post(session.url, number="4000000000003220")
    assert "/c/3ds/" in asked.headers["Location"]
    challenge = session.url.replace("/c/pay/", "/c/3ds/")
    assert "NZ$50.00" in requests.get(challenge, timeout=5).text
    answer = requests.post(challenge, {"outcome": outcome}, allow_redirects=False, timeout=5)
    assert answer.status_code == (303 if outcome == "complete" else 402)
    assert api.v1.checkout.sessions.retrieve(session.id).payment_status == status


def test_pressing_twice_pays_once(api):
    session = api.v1.checkout.sessions.create(order())
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda _: _post(session.url), range(6)))
    assert {answer.status_code for answer in answers} == {303}
    assert len(api.v1.charges.list().data) == 1


def test_a_page_that_is_done_says_so(api):
    paid = api.v1.checkout.sessions.create(order())
    _post(paid.url)
    assert "This payment is complete" in requests.get(paid.url, timeout=5).text
    expired = api.v1.checkout.sessions.create(order())
    api.v1.checkout.sessions.expire(expired.id)
    gone = requests.get(expired.url, timeout=5)
    assert (gone.status_code, "has expired" in gone.text) == (410, True)
    assert _post(expired.url).status_code == 410
    assert requests.get(f"{paid.url}x", timeout=5).status_code == 404
    assert len(api.v1.charges.list().data) == 1


@pytest.mark.parametrize(
    ("locale", "accepts", "language"),
    [("th", "en", "th"), ("en", "th", "en"), ("auto", "th,en;q=0.5", "th"), ("auto", "fr", "en")],
)
def test_the_page_speaks_the_language_of_the_session(api, locale, accepts, language):
    session = api.v1.checkout.sessions.create(order(locale=locale))
    page = requests.get(session.url, headers={"Accept-Language": accepts}, timeout=5)
    assert f'<html lang="{language}">' in page.text
    assert ("ไม่ใช่เงินจริง" in page.text) == (language == "th")


def test_no_page_reaches_for_anything_elsewhere(twin, api):
    session = api.v1.checkout.sessions.create(order())
    for url in (session.url, f"{twin.base_url}/"):
        page = requests.get(url, timeout=5)
        assert "default-src 'none'" in page.headers["Content-Security-Policy"]
        assert 'src="http' not in page.text
        assert "<script" not in page.text
