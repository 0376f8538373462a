"""What finance does in the demo world's books once or twice: a little of each kind."""

from datetime import datetime
from functools import partial

from fund.bookkeeping.queries import get_entry
from fund.ledger import operations as ledger
from fund.ledger.queries import account_id, get_fund
from fund.money import THB
from fund.sandbox.demo.entries import enter, plan_entry
from fund.sandbox.demo.world import World

GENERAL = {"fund_id": "general"}
THAI_BANK = GENERAL | {"office_id": "th"}
# Of the awards of before: file, promised, the first part that was paid, whether that was all.
AWARDS = ((5, 6_000_00, 4_500_00, True), (7, 9_000_00, 4_000_00, False))
CARD_FEE, INTEREST, INQUIRY = 180_00, 95_00, 20_000_00
SPORTS = "sports"


def plan_books(world: World) -> None:
    """The beginning, transfers, taxes, corrections, an inquiry, a fund that nobody gave to."""
    world.plan(world.ago(1090, 11), partial(_take_over, world))
    world.plan(world.ago(700, 10), partial(_open_fund, world))
    world.plan(world.ago(390, 10), partial(_close_fund, world))
    world.plan(world.ago(33, 10), partial(_book_on_a_wrong_account, world))
    world.plan(world.ago(20, 10), partial(_book_twice, world))
    world.plan(world.ago(8, 10), partial(_hold, world))
    _plan_taxes(world)
    _plan_transfers(world)


def _take_over(world: World, at: datetime) -> None:
    """A bank account, an award that is still being paid, and one that cost less than promised."""
    bank = THAI_BANK | {"amount_minor": 60_000_00, "role": "bank"}
    enter(world, "opening_balance", "Bank book of the old system", bank, at=at)
    for file, promised, paid, was_all in AWARDS:
        plan = GENERAL | {"amount_minor": promised}
        award_id = enter(world, "opening_award", f"File {file} of the old system", plan, at=at)
        award = {"award_entry_id": str(award_id)}
        part = THAI_BANK | award | {"amount_minor": paid}
        plan_entry(world, world.ago(1060), "award_payment", "Paid by bank transfer", part)
        if was_all:
            rest = GENERAL | award | {"amount_minor": promised - paid}
            plan_entry(world, world.ago(1040), "award_freeing", "The course cost less", rest)


def _plan_taxes(world: World) -> None:
    for days, kind, reason, minor in (
        (75, "tax_withheld", "Withheld from a trainer's bill", 540_00),
        (74, "tax_on_fees", "Value added tax on fees from abroad", 420_00),
        (68, "tax_remitted", "Paid to the revenue office", 960_00),
        (15, "tax_withheld", "Withheld from a trainer's bill", 270_00),
    ):
        plan_entry(world, world.ago(days), kind, reason, THAI_BANK | {"amount_minor": minor})


def _plan_transfers(world: World) -> None:
    for days, taker, reason, minor, ends in (
        (210, "education", "For the new school year", 15_000_00, "booked"),
        (9, "vocational", "For books", 50_000_00, "declined"),
        (1, "education", "More school places than gifts for them", 20_000_00, "proposed"),
    ):
        funds = {"from_fund_id": "general", "to_fund_id": taker, "office_id": "th"}
        plan = funds | {"amount_minor": minor}
        plan_entry(world, world.ago(days), "transfer", reason, plan, ends=ends)


def _book_on_a_wrong_account(world: World, at: datetime) -> None:
    """And set it right some days later, by hand."""
    charge = THAI_BANK | {"amount_minor": CARD_FEE}
    enter(world, "bank_charge", "The bank's fee for the month", charge, at=at)
    with world.acting("finance", at) as (session, _):
        fund = get_fund(session, "general").id
        fees, charges = (
            str(account_id(session, fund, None, THB, role))
            for role in ("processing_fees", "bank_charges")
        )
    plan = GENERAL | {"lines": [[fees, charges, CARD_FEE]]}
    reason = "What the bank took was for payments by QR code, as its letter says"
    plan_entry(world, world.ago(26), "manual", reason, plan)


def _book_twice(world: World, at: datetime) -> None:
    """Noticed once before it was booked, and once only after."""
    plan = THAI_BANK | {"amount_minor": INTEREST}
    enter(world, "interest", "Interest of a closed savings book", plan, at=at)
    twice = enter(world, "interest", "Interest of a savings book", plan, at=at)
    enter(world, "interest", "Interest, savings book", plan, at=at, ends="withdrawn")
    with world.acting("finance", at) as (session, _):
        journal_id = get_entry(session, twice).journal_id
    reversal = {"journal_id": str(journal_id)}
    plan_entry(world, world.ago(18), "reversal", "Typed twice", reversal)


def _hold(world: World, at: datetime) -> None:
    """The bank asks where a gift came from; until that is clear no award may take it."""
    with world.acting("finance", at) as (session, actor):
        ledger.hold(
            session,
            fund_id=get_fund(session, "general").id,
            currency=THB,
            amount_minor=INQUIRY,
            concerns=None,
            cause="inquiry:practice-bank-1",
            actor=actor,
            now=at,
        )


def _open_fund(world: World, at: datetime) -> None:
    with world.acting("finance", at) as (session, actor):
        ledger.open_fund(
            session,
            code=SPORTS,
            name_en="Sports and music",
            name_th="กีฬาและดนตรี",
            target_minor=200_000_00,
            actor=actor,
            now=at,
        )


def _close_fund(world: World, at: datetime) -> None:
    """Nobody gave to it."""
    with world.acting("finance", at) as (session, actor):
        fund = get_fund(session, SPORTS)
        ledger.close_fund(session, fund, version=fund.version, actor=actor, now=at)
