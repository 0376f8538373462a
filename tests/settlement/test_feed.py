"""The books come from Stripe's balance transactions: gross, fee, rate, availability, payout."""

from datetime import timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from fund import clock
from fund.errors import Denied, Refused
from fund.gateways.stripe import client as stripe_client
from fund.i18n import format_money
from fund.ids import new_id
from fund.ledger.models import Journal
from fund.ledger.operations import close_fund
from fund.ledger.queries import account_id, balance
from fund.money import Money
from fund.permissions import Role
from fund.settlement import operations, queries
from fund.settlement.models import BalanceTransaction, Feed
from tests.giving.factories import give_form, session_of
from tests.people.factories import make_staff
from tests.settlement.factories import begin_at_stripe, deliver, pay_at_stripe, wait_for_all

pytestmark = pytest.mark.usefixtures("world")

IN_THREE_DAYS = timedelta(days=3)


def pull(after: timedelta = timedelta()) -> list[str]:
    return operations.pull_feed("nz", now=clock.now() + after)


def held(session, world, role: str, fund: str = "education") -> int:
    office = world.abroad.id if role.startswith(("stripe", "payout", "bank")) else None
    account = account_id(session, world.funds[fund].id, office, "NZD", role)
    return balance(session, account).amount_minor


def test_a_charge_is_booked_gross_with_its_fee(session, stripe_up, world):
    gift = pay_at_stripe(session, stripe_up)
    assert len(pull()) == 1
    line = session.scalars(select(BalanceTransaction)).one()
    assert (line.gift_id, line.fund_id, line.state) == (gift.id, gift.fund_id, "posted")
    assert (line.amount, line.exchange_rate) == (Money(50_00, "NZD"), None)
    assert line.fee_minor > 0
    assert held(session, world, "contributions") == 50_00
    assert held(session, world, "processing_fees") == line.fee_minor
    assert held(session, world, "stripe_pending") == line.net_minor


def test_what_comes_late_for_a_closed_fund_is_booked_where_needed_most(session, stripe_up, world):
    gift, session_id = begin_at_stripe(session)
    gift.state = "expired"
    session.flush()
    finance = make_staff(session, Role.FINANCE_OFFICER).actor
    close_fund(session, world.funds["education"], version=1, actor=finance, now=clock.now())
    session.commit()
    stripe_up.control("pay", session_id=session_id)
    assert len(pull()) == 1
    assert held(session, world, "contributions", "general") == 50_00
    assert held(session, world, "contributions") == 0


@pytest.mark.parametrize(
    "given",
    [Money(5_000, "JPY"), Money(60_00, "USD"), Money(10_000, "KWD")],
    ids=lambda m: m.currency,
)
def test_another_currency_is_settled_at_stripes_rate(session, stripe_up, world, given):
    pay_at_stripe(session, stripe_up, given)
    pull()
    line = session.scalars(select(BalanceTransaction)).one()
    assert line.presented == given
    assert line.currency == "NZD"
    assert line.amount_minor == round(given.amount_minor * line.exchange_rate)
    assert isinstance(line.exchange_rate, Decimal)
    assert held(session, world, "contributions") == line.amount_minor


def test_pulling_again_changes_nothing(session, stripe_up):
    pay_at_stripe(session, stripe_up)
    assert len(pull()) == 1
    before = session.scalar(select(func.count(Journal.id)))
    assert pull() == []
    assert operations.pull_feed("nz", now=clock.now(), look_back=timedelta(days=3)) == []
    assert session.scalar(select(func.count(Journal.id))) == before


def test_a_long_list_is_read_to_its_end(session, stripe_up, monkeypatch):
    for _ in range(3):
        pay_at_stripe(session, stripe_up)
    monkeypatch.setattr(stripe_client, "PAGE", 2)
    assert len(pull()) == 3


def test_what_stripe_said_of_its_balance_is_never_changed_or_lost(session, stripe_up, world):
    pay_at_stripe(session, stripe_up)
    pull()
    lines = BalanceTransaction.__table__
    for change in (
        lines.delete(),
        lines.update().values(amount_minor=1, net_minor=1 - lines.c.fee_minor),
        lines.update().values(fund_id=world.funds["general"].id),
        lines.update().values(state="unclassified"),
    ):
        with pytest.raises(IntegrityError, match="stays"), session.begin_nested():
            session.execute(change)
    session.execute(Feed.__table__.update().values(seen_to=0))
    session.commit()
    assert pull() == []


def test_money_becomes_available_on_its_day(session, stripe_up, world):
    pay_at_stripe(session, stripe_up)
    pull()
    assert held(session, world, "stripe_available") == 0
    pull(IN_THREE_DAYS)
    assert held(session, world, "stripe_pending") == 0
    assert held(session, world, "stripe_available") > 0


def test_a_payout_is_split_over_the_funds_it_carries(session, stripe_up, world):
    stripe_up.control("switches", available_days=0)
    pay_at_stripe(session, stripe_up, fund="education")
    pay_at_stripe(session, stripe_up, Money(30_00, "NZD"), fund="general")
    made = stripe_up.control("payout")
    pull(timedelta(seconds=2))
    shares = [held(session, world, "payout_in_transit", fund) for fund in ("education", "general")]
    assert sum(shares) == made["amount"]
    assert all(share > 0 for share in shares)
    assert held(session, world, "stripe_available") == 0
    assert held(session, world, "stripe_available", "general") == 0


def test_a_payout_found_at_the_bank_is_in_transit_no_more(session, stripe_up, world):
    stripe_up.control("switches", available_days=0)
    pay_at_stripe(session, stripe_up, fund="education")
    pay_at_stripe(session, stripe_up, Money(30_00, "NZD"), fund="general")
    made = stripe_up.control("payout")
    pull(timedelta(seconds=2))
    line = queries.list_on_the_way(session)[0]
    treasurer = make_staff(session, Role.TREASURER).actor_at(clock.now())
    today = clock.bangkok_day(clock.now())

    def arrive(day, actor=treasurer):
        operations.record_arrival(session, line.id, arrived_on=day, actor=actor, now=clock.now())

    with pytest.raises(Denied):
        arrive(today, make_staff(session, Role.FINANCE_OFFICER).actor_at(clock.now()))
    with pytest.raises(Refused, match="arrival_impossible"):
        arrive(today + timedelta(days=1))
    arrive(today)
    for fund in ("education", "general"):
        assert held(session, world, "payout_in_transit", fund) == 0
    banked = [held(session, world, "bank", fund) for fund in ("education", "general")]
    assert sum(banked) == made["amount"]
    assert queries.list_on_the_way(session) == []
    with pytest.raises(Refused, match="payout_arrived_already"):
        arrive(today)


def test_the_treasurer_says_so_on_the_page(session, stripe_up, client, sign_in):
    stripe_up.control("switches", available_days=0)
    pay_at_stripe(session, stripe_up)
    stripe_up.control("payout")
    pull(timedelta(seconds=2))
    line = queries.list_on_the_way(session)[0]
    sign_in(client, make_staff(session, Role.TREASURER))
    assert "is at the bank" in client.get("/staff/settlement").text
    address = f"/staff/settlement/payouts/{line.id}/arrival"
    wrong = client.post(address, data={"nonce": str(new_id()), "arrived_on": "soon"})
    assert (wrong.status_code, "Please write a day" in wrong.text) == (422, True)
    today = clock.bangkok_day(clock.now()).isoformat()
    done = client.post(address, data={"nonce": str(new_id()), "arrived_on": today})
    assert done.status_code == 303
    assert "Nothing is on its way" in client.get("/staff/settlement").text


def test_a_refund_made_in_the_dashboard_is_booked(session, stripe_up, world):
    stripe_up.control("switches", available_days=0)
    gift = pay_at_stripe(session, stripe_up)
    operations.sweep("nz", now=clock.now())
    operations.drain(now=clock.now())
    session.refresh(gift)
    stripe_up.control("refund", charge=gift.stripe_charge_id, amount=20_00)
    pull()
    assert held(session, world, "refunds") == 20_00


def test_money_that_is_not_booked_yet_is_shown_to_finance_with_the_reason(
    session, stripe_up, client, sign_in, world
):
    stripe_up.control("switches", available_days=0)
    charge = begin_at_stripe(session)
    paid = stripe_up.control("pay", session_id=charge[1])
    assert paid
    pull()
    line = session.scalars(select(BalanceTransaction)).one()
    odd = {c.name: getattr(line, c.name) for c in BalanceTransaction.__table__.columns}
    odd |= {"id": "txn_odd", "category": "climate_order_purchase", "state": "unclassified"}
    session.add(BalanceTransaction(**odd))
    session.commit()
    sign_in(client, make_staff(session, Role.FINANCE_OFFICER))
    page = client.get("/staff/settlement").text
    assert "txn_odd" in page
    assert "No rule of ours knows this kind of line." in page
    assert "Lines of the balance that are not in the books: 1" in client.get("/staff/").text


def test_an_event_only_wakes_the_feed_and_no_more_than_every_five_seconds(
    client, session, stripe_up, receiver
):
    pay_at_stripe(session, stripe_up)
    deliver(client, wait_for_all(stripe_up, receiver))
    while operations.drain(now=clock.now()):
        pass
    assert session.scalar(select(func.count(Journal.id))) == 0
    assert operations.pull_woken(now=clock.now()) == 1
    assert operations.pull_woken(now=clock.now()) == 0
    operations.wake(session, session.scalars(select(Feed.office_id)).one(), now=clock.now())
    session.commit()
    assert operations.pull_woken(now=clock.now()) == 0
    assert operations.pull_woken(now=clock.now() + timedelta(seconds=6)) == 1


def test_a_donor_who_covered_the_fee_sees_the_true_one_and_what_is_left_of_it(
    client, session, stripe_up
):
    covering = give_form(covers_fee="true", total="NZD:7820", choice="NZD:7500")
    gift_id = client.post("/give", data=covering).headers["Location"].rpartition("/")[2]
    stripe_up.control("pay", session_id=session_of(client, UUID(gift_id)))
    page = client.get(f"/give/thanks/{gift_id}").text
    assert "NZ$3.20" in page
    assert "Stripe tells us soon" in page
    pull()
    fee = session.scalars(select(BalanceTransaction)).one().fee
    page = client.get(f"/give/thanks/{gift_id}").text
    assert format_money(fee) in page
    left = format_money(Money(3_20, "NZD") - fee)
    assert f"the other {left} stay with the fund" in page


def test_finance_sees_what_was_given_settled_and_charged(
    client, session, sign_in, stripe_up, receiver
):
    gift = pay_at_stripe(session, stripe_up, Money(5_000, "JPY"), name="Mere Donor")
    deliver(client, wait_for_all(stripe_up, receiver))
    while operations.drain(now=clock.now()):
        pass
    pull()
    line = session.scalars(select(BalanceTransaction)).one()
    sign_in(client, make_staff(session, Role.FINANCE_OFFICER))
    assert f"/staff/gifts/{gift.id}" in client.get("/staff/gifts").text
    page = client.get(f"/staff/gifts/{gift.id}").text
    assert "¥5,000" in page
    assert str(line.exchange_rate.normalize()) in page
    assert "Gift by card or wallet" in page
    assert "Mere Donor" in page
    sign_in(client, make_staff(session, Role.AUDITOR))
    page = client.get(f"/staff/gifts/{gift.id}").text
    assert "¥5,000" in page
    assert "Mere Donor" not in page
    assert "donor@example.org" not in page
