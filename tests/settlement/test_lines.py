"""Each kind of line of Stripe's balance stands in the books as what it is, whenever it comes."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from fund.errors import Refused
from fund.giving import operations as giving
from fund.giving import payments
from fund.giving.models import GiftReturn, Receipt
from fund.ids import new_id
from fund.ledger.models import Journal
from fund.ledger.queries import account_id, balance
from fund.permissions import Actor, Role
from fund.settlement import operations, queries
from fund.settlement.models import BalanceTransaction
from fund.settlement.operations import again, available, classify, returns
from fund.settlement.operations.books import Books
from fund.settlement.operations.feed import get_feed
from tests.giving.factories import GivingWorld, pay_gift, start_gift

WHEN = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)


@dataclass
class Balance:
    """Stripe's balance of the office abroad, line by line, and what the books make of it."""

    session: Session
    world: GivingWorld
    now: datetime = WHEN
    numbers: Any = field(default_factory=count)

    def line(self, category: str, amount: int, fee: int = 0, /, **source: Any) -> dict[str, Any]:
        """A balance transaction as Stripe writes it."""
        number = next(self.numbers)
        at = int(self.now.timestamp()) + number
        return {
            "id": f"txn_{number}",
            "reporting_category": category,
            "type": category,
            "amount": amount,
            "fee": fee,
            "net": amount - fee,
            "currency": "nzd",
            "exchange_rate": None,
            "created": at,
            "available_on": at,
            "source": {"id": f"src_{number}"} | source,
        }

    def charge(self, amount: int = 50_00, *, fund: str = "education", fee: int = 1_75) -> Any:
        gift = pay_gift(self.session, start_gift(self.session, fund=fund), paid_at=WHEN)
        return self.line(
            "charge",
            amount,
            fee,
            id=gift.stripe_charge_id,
            payment_intent=gift.stripe_payment_intent_id,
            amount=amount,
            currency="nzd",
            metadata={"gift_id": str(gift.id)},
        )

    def book(self, *docs: Any) -> list[str]:
        """One batch; what became of each line."""
        get_feed(self.session, self.world.abroad.id, now=self.now)
        self.session.commit()
        Books.open(self.session, "nz", now=self.now).book(docs)
        self.session.commit()
        return [self.state(doc) for doc in docs]

    def look_again(self, after: timedelta = timedelta()) -> None:
        self.now += after
        while again.look_again("nz", now=self.now):
            pass

    def state(self, doc: Any) -> str:
        row = self.session.get_one(BalanceTransaction, doc["id"], populate_existing=True)
        return row.state

    def held(self, role: str, fund: str = "education") -> int:
        office = None
        if role.startswith(("stripe", "payout", "bank", "dispute_receivable")):
            office = self.world.abroad.id
        fund_id = self.world.funds[fund].id
        return balance(
            self.session, account_id(self.session, fund_id, office, "NZD", role)
        ).amount_minor


@pytest.fixture
def stripe(session, world):
    return Balance(session, world)


def refund_of(stripe, charge, amount=20_00, **more):
    return stripe.line(
        "refund", -amount, charge=charge["source"]["id"], amount=amount, currency="nzd", **more
    )


def test_a_refund_follows_the_line_of_its_charge_even_if_we_never_heard_of_its_payment(stripe):
    charge = stripe.charge()
    refund = refund_of(stripe, charge, payment_intent="pi_never_heard_of")
    assert stripe.book(charge, refund) == ["posted", "posted"]
    assert stripe.held("refunds") == 20_00
    assert stripe.held("refunds", "general") == 0
    row = stripe.session.get_one(BalanceTransaction, refund["id"])
    assert row.gift_id is not None
    assert row.presented is not None


def test_what_comes_before_its_charge_waits_and_is_booked_after_it(stripe):
    charge = stripe.charge()
    refund = refund_of(stripe, charge)
    assert stripe.book(refund) == ["waiting"]
    stripe.look_again()
    assert stripe.state(refund) == "waiting"
    assert stripe.book(charge) == ["posted"]
    stripe.look_again(timedelta(seconds=30))
    assert stripe.state(refund) == "posted"
    assert stripe.held("refunds") == 20_00


def test_what_waits_in_vain_is_finances_to_look_at_after_a_day(stripe):
    refund = refund_of(stripe, stripe.charge())
    stripe.book(refund)
    assert queries.count_to_look_at(stripe.session, now=stripe.now) == 0
    stripe.look_again(timedelta(days=1, seconds=1))
    assert stripe.state(refund) == "unclassified"
    assert queries.count_to_look_at(stripe.session, now=stripe.now) == 1


def test_a_kind_that_no_rule_knows_is_looked_at_again_when_one_appears(stripe, monkeypatch):
    odd = stripe.line("climate_order_purchase", -5_00)
    assert stripe.book(odd) == ["unclassified"]
    rules = classify.RULES
    monkeypatch.setitem(rules, "climate_order_purchase", rules["fee"])
    stripe.look_again(timedelta(days=1, seconds=1))
    assert stripe.state(odd) == "posted"
    assert stripe.held("processing_fees", "general") == 5_00


def test_a_charge_waits_ten_minutes_for_its_gift_and_is_then_where_it_is_needed_most(stripe):
    charge = stripe.line("charge", 50_00, 1_75, amount=50_00, currency="nzd", metadata={})
    assert stripe.book(charge) == ["waiting"]
    stripe.look_again(timedelta(minutes=9))
    assert stripe.state(charge) == "waiting"
    stripe.look_again(timedelta(minutes=3))
    assert stripe.state(charge) == "posted"
    assert stripe.held("contributions", "general") == 50_00


def test_a_charge_whose_payment_becomes_known_meanwhile_is_its_gifts(stripe):
    gift = start_gift(stripe.session)
    charge = stripe.line(
        "charge", 50_00, id="ch_1", payment_intent="pi_1", amount=50_00, currency="nzd"
    )
    assert stripe.book(charge) == ["waiting"]
    paid = payments.StripePayment(
        gift.id, 1, "paid", gift.amount, "cs_1", "pi_1", "ch_1", paid_at=WHEN
    )
    giving.apply_payment(stripe.session, paid, now=WHEN)
    stripe.session.commit()
    stripe.look_again(timedelta(seconds=30))
    assert stripe.state(charge) == "posted"
    assert stripe.held("contributions") == 50_00


def test_a_refund_that_fails_is_reversed_and_at_another_rate_comes_back_as_it_came(stripe):
    charge = stripe.charge()
    refunds = [refund_of(stripe, charge), refund_of(stripe, charge, 10_00)]
    failures = [
        stripe.line("refund_failure", amount, charge=refund["source"]["charge"],
                    id=refund["source"]["id"], amount=-refund["amount"], currency="nzd")
        for refund, amount in zip(refunds, (20_00, 9_70), strict=True)
    ]  # fmt: skip
    stripe.book(charge, *refunds, *failures)
    stripe.look_again()
    assert [stripe.state(doc) for doc in failures] == ["posted", "posted"]
    assert stripe.held("refunds") == 30
    exact = stripe.session.scalars(
        select(Journal.reverses_id).where(Journal.idempotency_key == failures[0]["id"])
    ).one()
    assert exact is not None


def test_a_dispute_takes_its_money_and_fee_and_what_is_won_comes_back(stripe):
    charge = stripe.charge()
    about = {"charge": charge["source"]["id"], "id": "du_1"}
    assert stripe.book(charge, stripe.line("dispute", -50_00, 15_00, **about))[1] == "posted"
    assert stripe.held("dispute_receivable") == 50_00
    assert stripe.held("processing_fees") == 16_75
    back = stripe.line("dispute_reversal", 50_00, -15_00, **about)
    assert stripe.book(back) == ["posted"]
    assert stripe.held("dispute_receivable") == 0
    assert stripe.held("processing_fees") == 1_75


def test_a_reversal_before_its_dispute_waits_for_it(stripe):
    charge = stripe.charge()
    about = {"charge": charge["source"]["id"], "id": "du_1"}
    opened = stripe.line("dispute", -50_00, 15_00, **about)
    back = stripe.line("dispute_reversal", 50_00, **about)
    assert stripe.book(charge, back) == ["posted", "waiting"]
    stripe.book(opened)
    stripe.look_again(timedelta(seconds=30))
    assert stripe.state(back) == "posted"
    assert stripe.held("dispute_receivable") == 0


@pytest.mark.parametrize(
    ("category", "amount", "fee", "role", "moved"),
    [
        ("fee", -5_00, 0, "processing_fees", 5_00),
        ("fee", 5_00, 0, "processing_fees", -5_00),
        ("fee", 0, 2_00, "processing_fees", 2_00),
        ("tax", -75, 0, "processing_fees", 75),
        ("network_cost", -20, 0, "processing_fees", 20),
        ("other_adjustment", 3_00, 0, "processing_fees", -3_00),
        ("other_adjustment", -3_00, 50, "processing_fees", 3_50),
        ("topup", 100_00, 0, "payout_in_transit", -100_00),
        ("topup_reversal", -100_00, 0, "payout_in_transit", 100_00),
    ],
)
def test_what_belongs_to_no_gift_is_where_it_is_needed_most(
    stripe, category, amount, fee, role, moved
):
    assert stripe.book(stripe.line(category, amount, fee)) == ["posted"]
    assert stripe.held(role, "general") == moved
    assert stripe.held("stripe_available", "general") == amount - fee


def test_a_fee_on_a_refund_and_one_that_comes_back_stand_beside_it(stripe):
    charge = stripe.charge()
    costly, cheap = refund_of(stripe, charge), refund_of(stripe, charge, 10_00)
    costly |= {"fee": 40, "net": -20_40}
    cheap |= {"fee": -10, "net": -9_90}
    assert stripe.book(charge, costly, cheap) == ["posted"] * 3
    assert stripe.held("refunds") == 30_00
    assert stripe.held("processing_fees") == 1_75 + 30


def test_what_a_payout_keeps_back_moves_nothing(stripe):
    hold = stripe.line("payout_minimum_balance_hold", -10_00)
    free = stripe.line("payout_minimum_balance_release", 10_00)
    assert stripe.book(hold, free) == ["memo", "memo"]
    assert queries.list_not_booked(stripe.session) == []


def test_a_charge_that_cost_more_than_it_brought_becomes_available_too(stripe):
    stripe.book(stripe.charge(1_00, fee=1_30))
    available.book_available("nz", now=stripe.now + timedelta(days=1))
    assert stripe.held("stripe_pending") == 0
    assert stripe.held("stripe_available") == -30


def payout(stripe, amount, fee=0, *, automatic):
    return stripe.line(
        "payout", -amount, fee, id=f"po_{amount}", automatic=automatic, currency="nzd"
    )


def test_a_payout_by_hand_is_shared_by_what_each_fund_has_available(stripe):
    stripe.book(stripe.charge(60_00, fee=0), stripe.charge(30_00, fee=0, fund="general"))
    made = payout(stripe, 10_00, 30, automatic=False)
    assert stripe.book(made) == ["posted"]
    assert stripe.held("payout_in_transit") == 6_67
    assert stripe.held("payout_in_transit", "general") == 3_33
    assert stripe.held("processing_fees", "general") == 30
    rest = payout(stripe, 79_70, automatic=False)
    stripe.book(rest)
    stripe.look_again()
    available.book_available("nz", now=stripe.now + timedelta(days=1))
    assert stripe.state(rest) == "posted"
    assert stripe.held("stripe_available") == 0
    assert stripe.held("stripe_available", "general") == 0


@pytest.mark.parametrize("has_arrived", [False, True])
def test_a_payout_that_fails_comes_back_to_whom_it_left(stripe, has_arrived):
    stripe.book(stripe.charge(60_00, fee=0), stripe.charge(30_00, fee=0, fund="general"))
    made = payout(stripe, 90_00, automatic=False)
    stripe.book(made)
    line = stripe.session.get_one(BalanceTransaction, made["id"])
    if has_arrived:
        operations.record_arrival(
            stripe.session, line.id, arrived_on=line.happened_on, actor=treasurer(), now=stripe.now
        )
        assert stripe.held("bank") == 60_00
    else:
        assert queries.list_on_the_way(stripe.session) == [line]
    assert stripe.book(stripe.line("payout_reversal", 90_00, id="po_9000")) == ["posted"]
    available.book_available("nz", now=stripe.now + timedelta(days=1))
    for fund, whole in (("education", 60_00), ("general", 30_00)):
        assert stripe.held("stripe_available", fund) == whole
        assert stripe.held("payout_in_transit", fund) == stripe.held("bank", fund) == 0
    assert queries.list_on_the_way(stripe.session) == []


def test_no_payout_that_came_back_is_confirmed_at_the_bank(stripe):
    stripe.book(stripe.charge(60_00, fee=0), made := payout(stripe, 60_00, automatic=False))
    stripe.look_again()
    stripe.book(stripe.line("payout_reversal", 60_00, id="po_6000"))
    with pytest.raises(Refused, match="payout_came_back"):
        operations.record_arrival(
            stripe.session,
            made["id"],
            arrived_on=stripe.now.date(),
            actor=treasurer(),
            now=stripe.now,
        )


def test_a_line_that_the_ledger_refuses_holds_up_no_other(stripe):
    docs = [stripe.charge() for _ in range(3)]
    docs[1]["currency"] = "usd"  # the office holds none
    assert stripe.book(*docs) == ["posted", "unclassified", "posted"]


def treasurer():
    return Actor("staff", new_id(), frozenset({Role.TREASURER}))


def test_what_went_back_is_told_to_the_gift_and_its_receipt_is_corrected(stripe):
    charge = stripe.charge()
    refund = refund_of(stripe, charge)
    failed = stripe.line(
        "refund_failure", 20_00, charge=charge["source"]["id"], id=refund["source"]["id"],
        amount=20_00, currency="nzd",
    )  # fmt: skip
    stripe.book(charge, refund, failed)
    stripe.look_again()
    for _ in range(2):
        returns.tell_gifts("nz", now=stripe.now)
    told = stripe.session.scalars(select(GiftReturn).order_by(GiftReturn.source)).all()
    assert [(one.kind, one.amount_minor) for one in told] == [
        ("refund", 20_00),
        ("refund_failed", -20_00),
    ]
    receipts = stripe.session.scalars(select(Receipt).order_by(Receipt.number)).all()
    assert [receipt.amount_minor for receipt in receipts] == [50_00, 30_00, 50_00]
