"""What repeats at the two banks of the demo world: rates, exchanges, interest and charges."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import partial

from fund.clock import bangkok_day
from fund.ledger import operations as ledger
from fund.ledger import queries
from fund.money import Money, translate
from fund.sandbox.demo.entries import enter
from fund.sandbox.demo.gifts import FIRST_GIFTS
from fund.sandbox.demo.world import World

# Baht for a New Zealand dollar at the beginning of each month; the last is this month's.
RATES = (
    *("21.38", "21.87", "21.55", "21.94", "22.06", "21.73", "22.12", "22.48", "22.29", "21.66"),
    *("21.05", "20.88", "20.52", "20.71", "20.16", "19.74", "19.93", "19.58", "19.21", "19.66"),
    *("19.88", "19.72", "19.37", "19.52", "19.11", "18.86", "18.62", "18.93", "19.24", "19.48"),
    *("19.35", "19.02", "18.77", "18.69", "18.95", "19.18", "19.06", "19.12"),
)
BANKS_SHARE = Decimal("0.992")  # of the middle rate, when it buys dollars
HUNDRED, LEAST, LEFT = 100_00, 500_00, 200_00  # in cents
# Of what lies at the bank of "Where needed most": in New Zealand each quarter, in Thailand in
# June and December.
INTEREST = {"nz": Decimal("0.005"), "th": Decimal("0.00125")}
TRANSFER_FEE, ACCOUNT_FEE = 25_00, 300_00  # of the bank in New Zealand in cents, in Thailand


def plan_banking(world: World, start: datetime) -> None:
    """A rate each month; every third month money comes from New Zealand, and interest."""
    ends = world.month_ends(start)
    for last_on, rate in zip(reversed(ends), reversed(RATES), strict=False):
        first = world.on(last_on.replace(day=1), 9)
        world.plan(max(first, start + timedelta(days=1)), partial(_enter_rate, world, rate))
    for last_on in ends:
        _plan_month(world, last_on)


def _plan_month(world: World, last_on: date) -> None:
    if last_on.month % 3 == 2:
        world.plan(world.on(last_on.replace(day=20), 11), partial(_exchange, world))
    if last_on.month % 3 == 0:
        world.plan(world.on(last_on, 14), partial(_interest, world, "nz"))
    if last_on.month % 6 == 0:
        world.plan(world.on(last_on, 14), partial(_interest, world, "th"))
    if last_on.month == 12:
        world.plan(world.on(last_on, 15), partial(_charge, world, "th", ACCOUNT_FEE))


def _enter_rate(world: World, rate: str, at: datetime) -> None:
    with world.acting("finance", at) as (session, actor):
        ledger.enter_rate(
            session,
            currency="NZD",
            valid_on=bangkok_day(at),
            thb_per_unit=Decimal(rate),
            source="Practice bank, mid rate",
            actor=actor,
            now=at,
        )


def _exchange(world: World, at: datetime) -> None:
    """Whatever fund has enough at the bank abroad sends it to Thailand, all but a little."""
    sent = 0
    for fund, _ in FIRST_GIFTS:
        given = (_at_the_bank(world, fund, "nz", at).amount_minor - LEFT) // HUNDRED * HUNDRED
        if given < LEAST:
            continue
        plan = {
            "fund_id": fund,
            "from_office_id": "nz",
            "to_office_id": "th",
            "given_minor": given,
            "taken_minor": _bought(world, given, at),
        }
        enter(world, "exchange", "Exchanged for the coming term", plan, at=at)
        sent += 1
    if sent:
        world.plan(at + timedelta(hours=4), partial(_charge, world, "nz", sent * TRANSFER_FEE))


def _bought(world: World, given_minor: int, at: datetime) -> int:
    with world.acting("finance", at) as (session, _):
        rate = queries.rates_at(session, bangkok_day(at))["NZD"]
    return translate(Money(given_minor, "NZD"), rate * BANKS_SHARE).amount_minor


def _at_the_bank(world: World, fund_code: str, office_code: str, at: datetime) -> Money:
    with world.acting("finance", at) as (session, _):
        fund, office = (
            queries.get_fund(session, fund_code),
            queries.get_office(session, office_code),
        )
        account = queries.account_id(session, fund.id, office.id, office.currency, "bank")
        return queries.balance(session, account)


def _interest(world: World, office: str, at: datetime) -> None:
    held = _at_the_bank(world, "general", office, at)
    amount = int(held.amount_minor * INTEREST[office])
    if amount > 0:
        plan = {"fund_id": "general", "office_id": office, "amount_minor": amount}
        enter(world, "interest", "Interest of the bank", plan, at=at)


def _charge(world: World, office: str, amount_minor: int, at: datetime) -> None:
    plan = {"fund_id": "general", "office_id": office, "amount_minor": amount_minor}
    enter(world, "bank_charge", "The bank's fee", plan, at=at)
