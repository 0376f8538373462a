"""How an entry comes into the demo world's books: proposed with its paper, then decided."""

from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from fund.bookkeeping import operations, papers
from fund.bookkeeping.models import ALONE, WITHOUT_PAPER
from fund.bookkeeping.plans import Plan
from fund.bookkeeping.queries import get_entry
from fund.clock import bangkok_day
from fund.ledger.queries import get_fund, get_office
from fund.sandbox.demo.papers import paper
from fund.sandbox.demo.world import World

LATER = timedelta(hours=3)


def plan_entry(
    world: World, day: datetime, kind: str, reason: str, plan: Plan, *, ends: str = "booked"
) -> None:
    """Have it entered then; see `enter`."""

    def step(at: datetime) -> None:
        enter(world, kind, reason, plan, ends=ends, at=at)

    world.plan(day, step)


def enter(
    world: World, kind: str, reason: str, plan: Plan, *, ends: str = "booked", at: datetime
) -> UUID:
    """Proposed by finance; its id. What one person may book finance books at once, the treasurer
    decides on the rest some hours later: `ends` is the state that it comes to.

    In the plan, funds and offices are named by their codes.
    """
    pending = None
    with world.acting("finance", at) as (session, actor):
        document = None
        if kind not in WITHOUT_PAPER:
            document, pending = papers.begin_paper(session, paper("receipt"), actor=actor, now=at)
        entry_id = operations.propose(
            session,
            kind=kind,
            plan=_with_ids(session, plan),
            effective_on=bangkok_day(at),
            reason=reason,
            paper=document,
            actor=actor,
            now=at,
        ).id
    if pending:
        papers.finish_paper(pending, actor=actor, now=at)
    if ends == "withdrawn" or kind in ALONE:
        _decide(world, "finance", entry_id, ends, at)
    elif ends != "proposed":
        world.plan(at + LATER, partial(_decide, world, "treasurer", entry_id, ends))
    return entry_id


def _decide(world: World, who: str, entry_id: UUID, ends: str, at: datetime) -> None:
    with world.acting(who, at) as (session, actor):
        entry = get_entry(session, entry_id)
        if ends == "withdrawn":
            operations.withdraw(session, entry, actor=actor, now=at)
        elif ends == "declined":
            reason = "Too much: vocational training is covered until spring."
            operations.decline(session, entry, reason=reason, actor=actor, now=at)
        else:
            seen = entry.content_sha256.hex()
            operations.book(session, entry, seen_sha256=seen, actor=actor, now=at)


def _with_ids(session: Session, plan: Plan) -> Plan:
    named: dict[str, Any] = dict(plan)
    for name, code in plan.items():
        if name.endswith("fund_id"):
            named[name] = str(get_fund(session, code).id)
        elif name.endswith("office_id"):
            named[name] = str(get_office(session, code).id)
    return named
