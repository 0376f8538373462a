"""Calls are counted, limited as Stripe limits them, and their answers can be held back."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests
import stripe

from .contract import check_answer
from .fixtures import NZ_KEY, US_KEY, order, wait_until

SESSIONS = "/v1/checkout/sessions"


def _calls(twin):
    return requests.get(f"{twin.base_url}/_twin/calls", timeout=5).json()


def _held(twin):
    return requests.get(f"{twin.base_url}/_twin/held", timeout=5).json()["held"]


def test_calls_are_counted_by_endpoint_and_the_count_can_begin_anew(twin):
    client = twin.client()
    session = client.v1.checkout.sessions.create(order())
    for _ in range(2):
        client.v1.checkout.sessions.retrieve(session.id)
    with pytest.raises(stripe.InvalidRequestError):
        client.v1.checkout.sessions.retrieve("cs_none")
    assert _calls(twin) == {
        "calls": {"GET /v1/checkout/sessions/{session}": 3, "POST /v1/checkout/sessions": 1},
        "total": 4,
    }
    twin.control("calls_reset")
    assert _calls(twin) == {"calls": {}, "total": 0}


def _burst(twin, count, *paths, key=NZ_KEY):
    """So many calls as fast as they go, each path in turn."""

    def call(number):
        url = f"{twin.base_url}{paths[number % len(paths)]}"
        return requests.get(url, auth=(key, ""), timeout=20)

    with ThreadPoolExecutor(8) as pool:
        return list(pool.map(call, range(count)))


def test_an_endpoint_takes_twenty_five_calls_a_second_and_refuses_the_rest(twin):
    twin.control("switches", limits="live")
    began = time.monotonic()
    answers = _burst(twin, 60, "/v1/refunds")
    allowed = 26 + 25 * (time.monotonic() - began)
    refused = [answer for answer in answers if answer.status_code == 429]
    assert 25 <= 60 - len(refused) <= allowed
    assert refused
    for answer in refused:
        assert answer.headers["Stripe-Rate-Limited-Reason"] == "endpoint-rate"
        assert answer.json()["error"]["code"] == "rate_limit"
        check_answer("get", "/v1/refunds", 429, answer.json())
    other = requests.get(f"{twin.base_url}/v1/disputes", auth=(NZ_KEY, ""), timeout=5)
    assert other.status_code == 200
    _burst(twin, 40, "/v1/refunds")
    with pytest.raises(stripe.RateLimitError):
        twin.client().v1.refunds.list()


def test_in_a_sandbox_the_whole_account_takes_no_more_than_one_endpoint(twin):
    twin.control("switches", limits="sandbox")
    answers = _burst(twin, 50, "/v1/refunds", "/v1/disputes")
    reasons = {a.headers.get("Stripe-Rate-Limited-Reason") for a in answers if not a.ok}
    assert reasons == {"global-rate"}
    neighbour = requests.get(f"{twin.base_url}/v1/refunds", auth=(US_KEY, ""), timeout=5)
    assert neighbour.status_code == 200


def test_nothing_is_limited_unless_asked(twin):
    assert {answer.status_code for answer in _burst(twin, 60, "/v1/refunds")} == {200}


def test_an_answer_can_be_held_back_after_its_work_is_done(twin):
    client = twin.client()
    session = client.v1.checkout.sessions.create(order())
    twin.control("hold", path="GET /v1/checkout/sessions/*")
    old = []
    asking = threading.Thread(
        target=lambda: old.append(client.v1.checkout.sessions.retrieve(session.id))
    )
    asking.start()
    wait_until(lambda: _held(twin) == 1)
    twin.control("pay", session_id=session.id)
    assert client.v1.checkout.sessions.retrieve(session.id).status == "complete"
    assert old == []
    twin.control("release")
    asking.join(timeout=5)
    assert [answer.status for answer in old] == ["open"]


def test_a_key_is_in_use_until_its_first_call_is_answered(twin):
    twin.control("hold", path=f"POST {SESSIONS}")
    client = twin.client()
    made = []
    asking = threading.Thread(
        target=lambda: made.append(
            client.v1.checkout.sessions.create(order(), {"idempotency_key": "gift-1:1"})
        )
    )
    asking.start()
    wait_until(lambda: _held(twin) == 1)
    again = requests.post(
        f"{twin.base_url}{SESSIONS}",
        {"mode": "payment"},
        auth=(NZ_KEY, ""),
        headers={"Idempotency-Key": "gift-1:1"},
        timeout=5,
    )
    assert again.status_code == 409
    assert again.json()["error"]["code"] == "idempotency_key_in_use"
    check_answer("post", SESSIONS, 409, again.json())
    twin.control("release")
    asking.join(timeout=5)
    replayed = client.v1.checkout.sessions.create(order(), {"idempotency_key": "gift-1:1"})
    assert replayed.id == made[0].id
