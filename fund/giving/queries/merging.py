"""Donor records that may be one person's, and what stands in each."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from fund.crypto import Unreadable
from fund.errors import NotFound
from fund.giving.donors import Person, open_people, open_person, records_of
from fund.giving.models import LIVE, AnnualStatement, Donor, Gift, Plan
from fund.giving.tax_ids import open_last
from fund.money import Money

MOST_PAIRS = 50
# What more records than this share says nothing about whose they are.
MOST_ALIKE = 10
_PAIRS = text(
    """
    WITH marked AS (
        SELECT DISTINCT coalesce(donor.merged_into_id, donor.id) AS donor_id, kind, mark
        FROM donor_mark JOIN donor ON donor.id = donor_mark.donor_id
    ), shared AS (
        SELECT kind, mark FROM marked
        GROUP BY kind, mark HAVING count(*) BETWEEN 2 AND :most_alike
    ), apart AS (
        SELECT coalesce(one.merged_into_id, one.id) AS one_id,
               coalesce(other.merged_into_id, other.id) AS other_id
        FROM donor_apart
        JOIN donor AS one ON one.id = one_id
        JOIN donor AS other ON other.id = other_id
    )
    SELECT one.donor_id, other.donor_id, array_agg(DISTINCT one.kind)
    FROM shared
    JOIN marked AS one USING (kind, mark)
    JOIN marked AS other USING (kind, mark)
    WHERE one.donor_id < other.donor_id AND NOT EXISTS (
        SELECT FROM apart WHERE (apart.one_id, apart.other_id) IN (
            (one.donor_id, other.donor_id), (other.donor_id, one.donor_id)))
    GROUP BY one.donor_id, other.donor_id
    ORDER BY other.donor_id DESC, one.donor_id DESC
    LIMIT :most
    """
)
# What says most comes first.
KINDS = ("tax_id", "address", "name", "sound")


@dataclass(frozen=True)
class Pair:
    """Two donors who are alike, the one who came first before the other, and in what."""

    one_id: UUID
    one: Person
    other_id: UUID
    other: Person
    kinds: list[str]


@dataclass(frozen=True)
class Record:
    """A donor's record as finance compares it; `tax_id_end` are the last three figures, if any.

    `sums`: what was paid, by currency, from which nothing is taken that went back.
    """

    donor: Donor
    person: Person
    tax_id_end: str
    gift_count: int
    sums: list[Money]
    last_on: date | None
    live_plans: int
    statement_count: int


def list_pairs(session: Session) -> list[Pair]:
    """Who may be one person, newest first; at most so many, the rest once these are decided."""
    found = session.execute(_PAIRS, {"most": MOST_PAIRS, "most_alike": MOST_ALIKE}).all()
    ids = {donor_id for one, other, _ in found for donor_id in (one, other)}
    people = open_people(session, ids)
    return [
        Pair(one, people[one], other, people[other], sorted(kinds, key=KINDS.index))
        for one, other, kinds in found
        if one in people and other in people
    ]


def get_two(session: Session, one_id: UUID, other_id: UUID) -> tuple[Record, Record]:
    """Two different donors' records. Raises NotFound, also for one that was merged or erased."""
    if one_id == other_id:
        raise NotFound
    return _get_record(session, one_id), _get_record(session, other_id)


def _get_record(session: Session, donor_id: UUID) -> Record:
    donor = session.get(Donor, donor_id)
    if donor is None or donor.merged_into_id is not None:
        raise NotFound
    try:
        person, tax_id = open_person(session, donor), open_last(session, donor)
    except Unreadable:
        raise NotFound
    records = records_of(donor_id)
    paid = session.execute(
        select(Gift.currency, func.count(), func.sum(Gift.amount_minor), func.max(Gift.paid_on))
        .where(Gift.donor_id.in_(records), Gift.state == "paid")
        .group_by(Gift.currency)
        .order_by(Gift.currency)
    ).all()
    plans = select(func.count()).where(Plan.donor_id.in_(records), Plan.state.in_(LIVE))
    statements = select(func.count()).where(AnnualStatement.donor_id.in_(records))
    return Record(
        donor=donor,
        person=person,
        tax_id_end=tax_id[-3:],
        gift_count=sum(count for _, count, _, _ in paid),
        sums=[Money(int(total), currency) for currency, _, total, _ in paid],
        last_on=max((last for *_, last in paid if last is not None), default=None),
        live_plans=session.scalars(plans).one(),
        statement_count=session.scalars(statements).one(),
    )
