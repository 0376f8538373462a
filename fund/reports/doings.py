"""What a fund did, for whoever gave to it: sums and counts from which no single person follows.

A figure stands only on what at least five young people were helped by, none of them by more than
half of it. It grows quarter by quarter, and only by parts of which the same is true, so that the
difference between two days' figures tells no more than either; then it is rounded down. No total is
shown beside the kinds: what is held back would follow from it.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from fund.awards.models import Award, Instalment
from fund.disbursements.models import Payment
from fund.giving.donors import records_of
from fund.giving.models import Gift
from fund.ledger.models import Fund
from fund.money import Money, baht
from fund.reports.queries import SMALLEST_COUNT, rounded_down

# Sums are rounded down to so many satang.
STEP = 10_000_00
YEARS_SHOWN = 3


@dataclass(frozen=True)
class Paid:
    """One payment of a grant: whom it helped stays inside this module."""

    fund_id: UUID
    survivor_id: UUID
    award_id: UUID
    kind: str
    paid_on: date
    amount_minor: int


@dataclass(frozen=True)
class Year:
    """What a fund paid in a year: at least so many grants, and by kind at least so much."""

    year: int
    grants: int | None
    kinds: list[tuple[str, Money]]


@dataclass(frozen=True)
class Doings:
    """What a fund did; `years` is empty as long as it is too little to be told."""

    fund: Fund
    years: list[Year]


def list_doings(session: Session, donor_id: UUID, *, today: date) -> tuple[list[Doings], date]:
    """What the funds that the donor gave to did, and the day until which that is told."""
    until = last_quarter_end(today)
    given_to = select(Gift.fund_id).where(
        Gift.donor_id.in_(records_of(donor_id)), Gift.state == "paid"
    )
    funds = session.scalars(select(Fund).where(Fund.id.in_(given_to)).order_by(Fund.code)).all()
    paid = _list_paid(session, [fund.id for fund in funds], until)
    return [
        Doings(fund, tell(line for line in paid if line.fund_id == fund.id)) for fund in funds
    ], until


def last_quarter_end(today: date) -> date:
    """The last day of the quarter before this one."""
    return today.replace(month=(today.month - 1) // 3 * 3 + 1, day=1) - timedelta(days=1)


def tell(lines: Iterable[Paid]) -> list[Year]:
    """What may be told of one fund's payments, the newest year first."""
    by_year: defaultdict[int, list[Paid]] = defaultdict(list)
    for line in lines:
        by_year[line.paid_on.year].append(line)
    told = [_tell_year(year, by_year[year]) for year in sorted(by_year, reverse=True)]
    return [year for year in told if year.kinds or year.grants][:YEARS_SHOWN]


def _tell_year(year: int, lines: Sequence[Paid]) -> Year:
    by_kind: defaultdict[str, list[Paid]] = defaultdict(list)
    for line in lines:
        by_kind[line.kind].append(line)
    sums = {
        kind: sum(line.amount_minor for line in publishable(found)) // STEP * STEP
        for kind, found in by_kind.items()
    }
    grants = {line.award_id for line in publishable(lines)}
    return Year(
        year=year,
        grants=rounded_down(len(grants)),
        kinds=[(kind, baht(total)) for kind, total in sorted(sums.items()) if total],
    )


def publishable(lines: Sequence[Paid]) -> list[Paid]:
    """Those that may count: quarter by quarter, each with those before it that could not yet."""
    by_quarter: defaultdict[int, list[Paid]] = defaultdict(list)
    for line in lines:
        by_quarter[(line.paid_on.month - 1) // 3].append(line)
    told: list[Paid] = []
    held: list[Paid] = []
    for quarter in sorted(by_quarter):
        held += by_quarter[quarter]
        if _points_at_nobody(held):
            told, held = told + held, []
    return told


def _points_at_nobody(lines: Sequence[Paid]) -> bool:
    by_survivor: defaultdict[UUID, int] = defaultdict(int)
    for line in lines:
        by_survivor[line.survivor_id] += line.amount_minor
    most, total = max(by_survivor.values(), default=0), sum(by_survivor.values())
    return len(by_survivor) >= SMALLEST_COUNT and 2 * most <= total


def _list_paid(session: Session, fund_ids: Sequence[UUID], until: date) -> list[Paid]:
    rows = session.execute(
        select(
            Award.fund_id,
            Award.survivor_id,
            Award.id,
            Instalment.line_kind,
            Payment.paid_on,
            Payment.amount_minor,
        )
        .join(Instalment, Instalment.id == Payment.instalment_id)
        .join(Award, Award.id == Instalment.award_id)
        .where(
            Award.fund_id.in_(fund_ids),
            Payment.state == "paid",
            Payment.paid_on >= date(until.year - YEARS_SHOWN + 1, 1, 1),
            Payment.paid_on <= until,
        )
    )
    return [
        Paid(fund_id, survivor_id, award_id, kind, paid_on, amount_minor)
        for fund_id, survivor_id, award_id, kind, paid_on, amount_minor in rows
        if paid_on is not None
    ]
