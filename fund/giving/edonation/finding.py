"""Which receipts the file tells, and which it leaves out and why."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, func, select
from sqlalchemy.orm import Session, aliased

from fund.giving import queries, tax_ids
from fund.giving.donors import open_person
from fund.giving.edonation.columns import STARTING, Line
from fund.giving.models import (
    NAMES_TAX_ID,
    Donor,
    EdonationMapping,
    Gift,
    Receipt,
    ReceiptNumber,
)
from fund.giving.words import open_words
from fund.keys import DataKey
from fund.ledger import queries as ledger
from fund.ledger.models import Office
from fund.money import Money
from fund.permissions import SYSTEM

Query = Select[*tuple[Any, ...]]


@dataclass(frozen=True)
class Totals:
    """How many receipts, and what counts of their gifts."""

    count: int
    amount: Money


@dataclass(frozen=True)
class LeftOut:
    """Gifts of those days that the file does not tell: the bank reported them, their receipts are
    not for taxes, they went back whole, or their donors were forgotten."""

    by_bank: int
    no_tax_receipt: int
    returned: int
    forgotten: int


def list_offices(session: Session, now: datetime) -> list[Office]:
    """The offices whose receipts the Revenue Department is told of."""
    return [
        office
        for office in ledger.list_offices(session)
        if queries.terms_at(session, office, now).names_tax_id
    ]


def find_mapping(session: Session, office: Office) -> EdonationMapping:
    """The columns that hold; those that every office begins with are number 0, and of no row."""
    newest = session.scalar(
        select(EdonationMapping)
        .where(EdonationMapping.office_id == office.id)
        .order_by(EdonationMapping.number.desc())
        .limit(1)
    )
    return newest or EdonationMapping(
        office_id=office.id, number=0, columns=STARTING, entered_by=SYSTEM.label
    )


def list_rows(
    session: Session, office: Office, first_on: date, last_on: date, *, most: int | None = None
) -> Sequence[tuple[Gift, Receipt]]:
    """The receipts to be told, by day and number; nothing sealed is opened."""
    found = _told(select(Gift, Receipt), office, first_on, last_on)
    rows = session.execute(found.order_by(Gift.paid_on, Receipt.number).limit(most))
    return [(gift, receipt) for gift, receipt in rows]


def sum_rows(session: Session, office: Office, first_on: date, last_on: date) -> Totals:
    """The totals of all that is told."""
    total = func.coalesce(func.sum(Receipt.amount_minor), 0)
    sums = _told(select(func.count(), total), office, first_on, last_on)
    count, amount_minor = session.execute(sums).one()
    return Totals(count, Money(int(amount_minor), office.currency))


def sum_left_out(session: Session, office: Office, first_on: date, last_on: date) -> LeftOut:
    """How many gifts of those days are not told, each by the first reason that holds for it."""
    is_for_taxes, is_known = Receipt.kind.in_(NAMES_TAX_ID), DataKey.wrapped.is_not(None)

    def count(*where: ColumnElement[bool]) -> ColumnElement[int]:
        return func.count().filter(*where)

    kept = ~Gift.is_bank_reported & is_for_taxes
    counts = _paid(
        select(
            count(Gift.is_bank_reported.is_(True)),
            count(~Gift.is_bank_reported, ~is_for_taxes),
            count(kept, Receipt.amount_minor == 0),
            count(kept, Receipt.amount_minor > 0, func.coalesce(is_known, False).is_(False)),
        ),
        office,
        first_on,
        last_on,
    )
    return LeftOut(*session.execute(counts).one())


def list_lines(session: Session, office: Office, first_on: date, last_on: date) -> list[Line]:
    """The same receipts, opened: names and tax numbers. That they are read is to be on record."""
    lines = []
    for gift, receipt in list_rows(session, office, first_on, last_on):
        donor = session.get_one(Donor, gift.donor_id)
        company = open_words(session, gift).company
        number = ReceiptNumber(office.receipt_prefix, receipt.year, receipt.number)
        if gift.paid_on is None:
            raise ValueError("only a paid gift has a receipt")
        lines.append(
            Line(
                tax_id=tax_ids.open_of_gift(session, gift, donor),
                name=company or open_person(session, donor).name,
                paid_on=gift.paid_on,
                amount=Money(receipt.amount_minor, gift.currency),
                receipt=str(number),
                office_tax_id=office.tax_ids.get("tax_id", ""),
            )
        )
    return lines


def _told(query: Query, office: Office, first_on: date, last_on: date) -> Query:
    return _paid(query, office, first_on, last_on).where(
        Receipt.kind.in_(NAMES_TAX_ID),
        Receipt.amount_minor > 0,
        ~Gift.is_bank_reported,
        DataKey.wrapped.is_not(None),
    )


def _paid(query: Query, office: Office, first_on: date, last_on: date) -> Query:
    """Gifts paid on those days, each with its last receipt and its donor's key."""
    later = aliased(Receipt)
    return (
        query.select_from(Gift)
        .join(Receipt, Receipt.gift_id == Gift.id)
        .outerjoin(Donor, Donor.id == Gift.donor_id)
        .outerjoin(DataKey, DataKey.id == Donor.key_id)
        .where(
            Gift.office_id == office.id,
            Gift.state == "paid",
            Gift.paid_on.between(first_on, last_on),
            ~exists().where(later.corrects_id == Receipt.id),
        )
    )
