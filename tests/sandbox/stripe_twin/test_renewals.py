"""Months pass: renewals, cards that refuse, pauses, moved days, and ends."""

from datetime import UTC, datetime, timedelta

import pytest
import stripe

from .billing import advance, begin, begin_on_clock, monthly
from .fixtures import NZ_KEY, order
from .inprocess import TwinInside

START = datetime(2026, 1, 31, 9, tzinfo=UTC)
FEBRUARY = datetime(2026, 2, 28, 9, tzinfo=UTC)
MARCH = datetime(2026, 3, 31, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)


def _day(seconds):
    return datetime.fromtimestamp(seconds, UTC)


def _invoices(api, subscription, **filters):
    return api.v1.invoices.list({"subscription": subscription.id, **filters}).data


def _charges(api, subscription):
    return api.v1.charges.list({"customer": subscription.customer}).data


def _refuse(twin, subscription, code="insufficient_funds"):
    twin.control(
        "card_refuses", payment_method=subscription.default_payment_method, decline_code=code
    )


def _new_price(item, unit_amount, **more):
    return {
        "price_data": {
            "currency": "nzd",
            "product": item.price.product,
            "recurring": {"interval": "month"},
            "unit_amount": unit_amount,
        },
        "proration_behavior": "none",
        **more,
    }


def test_a_month_that_lacks_the_day_ends_on_its_last_and_the_next_has_it_again(twin, api):
    clock, subscription = begin_on_clock(twin, api, START)
    assert _day(subscription["items"].data[0].current_period_end) == FEBRUARY
    advance(api, clock, FEBRUARY + timedelta(minutes=59))
    (draft, _) = _invoices(api, subscription)
    assert (draft.status, draft.billing_reason) == ("draft", "subscription_cycle")
    assert _day(draft.automatically_finalizes_at) == FEBRUARY + HOUR
    assert len(_charges(api, subscription)) == 1
    advance(api, clock, FEBRUARY + HOUR)
    paid = api.v1.invoices.retrieve(draft.id, {"expand": ["payments.data.payment.payment_intent"]})
    assert (paid.status, paid.amount_paid) == ("paid", 2500)
    assert _day(paid.status_transitions.paid_at) == FEBRUARY + HOUR
    assert paid.payments.data[0].payment.payment_intent.metadata.to_dict() == {}
    assert paid.number.endswith("-0002")
    renewed = api.v1.subscriptions.retrieve(subscription.id)
    assert _day(renewed["items"].data[0].current_period_end) == MARCH
    assert renewed.latest_invoice == paid.id
    assert _day(renewed.billing_cycle_anchor) == START
    assert len(_charges(api, subscription)) == 2


def test_money_and_events_keep_the_present_whatever_a_test_clock_says(twin, api):
    clock, subscription = begin_on_clock(twin, api, datetime(2030, 1, 1, tzinfo=UTC))
    advance(api, clock, datetime(2030, 2, 2, tzinfo=UTC))
    now = datetime.now(UTC)
    moments = [line.created for line in api.v1.balance_transactions.list().data]
    moments += [event.created for event in api.v1.events.list({"limit": 100}).data]
    assert len(_charges(api, subscription)) == 2
    assert all(_day(moment) <= now for moment in moments)


def test_a_card_that_refuses_is_asked_again_after_3_5_and_7_days_and_then_it_ends(
    twin, api, receiver
):
    clock, subscription = begin_on_clock(twin, api, START)
    _refuse(twin, subscription)
    first = FEBRUARY + HOUR
    advance(api, clock, first)
    seen = api.v1.subscriptions.retrieve(subscription.id, {"expand": ["latest_invoice"]})
    late = seen.latest_invoice
    assert (seen.status, late.status, late.attempt_count) == ("past_due", "open", 1)
    assert _day(late.next_payment_attempt) == first + timedelta(days=3)
    advance(api, clock, first + timedelta(days=3))
    late = api.v1.invoices.retrieve(late.id)
    assert _day(late.next_payment_attempt) == first + timedelta(days=8)
    advance(api, clock, first + timedelta(days=16))
    late = api.v1.invoices.retrieve(late.id)
    assert (late.status, late.attempt_count, late.next_payment_attempt) == ("open", 4, None)
    ended = api.v1.subscriptions.retrieve(subscription.id)
    assert (ended.status, ended.cancellation_details.reason) == ("canceled", "payment_failed")
    assert _day(ended.ended_at) == first + timedelta(days=15)
    receiver.wait_for("customer.subscription.deleted")
    assert receiver.types().count("invoice.payment_failed") == 4
    assert receiver.types().count("charge.failed") == 4
    advance(api, clock, MARCH + HOUR)
    assert len(_invoices(api, subscription)) == 2


def test_a_new_card_makes_good_what_the_old_one_refused(twin, api):
    clock, subscription = begin_on_clock(twin, api, START)
    _refuse(twin, subscription, "expired_card")
    advance(api, clock, FEBRUARY + HOUR)
    setup = api.v1.checkout.sessions.create(
        {
            "mode": "setup",
            "allowed_payment_method_types": ["card"],
            "customer": subscription.customer,
            "success_url": "http://127.0.0.1:8000/my",
            "setup_intent_data": {"metadata": {"plan_id": "plan-1"}},
        }
    )
    twin.control("pay", session_id=setup.id, card="5555555555554444")
    done = api.v1.checkout.sessions.retrieve(setup.id, {"expand": ["setup_intent.payment_method"]})
    assert (done.status, done.payment_status) == ("complete", "no_payment_required")
    assert done.setup_intent.metadata["plan_id"] == "plan-1"
    card = done.setup_intent.payment_method
    assert (card.customer, card.card.last4) == (subscription.customer, "4444")
    api.v1.subscriptions.update(subscription.id, {"default_payment_method": card.id})
    late = api.v1.subscriptions.retrieve(subscription.id).latest_invoice
    assert api.v1.invoices.pay(late).status == "paid"
    assert api.v1.subscriptions.retrieve(subscription.id).status == "active"
    advance(api, clock, MARCH + HOUR)
    newest = _charges(api, subscription)[0]
    assert (newest.status, newest.payment_method) == ("succeeded", card.id)


def test_a_card_asked_by_hand_that_refuses_is_an_error_whose_traces_stay(twin, api):
    subscription = begin(twin, api)
    _refuse(twin, subscription)
    late = twin.control("next_month", subscription=subscription.id)["latest_invoice"]
    for _ in range(2):
        with pytest.raises(stripe.CardError) as refused:
            api.v1.invoices.pay(late["id"], {}, {"idempotency_key": "card-1:1"})
        assert refused.value.http_status == 402
        assert refused.value.error.decline_code == "insufficient_funds"
    assert refused.value.headers["Idempotent-Replayed"] == "true"
    seen = api.v1.invoices.retrieve(late["id"])
    assert seen.attempt_count == late["attempt_count"] + 1
    # A try by hand takes none of the tries that come by themselves.
    assert seen.next_payment_attempt == late["next_payment_attempt"]


@pytest.mark.parametrize(
    ("token", "code"),
    [
        ("pm_card_chargeCustomerFail", "card_declined"),
        ("pm_card_authenticationRequired", "authentication_required"),
    ],
)
def test_some_cards_can_be_kept_but_not_charged(twin, api, token, code):
    subscription = begin(twin, api)
    card = api.v1.payment_methods.attach(token, {"customer": subscription.customer})
    api.v1.subscriptions.update(subscription.id, {"default_payment_method": card.id})
    late = twin.control("next_month", subscription=subscription.id)
    assert late["status"] == "past_due"
    assert _charges(api, subscription)[0].failure_code == code


def test_the_subscriptions_own_card_comes_before_the_customers(twin, api):
    subscription = begin(twin, api)
    attach = api.v1.payment_methods.attach
    other = attach("pm_card_mastercard", {"customer": subscription.customer})
    api.v1.customers.update(
        subscription.customer, {"invoice_settings": {"default_payment_method": other.id}}
    )
    twin.control("next_month", subscription=subscription.id)
    assert _charges(api, subscription)[0].payment_method == subscription.default_payment_method
    api.v1.payment_methods.detach(subscription.default_payment_method)
    twin.control("next_month", subscription=subscription.id)
    assert _charges(api, subscription)[0].payment_method == other.id
    with pytest.raises(stripe.InvalidRequestError, match="may not be used again"):
        attach(subscription.default_payment_method, {"customer": subscription.customer})
    api.v1.payment_methods.detach(other.id)
    assert twin.control("next_month", subscription=subscription.id)["status"] == "past_due"


def test_another_donors_card_cannot_be_used(twin, api):
    mine, theirs = begin(twin, api), begin(twin, api)
    with pytest.raises(stripe.InvalidRequestError) as refused:
        api.v1.subscriptions.update(
            mine.id, {"default_payment_method": theirs.default_payment_method}
        )
    assert refused.value.param == "default_payment_method"


def test_a_pause_voids_each_month_until_it_is_lifted(twin, api):
    clock, subscription = begin_on_clock(twin, api, START)
    paused = api.v1.subscriptions.update(
        subscription.id, {"pause_collection": {"behavior": "void"}}
    )
    assert (paused.status, paused.pause_collection.resumes_at) == ("active", None)
    advance(api, clock, FEBRUARY + HOUR)
    assert [invoice.status for invoice in _invoices(api, subscription)] == ["void", "paid"]
    resumed = api.v1.subscriptions.update(subscription.id, {"pause_collection": ""})
    assert resumed.pause_collection is None
    advance(api, clock, MARCH + HOUR)
    assert [invoice.status for invoice in _invoices(api, subscription)] == ["paid", "void", "paid"]
    assert len(_charges(api, subscription)) == 2


def test_one_month_is_skipped_and_stripe_itself_goes_on(twin, api):
    clock, subscription = begin_on_clock(twin, api, START)
    day_after = int((FEBRUARY + timedelta(days=1)).timestamp())
    api.v1.subscriptions.update(
        subscription.id, {"pause_collection": {"behavior": "void", "resumes_at": day_after}}
    )
    advance(api, clock, day_after - 1)
    assert api.v1.subscriptions.retrieve(subscription.id).pause_collection is not None
    advance(api, clock, day_after)
    assert api.v1.subscriptions.retrieve(subscription.id).pause_collection is None
    advance(api, clock, MARCH + HOUR)
    assert [invoice.status for invoice in _invoices(api, subscription)] == ["paid", "void", "paid"]
    with pytest.raises(stripe.InvalidRequestError):
        api.v1.subscriptions.update(
            subscription.id, {"pause_collection": {"behavior": "void", "resumes_at": day_after}}
        )


def test_an_invoice_of_before_the_pause_is_tried_again_unless_it_is_voided(twin, api):
    clock, subscription = begin_on_clock(twin, api, START)
    _refuse(twin, subscription)
    advance(api, clock, FEBRUARY + HOUR)
    api.v1.subscriptions.update(subscription.id, {"pause_collection": {"behavior": "void"}})
    advance(api, clock, FEBRUARY + timedelta(days=4))
    (late, _) = _invoices(api, subscription)
    assert late.attempt_count == 2
    api.v1.invoices.void_invoice(late.id)
    assert api.v1.subscriptions.retrieve(subscription.id).status == "active"
    payment = api.v1.invoice_payments.list({"invoice": late.id}).data[0]
    intent = api.v1.payment_intents.retrieve(payment.payment.payment_intent)
    assert (payment.status, intent.status) == ("canceled", "canceled")
    assert intent.cancellation_reason == "void_invoice"
    advance(api, clock, FEBRUARY + timedelta(days=20))
    assert api.v1.invoices.retrieve(late.id).attempt_count == 2


def test_another_day_of_the_month_costs_nothing_until_then(twin, api):
    clock, subscription = begin_on_clock(twin, api, START)
    tenth = datetime(2026, 3, 10, 9, tzinfo=UTC)
    moved = api.v1.subscriptions.update(
        subscription.id, {"trial_end": int(tenth.timestamp()), "proration_behavior": "none"}
    )
    assert (moved.status, _day(moved.billing_cycle_anchor)) == ("trialing", tenth)
    assert _day(moved["items"].data[0].current_period_end) == tenth
    (nothing, _) = _invoices(api, subscription)
    assert (nothing.status, nothing.amount_due) == ("paid", 0)
    assert nothing.billing_reason == "subscription_update"
    assert api.v1.invoice_payments.list({"invoice": nothing.id}).data == []
    advance(api, clock, tenth - timedelta(days=1))
    assert len(_charges(api, subscription)) == 1
    advance(api, clock, tenth + HOUR)
    seen = api.v1.subscriptions.retrieve(subscription.id)
    assert (seen.status, len(_charges(api, subscription))) == ("active", 2)
    assert _day(seen["items"].data[0].current_period_end) == datetime(2026, 4, 10, 9, tzinfo=UTC)


def test_the_billing_day_may_begin_anew_now(twin, api):
    clock, subscription = begin_on_clock(twin, api, START)
    tenth = datetime(2026, 2, 10, 9, tzinfo=UTC)
    advance(api, clock, tenth)
    moved = api.v1.subscriptions.update(
        subscription.id, {"billing_cycle_anchor": "now", "proration_behavior": "none"}
    )
    assert _day(moved.billing_cycle_anchor) == tenth
    assert _day(moved["items"].data[0].current_period_end) == datetime(2026, 3, 10, 9, tzinfo=UTC)
    assert [invoice.amount_paid for invoice in _invoices(api, subscription)] == [2500, 2500]
    assert moved.latest_invoice == _invoices(api, subscription)[0].id
    _refuse(twin, subscription)
    late = api.v1.subscriptions.update(
        subscription.id, {"billing_cycle_anchor": "now", "proration_behavior": "none"}
    )
    assert late.status == "past_due"


@pytest.mark.parametrize("days", [-1, 731])
def test_a_day_lies_ahead_and_within_two_years(twin, api, days):
    subscription = begin(twin, api)
    when = int((datetime.now(UTC) + timedelta(days=days)).timestamp())
    with pytest.raises(stripe.InvalidRequestError) as refused:
        api.v1.subscriptions.update(
            subscription.id, {"trial_end": when, "proration_behavior": "none"}
        )
    assert refused.value.param == "trial_end"


def test_another_amount_counts_from_the_next_invoice_and_a_draft_keeps_the_old(twin, api):
    clock, subscription = begin_on_clock(twin, api, START)
    advance(api, clock, FEBRUARY)
    item = subscription["items"].data[0]
    api.v1.subscription_items.update(item.id, _new_price(item, 4000))
    advance(api, clock, FEBRUARY + HOUR)
    advance(api, clock, MARCH + HOUR)
    assert [invoice.amount_paid for invoice in _invoices(api, subscription)] == [4000, 2500, 2500]


def test_another_fund_is_named_by_the_line_of_the_next_invoice(twin, api):
    subscription = begin(twin, api)
    housing = api.v1.products.create({"id": "fund_housing", "name": "Housing"})
    item = subscription["items"].data[0]
    asked = _new_price(item, 2500)
    asked["price_data"]["product"] = housing.id
    changed = api.v1.subscriptions.update(
        subscription.id,
        {
            "items": [{"id": item.id, "price_data": asked["price_data"]}],
            "proration_behavior": "none",
        },
    )
    assert changed["items"].data[0].price.product == housing.id
    late = twin.control("next_month", subscription=subscription.id)["latest_invoice"]
    assert late["lines"]["data"][0]["pricing"]["price_details"]["product"] == housing.id


def test_a_price_that_is_kept_can_begin_and_change_a_gift(twin, api):
    product = api.v1.products.create({"name": "Housing"}).id

    def price(unit_amount, **more):
        asked = {"currency": "nzd", "product": product, "unit_amount": unit_amount}
        return api.v1.prices.create({**asked, **more}).id

    month = {"recurring": {"interval": "month"}}
    small, large = price(1000, **month), price(9000, **month)
    asked = {**monthly(product), "line_items": [{"price": small, "quantity": 2}]}
    session = api.v1.checkout.sessions.create(asked)
    paid = twin.control("pay", session_id=session.id)
    assert paid["amount_total"] == 2000
    subscription = api.v1.subscriptions.retrieve(paid["subscription"])
    item = subscription["items"].data[0]
    assert item.price.id == small
    no_proration = {"proration_behavior": "none"}
    changed = api.v1.subscription_items.update(item.id, {"price": large, **no_proration})
    assert changed.price.id == large
    with pytest.raises(stripe.InvalidRequestError):
        api.v1.subscription_items.update(item.id, {"price": price(500), **no_proration})
    api.v1.prices.update(small, {"active": False})
    with pytest.raises(stripe.InvalidRequestError, match="inactive"):
        api.v1.checkout.sessions.create(asked)
    for line in ({"quantity": 1}, {"price": large, **monthly(product)["line_items"][0]}):
        with pytest.raises(stripe.InvalidRequestError) as refused:
            api.v1.checkout.sessions.create({**asked, "line_items": [line]})
        assert refused.value.param == "line_items[0]"


@pytest.mark.parametrize(
    ("wrong", "param"),
    [
        ({"proration_behavior": "create_prorations"}, "proration_behavior"),
        ({"currency": "usd"}, "price_data[currency]"),
        ({"recurring": {"interval": "year"}}, "price_data[recurring]"),
        ({"product": "prod_none"}, "price_data[product]"),
    ],
)
def test_what_the_twin_cannot_change_truly_it_refuses(twin, api, wrong, param):
    subscription = begin(twin, api)
    item = subscription["items"].data[0]
    asked = _new_price(item, 4000)
    (asked if "proration_behavior" in wrong else asked["price_data"]).update(wrong)
    with pytest.raises(stripe.InvalidRequestError) as refused:
        api.v1.subscription_items.update(item.id, asked)
    assert refused.value.param == param


def test_it_may_end_with_the_period_that_is_paid(twin, api):
    clock, subscription = begin_on_clock(twin, api, START)
    asked = api.v1.subscriptions.update(subscription.id, {"cancel_at_period_end": True})
    assert (_day(asked.cancel_at), asked.status) == (FEBRUARY, "active")
    advance(api, clock, FEBRUARY + HOUR)
    ended = api.v1.subscriptions.retrieve(subscription.id)
    assert (ended.status, _day(ended.ended_at)) == ("canceled", FEBRUARY)
    assert len(_invoices(api, subscription)) == 1


def test_a_stopped_gift_asks_for_nothing_more(twin, api):
    clock, subscription = begin_on_clock(twin, api, START)
    advance(api, clock, FEBRUARY)
    api.v1.subscriptions.cancel(
        subscription.id, {"cancellation_details": {"comment": "moving", "feedback": "other"}}
    )
    advance(api, clock, MARCH + HOUR)
    (draft, _) = _invoices(api, subscription)
    assert (draft.status, draft.auto_advance) == ("draft", False)
    assert len(_charges(api, subscription)) == 1
    with pytest.raises(stripe.InvalidRequestError):
        api.v1.subscriptions.update(subscription.id, {"description": "again"})


def test_a_deleted_customer_gives_no_more(twin, api):
    subscription = begin(twin, api)
    api.v1.customers.delete(subscription.customer)
    assert api.v1.subscriptions.retrieve(subscription.id).status == "canceled"
    assert api.v1.payment_methods.retrieve(subscription.default_payment_method).customer is None
    with pytest.raises(stripe.InvalidRequestError) as refused:
        api.v1.checkout.sessions.create(order(customer=subscription.customer))
    assert refused.value.code == "resource_missing"


def test_next_month_comes_by_a_button_and_is_dated_today(twin, api, receiver):
    subscription = begin(twin, api)
    renewed = twin.control("next_month", subscription=subscription.id)
    assert (renewed["status"], renewed["latest_invoice"]["status"]) == ("active", "paid")
    charges = _charges(api, subscription)
    assert len(charges) == 2
    assert charges[0].created - charges[1].created < 60
    ends = _day(renewed["items"]["data"][0]["current_period_end"])
    assert timedelta(days=27) < ends - datetime.now(UTC) < timedelta(days=32)
    assert len(receiver.wait_for("invoice.paid", count=2)) == 2


def test_the_next_try_comes_by_a_button_too(twin, api):
    subscription = begin(twin, api)
    _refuse(twin, subscription)
    late = twin.control("next_month", subscription=subscription.id)["latest_invoice"]["id"]
    tries = [twin.control("next_try", invoice=late)["attempt_count"] for _ in range(3)]
    assert tries == [2, 3, 4]
    assert api.v1.subscriptions.retrieve(subscription.id).status == "canceled"


def test_a_card_that_its_bank_renewed_is_told(twin, api, receiver):
    method = begin(twin, api).default_payment_method
    twin.control("card_renewed", payment_method=method, exp_month=7, exp_year=2041)
    event = receiver.wait_for("payment_method.automatically_updated")[0].event
    assert event["data"]["object"]["card"]["exp_year"] == 2041
    assert "_number" not in event["data"]["object"]


def test_a_test_clock_goes_forward_two_intervals_at_most(twin, api):
    clock, _ = begin_on_clock(twin, api, START)
    for wrong in (START, START - HOUR, MARCH + timedelta(days=1)):
        with pytest.raises(stripe.InvalidRequestError) as refused:
            api.v1.test_helpers.test_clocks.advance(clock, {"frozen_time": int(wrong.timestamp())})
        assert refused.value.param == "frozen_time"
    advance(api, clock, MARCH)


def test_the_accounts_own_time_brings_the_next_month_too():
    inside = TwinInside()
    api = inside.client(NZ_KEY)
    subscription = begin(inside, api)
    ends = subscription["items"].data[0].current_period_end
    inside.sleep(ends - inside.time - 60)
    assert len(_invoices(api, subscription)) == 1
    inside.sleep(60)
    assert _invoices(api, subscription)[0].status == "draft"
    inside.sleep(3600)
    assert [invoice.status for invoice in _invoices(api, subscription)] == ["paid", "paid"]
    inside.close()


def test_whoever_lives_on_a_test_clock_is_listed_only_with_it(twin, api):
    clock, subscription = begin_on_clock(twin, api, START)
    assert api.v1.customers.list().data == api.v1.subscriptions.list().data == []
    assert api.v1.customers.list({"test_clock": clock}).data[0].id == subscription.customer
    api.v1.test_helpers.test_clocks.delete(clock)
    assert api.v1.subscriptions.retrieve(subscription.id).status == "canceled"
    assert api.v1.customers.retrieve(subscription.customer).deleted
