"""Stripe's own PromptPay: a QR at the Thai account; its refunds ask the donor for an account."""

import pytest
import stripe

from .fixtures import NZ_KEY, order
from .inprocess import types

TH_KEY = "sk_test_practice_th"
DAY = 86_400


def _paid(inside):
    api = inside.client(TH_KEY)
    session = api.v1.checkout.sessions.create(order(amount=100_000, currency="thb"))
    paid = inside.control("pay_qr", session_id=session.id)
    return api, api.v1.charges.retrieve(paid["payment_intent"]["latest_charge"]["id"])


def test_the_qr_is_shown_and_paid_at_once(inside):
    api = inside.client(TH_KEY)
    session = api.v1.checkout.sessions.create(order(amount=100_000, currency="thb"))
    assert session.payment_method_types == ["card", "promptpay"]
    shown = inside.control("pay_qr", session_id=session.id, outcome="leave")
    intent = api.v1.payment_intents.retrieve(shown["payment_intent"]["id"])
    assert intent.status == "requires_action"
    assert intent.next_action.promptpay_display_qr_code.data
    inside.control("pay_qr", session_id=session.id, outcome="expired")
    assert api.v1.checkout.sessions.retrieve(session.id).status == "open"
    paid = inside.control("pay_qr", session_id=session.id)
    assert (paid["status"], paid["payment_status"]) == ("complete", "paid")
    charge = api.v1.charges.retrieve(
        paid["payment_intent"]["latest_charge"]["id"], {"expand": ["balance_transaction"]}
    )
    assert charge.payment_method_details.type == "promptpay"
    assert charge.outcome.risk_level == "not_assessed"
    line = charge.balance_transaction
    # PromptPay's own price: 1.65 % and Thai tax on it.
    assert (line.type, [part.amount for part in line.fee_details]) == ("payment", [1650, 116])


def test_a_method_that_the_account_or_the_currency_lacks_is_left_out(inside):
    for key, currency in ((NZ_KEY, "thb"), (TH_KEY, "usd")):
        asked = order(currency=currency, allowed_payment_method_types=["promptpay", "card"])
        session = inside.client(key).v1.checkout.sessions.create(asked)
        assert session.payment_method_types == ["card"]
        only = order(currency=currency, allowed_payment_method_types=["promptpay"])
        with pytest.raises(stripe.InvalidRequestError) as refused:
            inside.client(key).v1.checkout.sessions.create(only)
        assert refused.value.param == "allowed_payment_method_types"
    plain = inside.client(NZ_KEY).v1.checkout.sessions.create(order())
    assert plain.payment_method_types == ["card"]


def test_a_refund_asks_the_donor_for_an_account_and_goes_on_when_it_is_named(inside):
    api, charge = _paid(inside)
    with pytest.raises(stripe.InvalidRequestError) as refused:
        api.v1.refunds.create({"charge": charge.id})
    assert refused.value.param == "instructions_email"
    refund = api.v1.refunds.create(
        {"charge": charge.id, "amount": 40_000, "instructions_email": "donor@example.org"}
    )
    assert refund.status == "requires_action"
    details = refund.next_action.display_details
    assert details.email_sent.email_sent_to == "donor@example.org"
    assert details.expires_at == refund.created + 45 * DAY
    inside.control("refund_move", refund=refund.id, to="details")
    told = api.v1.refunds.retrieve(refund.id)
    assert (told.status, told.pending_reason) == ("pending", "processing")
    inside.sleep(1)
    assert api.v1.refunds.retrieve(refund.id).status == "succeeded"
    (line,) = api.v1.balance_transactions.list({"source": refund.id}).data
    assert (line.type, line.net) == ("payment_refund", -40_000)


def test_a_refund_that_nobody_answers_lapses_and_the_money_comes_back(inside):
    api, charge = _paid(inside)
    asked = {"charge": charge.id, "instructions_email": "donor@example.org"}
    refund = api.v1.refunds.create(asked)
    inside.sleep(44 * DAY)
    assert api.v1.refunds.retrieve(refund.id).status == "requires_action"
    inside.take_webhooks()
    inside.sleep(DAY)
    lapsed = api.v1.refunds.retrieve(refund.id)
    assert lapsed.status == "canceled"
    lines = api.v1.balance_transactions.list({"source": refund.id}).data
    assert [line.reporting_category for line in lines] == ["refund_failure", "refund"]
    assert sum(line.net for line in lines) == 0
    assert types(inside.take_webhooks()) == ["charge.refund.updated", "refund.updated"]
    again = api.v1.refunds.create(asked)
    assert api.v1.refunds.cancel(again.id).status == "canceled"
    third = api.v1.refunds.create(asked)
    assert api.v1.test_helpers.refunds.expire(third.id).status == "canceled"
    assert api.v1.charges.retrieve(charge.id).amount_refunded == 0


@pytest.mark.parametrize(("language", "title"), [("en", "Pay this QR"), ("th", "ชำระตาม QR นี้")])
def test_the_page_shows_the_qr_and_goes_on_when_it_is_paid(twin, browser, language, title):
    asked = order(amount=100_000, currency="thb", locale=language)
    asked["success_url"] = f"{twin.base_url}/healthz"
    session = twin.client(TH_KEY).v1.checkout.sessions.create(asked)
    page = browser.new_page(viewport={"width": 360, "height": 740})
    page.goto(session.url)
    page.locator("#email").fill("donor@example.org")
    page.locator("button[formaction]").click()
    assert page.get_by_role("img").evaluate("image => image.naturalWidth") > 100
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.get_by_role("button", name=title).click()
    page.wait_for_url("**/healthz")
    page.close()
    paid = twin.client(TH_KEY).v1.checkout.sessions.retrieve(session.id)
    assert paid.payment_status == "paid"
