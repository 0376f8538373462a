"""What finance itself enters in the demo world: the beginning, rates, and a little of each kind."""

from datetime import datetime
from decimal import Decimal
from functools import partial
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from fund.bookkeeping import operations, papers, plans
from fund.bookkeeping.models import WITHOUT_PAPER
from fund.bookkeeping.queries import get_entry
from fund.clock import bangkok_day
from fund.ledger import operations as ledger
from fund.ledger.queries import get_fund, get_office
from fund.sandbox.demo.papers import paper
from fund.sandbox.demo.world import World

RATES = ((1090, "21.85"), (730, "20.4"), (365, "19.95"), (28, "18.9"), (3, "19.12"))


def plan_entries(world: World) -> None:
    """A balance and an award are taken over at the start; one transfer waits on the treasurer."""
    for days, rate in RATES:
        world.plan(world.ago(days, 9), partial(_enter_rate, world, rate))
    world.plan(world.ago(1090, 11), partial(_take_over, world))
    _plan(world, 40, "bank_charge", "The bank's fee for the month", amount_minor=300_00)
    _plan(world, 35, "interest", "Half a year's interest", amount_minor=1_250_00)
    _plan(
        world, 26, "exchange", "Exchanged for the coming term",
        from_office_id="nz", to_office_id="th", given_minor=2_000_00, taken_minor=37_650_00,
    )  # fmt: skip
    _plan(world, 15, "tax_withheld", "Withheld from a trainer's bill", amount_minor=270_00)
    _plan(world, 12, "interest", "Typed twice", ends="withdrawn", amount_minor=1_250_00)
    _plan(
        world, 9, "transfer", "For books", ends="declined",
        from_fund_id="general", to_fund_id="vocational", amount_minor=50_000_00,
    )  # fmt: skip
    _plan(
        world, 1, "transfer", "More school places than gifts for them", ends="proposed",
        from_fund_id="general", to_fund_id="education", amount_minor=20_000_00,
    )  # fmt: skip


def _plan(
    world: World, days: int, kind: str, reason: str, *, ends: str = "booked", **plan: Any
) -> None:
    def step(at: datetime) -> None:
        _enter(world, kind, reason, plan, ends=ends, at=at)

    world.plan(world.ago(days, 11), step)


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


def _take_over(world: World, at: datetime) -> None:
    bank = {"amount_minor": 60_000_00, "role": "bank"}
    _enter(world, "opening_balance", "Bank book of the old system", bank, at=at)
    award = _enter(world, "opening_award", "File 7 of 2023", {"amount_minor": 9_000_00}, at=at)
    _plan(
        world, 1060, "award_payment", "First part, by bank transfer",
        amount_minor=4_000_00, award_entry_id=str(award),
    )  # fmt: skip


def _enter(
    world: World,
    kind: str,
    reason: str,
    plan: dict[str, Any],
    *,
    at: datetime,
    ends: str = "booked",
) -> UUID:
    """Proposed by finance; what becomes of it is the treasurer's, or finance's own doing."""
    pending = None
    with world.acting("finance", at) as (session, actor):
        document = None
        if kind not in WITHOUT_PAPER:
            document, pending = papers.begin_paper(session, paper("receipt"), actor=actor, now=at)
        entry_id = operations.propose(
            session,
            kind=kind,
            plan=_with_ids(session, kind, plan),
            effective_on=bangkok_day(at),
            reason=reason,
            paper=document,
            actor=actor,
            now=at,
        ).id
    if pending:
        papers.finish_paper(pending, actor=world.actor("finance", at), now=at)
    if ends == "withdrawn":
        with world.acting("finance", at) as (session, actor):
            operations.withdraw(session, get_entry(session, entry_id), actor=actor, now=at)
    elif ends != "proposed":
        _decide(world, entry_id, ends, at)
    return entry_id


def _decide(world: World, entry_id: UUID, ends: str, at: datetime) -> None:
    with world.acting("treasurer", at) as (session, actor):
        entry = get_entry(session, entry_id)
        if ends == "declined":
            reason = "Too much: vocational training is covered until spring."
            operations.decline(session, entry, reason=reason, actor=actor, now=at)
        else:
            seen = entry.content_sha256.hex()
            operations.book(session, entry, seen_sha256=seen, actor=actor, now=at)


def _with_ids(session: Session, kind: str, plan: dict[str, Any]) -> plans.Plan:
    """Funds and offices are named by their codes here; without a word it is the general fund's."""
    named = dict(plan)
    if kind != "transfer":
        named["fund_id"] = "general"
    if kind not in ("exchange", "opening_award"):
        named["office_id"] = "th"
    for name, code in named.items():
        if name.endswith("fund_id"):
            named[name] = str(get_fund(session, code).id)
        elif name.endswith("office_id"):
            named[name] = str(get_office(session, code).id)
    return named
