"""A gift by Stripe's PromptPay goes back only when the donor says to which bank account."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from config.settings import StripeKeys
from fund import clock
from fund.gateways import stripe
from fund.giving import checkout
from fund.giving import operations as giving
from fund.giving.models import Receipt
from fund.giving.orders import Order
from fund.ledger.models import Journal
from fund.money import Money
from fund.settlement import operations
from tests.giving.factories import make_giving_world, make_terms
from tests.ledger.factories import make_office
from tests.sandbox.stripe_twin.inprocess import BASE_URL, TwinInside
from tests.settlement.test_refunds import ask, decide, finance, treasurer

__all__ = ["finance", "treasurer"]

DAY = 86_400
BAHT = Money(1_000_00, "THB")


@pytest.fixture
def twin(app):
    twin = TwinInside(clock.now().timestamp())
    settings = app.config["SETTINGS"]
    keys = {"th": StripeKeys("sk_test_practice_th", "whsec_practice_th")}
    stripe.init(keys, BASE_URL, settings.base_url, http_client=twin.http)
    yield twin
    stripe.init(settings.stripe, settings.stripe_api_base, settings.base_url)
    twin.close()


def catch_up(twin) -> None:
    now = datetime.fromtimestamp(twin.time, UTC)
    operations.sweep("th", now=now)
    operations.work_off(now=now)
    operations.ask_stripe(now=now)
    operations.pull_feed("th", now=now)


@pytest.fixture
def gift(session, twin):
    """Paid by the QR on Stripe's page, and booked."""
    make_office(session, "th", stripe_account_id="acct_practice_th")
    world = make_giving_world(session)
    make_terms(session, world.thai, stripe_methods=["card", "promptpay"])
    made = giving.start_gift(
        session,
        amount=BAHT,
        fund_code="education",
        email="donor@example.org",
        name="Mali Donor",
        language="th",
        order=Order(country="TH", method="checkout"),
        now=clock.now(),
    )
    session.commit()
    address = checkout.open_checkout(made.id, now=clock.now())
    twin.control("pay_qr", session_id=address.rpartition("/")[2])
    twin.sleep(60)
    catch_up(twin)
    session.refresh(made)
    assert (made.state, made.office_id) == ("paid", world.thai.id)
    return made


@pytest.fixture
def refund(session, gift, twin, finance, treasurer):
    """Asked for and agreed; Stripe wrote to the donor."""
    made = ask(session, gift, finance, 400_00)
    decide(session, made, treasurer)
    operations.send_refund(str(made.id))
    session.refresh(made)
    return made


def kinds(session) -> list[str]:
    rows = session.scalars(select(Journal.kind).order_by(Journal.id))
    return [kind for kind in rows if kind.startswith("refund")]


def receipts(session) -> list[int]:
    return list(
        session.scalars(select(Receipt.amount_minor).order_by(Receipt.year, Receipt.number))
    )


def seen_by_finance(client) -> str:
    return client.get("/staff/settlement/refunds").text


def test_it_waits_for_the_bank_details_and_is_then_with_the_donor(
    session, gift, refund, twin, client, sign_in, finance
):
    assert refund.state == "requires_action"
    assert refund.action_until.timestamp() == pytest.approx(twin.time + 45 * DAY, abs=5)
    sign_in(client, finance)
    assert "It waits for the donor’s bank details until" in seen_by_finance(client)
    assert f"{BAHT.amount_minor // 100:,}" in client.get(f"/staff/gifts/{gift.id}").text
    twin.control("refund_move", refund=refund.stripe_id, to="details")
    catch_up(twin)
    session.refresh(refund)
    assert (refund.state, refund.action_until) == ("pending", None)
    twin.sleep(60)
    catch_up(twin)
    session.refresh(refund)
    assert refund.state == "succeeded"
    assert (kinds(session), receipts(session)) == (["refund"], [1_000_00, 600_00])
    assert "No refund is open" in seen_by_finance(client)


def test_one_that_nobody_answers_lapses_and_waits_for_another_way(
    session, gift, refund, twin, client, sign_in, finance, post
):
    catch_up(twin)
    assert (kinds(session), receipts(session)) == (["refund"], [1_000_00, 600_00])
    twin.sleep(45 * DAY)
    catch_up(twin)
    session.refresh(refund)
    assert refund.state == "canceled"
    assert kinds(session) == ["refund", "refund_failed"]
    assert receipts(session) == [1_000_00, 600_00, 1_000_00]
    sign_in(client, finance)
    assert "lapsed: the money is back" in seen_by_finance(client)
    assert "Refunds that came back, to give another way: 1" in client.get("/staff/").text
    assert post(f"/staff/settlement/refunds/{refund.id}/settled").status_code == 303
    assert "No refund is open" in seen_by_finance(client)


def test_after_one_that_lapsed_it_can_be_given_back_anew(
    session, gift, refund, twin, finance, treasurer
):
    twin.sleep(45 * DAY)
    catch_up(twin)
    again = ask(session, gift, finance, 1_000_00)
    decide(session, again, treasurer)
    operations.send_refund(str(again.id))
    session.refresh(again)
    assert (again.state, again.stripe_id != refund.stripe_id) == ("requires_action", True)
