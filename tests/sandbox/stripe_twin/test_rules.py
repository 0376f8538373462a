"""The rules of the API that a client leans on: keys, idempotency, errors, paging."""

import pytest
import requests
import stripe

from fund.sandbox.stripe_twin.config import API_VERSION

from .fixtures import NZ_KEY, US_KEY, order


def test_the_same_key_gives_the_same_answer_and_no_second_session(twin, api):
    first = api.v1.checkout.sessions.create(order(), {"idempotency_key": "gift-1:1"})
    again = api.v1.checkout.sessions.create(order(), {"idempotency_key": "gift-1:1"})
    assert again.id == first.id
    assert again.last_response.headers["Idempotent-Replayed"] == "true"
    assert "Idempotent-Replayed" not in first.last_response.headers
    assert len(api.v1.checkout.sessions.list().data) == 1


def test_a_key_cannot_be_used_for_something_else(api):
    api.v1.checkout.sessions.create(order(), {"idempotency_key": "gift-1:1"})
    with pytest.raises(stripe.IdempotencyError) as refused:
        api.v1.checkout.sessions.create(order(amount=9000), {"idempotency_key": "gift-1:1"})
    assert refused.value.http_status == 400


def test_a_refusal_is_replayed_but_a_request_that_was_not_understood_is_not(twin, api):
    for _ in range(2):
        with pytest.raises(stripe.InvalidRequestError) as refused:
            api.v1.checkout.sessions.create(order(amount=1), {"idempotency_key": "small"})
    assert refused.value.headers["Idempotent-Replayed"] == "true"
    form = {"mode": "payment", "colour": "green"}
    headers = {"Authorization": f"Bearer {NZ_KEY}", "Idempotency-Key": "unknown"}
    for _ in range(2):
        answer = requests.post(
            f"{twin.base_url}/v1/checkout/sessions", form, headers=headers, timeout=5
        )
        assert answer.json()["error"]["code"] == "parameter_unknown"
        assert "Idempotent-Replayed" not in answer.headers


def test_keys_of_two_accounts_do_not_meet(twin, api):
    mine = api.v1.customers.create({"email": "a@example.org"}, {"idempotency_key": "one"})
    other = twin.client(US_KEY)
    theirs = other.v1.customers.create({"email": "b@example.org"}, {"idempotency_key": "one"})
    assert theirs.id != mine.id
    with pytest.raises(stripe.InvalidRequestError) as refused:
        other.v1.customers.retrieve(mine.id)
    assert (refused.value.http_status, refused.value.code) == (404, "resource_missing")


@pytest.mark.parametrize("key", ["sk_test_somebody_else", ""])
def test_an_unknown_key_is_refused(twin, key):
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    answer = requests.get(f"{twin.base_url}/v1/account", headers=headers, timeout=5)
    assert answer.status_code == 401
    assert answer.json()["error"]["type"] == "invalid_request_error"


def test_the_version_is_answered_and_another_is_refused(twin):
    headers = {"Authorization": f"Bearer {NZ_KEY}"}
    url = f"{twin.base_url}/v1/account"
    answer = requests.get(url, headers=headers, timeout=5)
    assert answer.headers["Stripe-Version"] == API_VERSION
    assert answer.headers["Request-Id"].startswith("req_")
    old = requests.get(url, headers={**headers, "Stripe-Version": "2020-08-27"}, timeout=5)
    assert old.status_code == 400


@pytest.mark.parametrize(
    ("wrong", "param", "code"),
    [
        ({"success_url": "ftp:x"}, "success_url", "url_invalid"),
        ({"customer_email": "nobody"}, "customer_email", "email_invalid"),
        ({"line_items": []}, "line_items", "parameter_missing"),
        ({"locale": "xx"}, "locale", None),
        ({"customer": "cus_none"}, "customer", "resource_missing"),
        ({"expires_at": 1}, "expires_at", None),
        ({"payment_intent_data": {"colour": "red"}}, "payment_intent_data[colour]", "unknown"),
    ],
)
def test_a_wrong_parameter_is_named(twin, wrong, param, code):
    with pytest.raises(stripe.InvalidRequestError) as refused:
        twin.client().v1.checkout.sessions.create({**order(), **wrong})
    assert refused.value.param == param
    assert code is None or code in refused.value.code


@pytest.mark.parametrize(
    ("currency", "least"),
    [("nzd", 50), ("usd", 50), ("gbp", 30), ("jpy", 50), ("thb", 1000), ("kwd", 100)],
)
def test_each_currency_has_its_least_amount(api, currency, least):
    assert api.v1.checkout.sessions.create(order(least, currency)).amount_total == least
    with pytest.raises(stripe.InvalidRequestError) as refused:
        api.v1.checkout.sessions.create(order(least - 10, currency))
    assert refused.value.code == "amount_too_small"


@pytest.mark.parametrize("amount", ["12.5", "-5", "1e3", "ten"])
def test_an_amount_is_a_whole_number(twin, amount):
    with pytest.raises(stripe.InvalidRequestError) as refused:
        twin.client().v1.checkout.sessions.create(order(amount))
    assert refused.value.param == "line_items[0][price_data][unit_amount]"


def test_three_decimals_end_in_nought_and_a_million_is_too_much(api):
    with pytest.raises(stripe.InvalidRequestError):
        api.v1.checkout.sessions.create(order(1001, "kwd"))
    with pytest.raises(stripe.InvalidRequestError) as refused:
        api.v1.checkout.sessions.create(order(100_000_000))
    assert refused.value.code == "amount_too_large"


def test_lists_are_paged_by_cursor_newest_first_without_gap_or_double(api):
    made = [api.v1.customers.create({"name": str(n)}).id for n in range(7)][::-1]
    first = api.v1.customers.list({"limit": 3})
    assert ([c.id for c in first.data], first.has_more) == (made[:3], True)
    second = api.v1.customers.list({"limit": 3, "starting_after": made[2]})
    assert [c.id for c in second.data] == made[3:6]
    back = api.v1.customers.list({"limit": 2, "ending_before": made[5]})
    assert ([c.id for c in back.data], back.has_more) == (made[3:5], True)
    assert [c.id for c in api.v1.customers.list({"limit": 2}).auto_paging_iter()] == made
    with pytest.raises(stripe.InvalidRequestError) as refused:
        api.v1.customers.list({"starting_after": "cus_none"})
    assert refused.value.param == "starting_after"


def test_lists_are_cut_by_the_second_they_were_made_in(twin, api):
    gifts = [
        {"amount": 1000, "currency": "nzd", "created": moment, "client_reference_id": str(moment)}
        for moment in (1_700_000_000, 1_700_000_001, 1_700_000_002)
    ]
    twin.control("seed", gifts=gifts)

    def seconds(**bounds):
        page = api.v1.balance_transactions.list({"created": bounds})
        return [line.created - 1_700_000_000 for line in page.data]

    assert seconds(gte=1_700_000_001) == [2, 1]
    assert seconds(gt=1_700_000_001) == [2]
    assert seconds(lt=1_700_000_001) == [0]
    assert seconds(lte=1_700_000_001, gt=1_699_999_999) == [1, 0]


def test_what_cannot_be_expanded_is_refused(api):
    customer = api.v1.customers.create({"name": "A"})
    with pytest.raises(stripe.InvalidRequestError) as refused:
        api.v1.customers.retrieve(customer.id, {"expand": ["name"]})
    assert refused.value.param == "expand"


def test_slow_and_down_are_what_the_client_meets(twin):
    twin.control("hang", seconds=1)
    impatient = twin.client(http=stripe.RequestsClient(timeout=0.3))
    with pytest.raises(stripe.APIConnectionError):
        impatient.v1.balance.retrieve()
    twin.control("hang", seconds=0)
    twin.control("down")
    with pytest.raises(stripe.APIError) as refused:
        twin.client().v1.balance.retrieve()
    assert refused.value.http_status == 503
    assert requests.get(f"{twin.base_url}/healthz", timeout=5).ok
    twin.control("down", down=False)
    assert twin.client().v1.balance.retrieve().livemode is False


def test_the_control_surface_is_for_this_machine_only(twin):
    url = f"{twin.base_url}/_twin/reset"
    strange = requests.post(url, json={}, headers={"Host": "evil.example"}, timeout=5)
    foreign = requests.post(url, data={}, headers={"Origin": "http://evil.example"}, timeout=5)
    assert (strange.status_code, foreign.status_code) == (403, 403)
