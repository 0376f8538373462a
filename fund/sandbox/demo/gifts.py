"""Three years of gifts: by card to the office abroad, by bank to the Thai one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from random import Random
from uuid import UUID

from sqlalchemy import select

from config.settings import Settings
from fund import clock
from fund.db import reading, transaction
from fund.giving import operations, payments
from fund.ledger.queries import get_fund, get_office
from fund.money import Money, baht
from fund.sandbox.demo import twin
from fund.sandbox.demo.world import World
from fund.settlement.models import BalanceTransaction
from fund.settlement.operations import record_arrival
from fund.settlement.reconciliation.balance import note_balance

CARD_GIFTS, BANK_GIFTS, YEARS_IN_DAYS = 300, 100, 1095
CURRENCIES = ("NZD", "NZD", "NZD", "NZD", "NZD", "USD", "USD", "AUD", "JPY", "EUR")
COUNTRIES = {"NZD": "NZ", "USD": "US", "AUD": "AU", "JPY": "JP", "EUR": "DE"}
# In minor units; small ones are more frequent than large ones.
AMOUNTS = {
    "NZD": (2500, 2500, 5000, 7500, 10000, 20000, 50000),
    "USD": (1500, 4500, 4500, 12000, 25000),
    "AUD": (2500, 7000, 19000),
    "JPY": (2500, 7000, 19000),
    "EUR": (1500, 4000, 11000),
    "THB": (50000, 100000, 155500, 300000, 500000, 1000000, 2000000),
}
FUNDS = ("general", "general", "education", "education", "vocational")
# What lets the first awards be made: three larger gifts when the fund opens (THB, minor).
FIRST_GIFTS = (("general", 25000000), ("education", 45000000), ("vocational", 40000000))


@dataclass(frozen=True)
class Given:
    """A gift to be made: to which fund, by which of the invented donors, when."""

    fund: str
    amount: Money
    donor: int
    at: datetime

    @property
    def email(self) -> str:
        return f"donor{self.donor:02}@practice.example"

    @property
    def name(self) -> str:
        return f"Practice Donor {self.donor:02}"

    @property
    def language(self) -> str:
        return "th" if self.amount.currency == "THB" or self.donor % 9 == 0 else "en"


def give_by_card(world: World, settings: Settings) -> None:
    """Gifts paid on Stripe's page, marked paid as Stripe tells it, booked by the feed."""
    given = _draw(world, CARD_GIFTS, CURRENCIES, donors=70)
    ids = _start(given)
    asked = [_seed(gift_id, gift) for gift_id, gift in zip(ids, given, strict=True)]
    sessions = twin.seed(settings, "nz", asked)
    with transaction() as session:
        for doc in sessions:
            payment = payments.from_session(doc)
            if payment is not None and payment.paid_at is not None:
                operations.apply_payment(session, payment, now=payment.paid_at)
    twin.seed_payouts(settings, "nz", int((world.now - timedelta(days=1)).timestamp()))
    note_balance("nz", now=world.now)


def plan_arrivals(world: World) -> None:
    """Payouts that the treasurer found at the bank, two days after they left Stripe."""
    with reading() as session:
        payouts = session.execute(
            select(BalanceTransaction.id, BalanceTransaction.happened_at).where(
                BalanceTransaction.category == "payout"
            )
        ).all()
    for payout in payouts:
        at = payout.happened_at + timedelta(days=2, hours=3)
        world.plan(at, partial(_find_at_the_bank, world, payout.id))


def _find_at_the_bank(world: World, payout_id: str, at: datetime) -> None:
    with world.acting("treasurer", at) as (session, actor):
        record_arrival(session, payout_id, arrived_on=clock.bangkok_day(at), actor=actor, now=at)


def plan_bank_gifts(world: World) -> None:
    """Gifts that finance read from the Thai office's bank statement, the day after they came."""
    for place, (fund, minor) in enumerate(FIRST_GIFTS):
        first = Given(fund, baht(minor), 90 + place, world.ago(YEARS_IN_DAYS))
        world.plan(first.at, partial(_record, world, first, f"PRACTICE-FIRST-{place}"))
    for place, gift in enumerate(_draw(world, BANK_GIFTS, ("THB",), donors=40)):
        at = min(gift.at + timedelta(hours=20), world.now)
        world.plan(at, partial(_record, world, gift, f"PRACTICE-{place:04}"))


def _draw(world: World, many: int, currencies: Sequence[str], donors: int) -> list[Given]:
    """Gifts drawn by lot, always the same ones, oldest first; more of them as time goes on."""
    lot = Random(f"{many} gifts")  # noqa: S311 nothing secret
    days = sorted((YEARS_IN_DAYS * (1 - lot.random() ** 0.7) for _ in range(many)), reverse=True)
    given = []
    for day in days:
        currency = lot.choice(currencies)
        given.append(
            Given(
                fund=lot.choice(FUNDS),
                amount=Money(lot.choice(AMOUNTS[currency]), currency),
                donor=1 + int(donors * lot.random() ** 2),
                at=world.now - timedelta(days=max(day, 0.2)),
            )
        )
    return given


def _start(given: Sequence[Given]) -> list[UUID]:
    with transaction() as session:
        return [
            operations.start_gift(
                session,
                amount=gift.amount,
                fund_code=gift.fund,
                email=gift.email,
                name=gift.name,
                language=gift.language,
                now=gift.at,
            ).id
            for gift in given
        ]


def _seed(gift_id: UUID, gift: Given) -> twin.Doc:
    metadata = {"gift_id": str(gift_id), "attempt": "1"}
    return {
        "amount": gift.amount.amount_minor,
        "currency": gift.amount.currency.lower(),
        "created": int(gift.at.timestamp()) + 90,
        "client_reference_id": str(gift_id),
        "email": gift.email,
        "name": gift.name,
        "card_country": COUNTRIES[gift.amount.currency],
        "metadata": metadata,
        "payment_intent_metadata": metadata,
        "description": gift.fund,
        "locale": gift.language,
    }


def _record(world: World, gift: Given, reference: str, at: datetime) -> None:
    is_known = gift.donor % 4 != 0  # who gives by QR code often leaves no address
    with world.acting("finance", at) as (session, actor):
        operations.record_bank_gift(
            session,
            office=get_office(session, "th"),
            fund=get_fund(session, gift.fund),
            amount=gift.amount,
            received_on=clock.bangkok_day(gift.at),
            bank_reference=reference,
            email=gift.email if is_known else "",
            name=gift.name if is_known else "",
            language=gift.language,
            actor=actor,
            now=at,
        )
