"""Accounts that settle in a currency without parts, or whose payouts are of whole ones."""

from collections.abc import Iterator
from typing import Any

import pytest
import stripe

from fund.gateways.stripe_amounts import minor_from_stripe

from .fixtures import order
from .inprocess import TwinInside

FEES = {"percent_bp": 290, "fixed": 3000, "international_bp": 150, "conversion_bp": 200}


def account(currency: str, **more: Any) -> dict[str, Any]:
    return {
        "api_key": f"sk_test_{currency}",
        "id": f"acct_{currency}",
        "country": "US",
        "currency": currency,
        "name": currency,
        "fees": FEES | {"dispute": 200_000},
        "webhook_url": f"/webhooks/stripe/{currency}",
        "webhook_secret": f"whsec_{currency}",
        **more,
    }


@pytest.fixture
def settling() -> Iterator[TwinInside]:
    twin = TwinInside(is_checked=True, accounts=[account("isk"), account("huf")])
    yield twin
    twin.close()


def line_of(twin: TwinInside, key: str, charge: Any) -> Any:
    return twin.client(key).v1.balance_transactions.retrieve(charge.balance_transaction)


@pytest.mark.parametrize(("amount", "currency"), [(5000, "usd"), (700_000, "isk"), (5100, "nzd")])
def test_a_balance_in_krona_has_no_parts(settling, amount, currency):
    charge = settling.pay("sk_test_isk", amount=amount, currency=currency)
    line = line_of(settling, "sk_test_isk", charge)
    assert line.currency == "isk"
    for part in (line.amount, line.fee, line.net):
        minor_from_stripe(part, "isk")
    settling.control("refund", charge=charge.id)
    other = settling.pay("sk_test_isk", amount=amount, currency=currency)
    settling.control("dispute", charge=other.id)
    lines = settling.client("sk_test_isk").v1.balance_transactions.list().data
    assert all(line.net % 100 == 0 for line in lines)


def test_a_charge_in_krona_is_of_whole_ones(settling):
    client = settling.client("sk_test_isk")
    with pytest.raises(stripe.InvalidRequestError, match="multiples of 100"):
        client.v1.checkout.sessions.create(order(700_050, "isk"))


def test_a_payout_in_forint_is_of_whole_ones_and_the_rest_waits(settling):
    settling.control("switches", available_days=0)
    charge = settling.pay("sk_test_huf", amount=2_000_050, currency="huf")
    net = line_of(settling, "sk_test_huf", charge).net
    assert net % 100
    client = settling.client("sk_test_huf")
    with pytest.raises(stripe.InvalidRequestError, match="multiples of 100"):
        client.v1.payouts.create({"amount": 10_050, "currency": "huf"})
    payout = settling.control("payout", api_key="sk_test_huf")
    assert payout["amount"] == net // 100 * 100
    carried = client.v1.balance_transactions.list({"payout": payout["id"]}).data
    assert sum(line.net for line in carried) == 0
    assert client.v1.balance.retrieve().available[0].amount == net % 100


@pytest.mark.parametrize("secret", ["whsec_new", "whsec_old"])
def test_while_a_secret_is_rolled_both_sign(secret):
    rolling = account("isk", webhook_secret="whsec_new", old_webhook_secret="whsec_old")
    twin = TwinInside(accounts=[rolling])
    twin.pay("sk_test_isk", amount=700_000, currency="isk")
    for taken in twin.take_webhooks():
        assert taken.signature.count("v1=") == 2
        assert stripe.WebhookSignature.verify_header(taken.body, taken.signature, secret, None)
    twin.close()
