"""Everything the twin takes and gives is what Stripe describes, call by call."""

import json
import re

import pytest
import stripe

from fund.sandbox.stripe_twin.app import create_app
from fund.sandbox.stripe_twin.config import API_VERSION, from_environment
from fund.sandbox.stripe_twin.state import Store
from fund.sandbox.stripe_twin.world import World

from .billing import visit_billing
from .contract import check_object
from .description import stripe_description
from .fixtures import order
from .money import visit_money


def _routes(folder):
    """Every endpoint of the twin's API, as (method, path with {} for names)."""
    store = Store(folder / "routes.sqlite3")
    app = create_app(World(from_environment({}), store))
    store.close()
    return {
        (method.lower(), re.sub(r"<[^>]+>", "{}", rule.rule))
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/v1/")
        for method in rule.methods - {"HEAD", "OPTIONS"}
    }


def test_every_call_of_the_api_fits_the_description(twin, api, checked, tmp_path):
    """One long visit: the library asks for everything, and each exchange is checked."""
    assert api.v1.accounts.retrieve_current().country == "NZ"
    _visit_customers_and_products(api)
    charge = _visit_checkout(twin, api)
    _visit_refunds_and_disputes(twin, api, charge)
    visit_money(twin, api)
    visit_billing(twin, api)
    _visit_the_balance(twin, api)

    visited = {(method, re.sub(r"\{[^}]+\}", "{}", path)) for method, path in checked.seen}
    assert visited == _routes(tmp_path)


def _visit_customers_and_products(api):
    customer = api.v1.customers.create(
        {
            "email": "donor@example.org",
            "name": "A Donor",
            "metadata": {"donor": "1"},
            "address": {"country": "NZ", "city": "Ōtautahi"},
            "preferred_locales": ["th"],
        }
    )
    api.v1.customers.update(customer.id, {"metadata": {"donor": "", "since": "2026"}})
    assert api.v1.customers.retrieve(customer.id).metadata.to_dict() == {"since": "2026"}
    assert api.v1.customers.list({"email": "donor@example.org"}).data[0].id == customer.id
    assert api.v1.customers.delete(customer.id).deleted
    assert api.v1.customers.retrieve(customer.id).deleted
    assert api.v1.customers.list().data == []
    product = api.v1.products.create({"name": "Education", "metadata": {"fund": "education"}})
    assert api.v1.products.retrieve(product.id).name == "Education"
    assert api.v1.products.list({"active": True}).data[0].id == product.id


def _visit_checkout(twin, api):
    customer = api.v1.customers.create({"email": "donor@example.org"})
    session = api.v1.checkout.sessions.create(
        order(
            amount=4200,
            currency="usd",
            customer=customer.id,
            client_reference_id="gift-1",
            metadata={"gift_id": "gift-1"},
            payment_intent_data={"metadata": {"gift_id": "gift-1"}, "description": "Gift 1"},
            locale="th",
            submit_type="donate",
            allowed_payment_method_types=["card"],
            custom_text={"submit": {"message": "Thank you"}},
            expand=["line_items.data.price.product"],
        )
    )
    assert session.line_items.data[0].price.product.name == "Gift to Education"
    assert api.v1.checkout.sessions.line_items.list(session.id).data[0].amount_total == 4200
    declined = twin.control("pay", session_id=session.id, card="4000000000000002")
    assert declined["payment_intent"]["last_payment_error"]["code"] == "card_declined"
    check_object(declined)
    failed = api.v1.payment_intents.retrieve(
        declined["payment_intent"]["id"], {"expand": ["latest_charge"]}
    )
    assert failed.latest_charge.status == "failed"
    twin.control("pay", session_id=session.id, card="4000000000003220", challenge="leave")
    waiting = api.v1.payment_intents.retrieve(failed.id)
    assert (waiting.status, waiting.next_action.type) == ("requires_action", "redirect_to_url")
    twin.control("pay", session_id=session.id, card="5555555555554444")
    paid = api.v1.checkout.sessions.retrieve(
        session.id, {"expand": ["payment_intent.latest_charge.balance_transaction", "customer"]}
    )
    assert (paid.status, paid.payment_status) == ("complete", "paid")
    charge = paid.payment_intent.latest_charge
    assert charge.balance_transaction.net == charge.balance_transaction.amount - sum(
        line.amount for line in charge.balance_transaction.fee_details
    )
    assert charge.payment_method_details.card.brand == "mastercard"
    assert api.v1.payment_methods.retrieve(charge.payment_method).card.last4 == "4444"
    api.v1.payment_intents.list({"customer": customer.id})
    listed = api.v1.checkout.sessions.list({"expand": ["data.payment_intent.latest_charge"]})
    assert listed.data[0].payment_intent.latest_charge.id == charge.id
    by_bank = order(allowed_payment_method_types=["nz_bank_account"])
    slow = api.v1.checkout.sessions.create(by_bank)
    twin.control("pay", session_id=slow.id, card="bank")
    assert api.v1.checkout.sessions.retrieve(slow.id).payment_status == "unpaid"
    twin.control("bank_answer", session_id=slow.id, outcome="succeed")
    assert api.v1.checkout.sessions.retrieve(slow.id).payment_status == "paid"
    refused = api.v1.checkout.sessions.create(
        order(allowed_payment_method_types=["nz_bank_account"])
    )
    twin.control("pay", session_id=refused.id, card="bank")
    twin.control("bank_answer", session_id=refused.id, outcome="fail")
    left = api.v1.checkout.sessions.create(order())
    assert api.v1.checkout.sessions.expire(left.id).status == "expired"
    return charge.id


def _visit_refunds_and_disputes(twin, api, charge):
    refund = api.v1.refunds.create(
        {"charge": charge, "amount": 1000, "metadata": {"why": "asked"}, "expand": ["charge"]}
    )
    assert refund.charge.amount_refunded == 1000
    twin.control("refund_fail", refund=refund.id)
    failed = api.v1.refunds.retrieve(refund.id, {"expand": ["failure_balance_transaction"]})
    assert failed.failure_balance_transaction.reporting_category == "refund_failure"
    assert api.v1.refunds.list({"charge": charge}).data[0].status == "failed"
    opened = twin.control("dispute", charge=charge)
    twin.control("dispute_close", dispute=opened["id"], outcome="won")
    assert api.v1.disputes.retrieve(opened["id"]).status == "won"
    assert api.v1.disputes.list({"charge": charge}).data[0].balance_transactions[1].amount > 0
    seen = api.v1.charges.retrieve(charge, {"expand": ["refunds", "balance_transaction.source"]})
    assert (seen.amount_refunded, len(seen.refunds.data)) == (0, 1)
    api.v1.charges.list({"limit": 1})


def _visit_the_balance(twin, api):
    twin.control("switches", available_days=0)
    session = api.v1.checkout.sessions.create(order(amount=100_000))
    twin.control("pay", session_id=session.id)
    assert api.v1.balance.retrieve().available[0].amount > 0
    payout = twin.control("payout")
    twin.control("arrive", payout=payout["id"])
    assert api.v1.payouts.retrieve(payout["id"]).status == "paid"
    twin.control("payout_fail", payout=payout["id"])
    assert api.v1.payouts.list({"status": "failed"}).data[0].failure_code == "account_closed"
    lines = api.v1.balance_transactions.list(
        {"payout": payout["id"], "limit": 100, "expand": ["data.source"]}
    )
    assert sum(line.net for line in lines.data) == 0
    assert lines.data[0].source.id == payout["id"]
    api.v1.balance_transactions.retrieve(lines.data[0].id)
    events = _check_every_event(api)
    api.v1.events.retrieve(events.data[0].id)
    only = api.v1.events.list({"types": ["payout.paid", "payout.failed"]})
    assert [event.type for event in only.data] == ["payout.failed", "payout.paid"]


def _check_every_event(api):
    """As they came, for the library makes decimals of some text; returns the newest page."""
    newest = page = api.v1.events.list({"limit": 100})
    while True:
        for event in json.loads(page.last_response.body)["data"]:
            check_object(event["data"]["object"])
        if not page.has_more:
            return newest
        page = api.v1.events.list({"limit": 100, "starting_after": page.data[-1].id})


def test_the_description_is_of_the_version_before_the_one_that_is_spoken():
    """The newest description that is published with a package; nothing we use differs in it."""
    assert stripe_description()["info"]["version"] == "2026-08-26.dahlia"
    assert API_VERSION == "2026-10-28.endive"


def test_a_refusal_has_the_described_shape_too(api):
    with pytest.raises(stripe.InvalidRequestError) as refused:
        api.v1.checkout.sessions.create(order(amount=49))
    assert refused.value.code == "amount_too_small"
