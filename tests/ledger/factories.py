"""Offices, funds and money for tests, made by the operations themselves."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from fund.clock import bangkok_day
from fund.ids import new_id
from fund.ledger import journals, operations, verification
from fund.ledger.models import Fund, Office
from fund.permissions import SYSTEM

WHEN = datetime(2026, 1, 5, 3, 0, tzinfo=UTC)

OFFICES: dict[str, dict[str, Any]] = {
    "th": {
        "legal_name": "LIFT Practice Foundation",
        "country": "TH",
        "currency": "THB",
        "timezone": "Asia/Bangkok",
        "address": "1 Practice Road, Chiang Mai 50000",
        "tax_ids": {"tax_id": "0000000000000"},
        "stripe_account_id": None,
        "receipt_kind": "thai_donation",
        "methods": ["promptpay_qr", "bank_transfer"],
        "receipt_prefix": "TH",
    },
    "nz": {
        "legal_name": "LIFT Practice Trust",
        "country": "NZ",
        "currency": "NZD",
        "timezone": "Pacific/Auckland",
        "address": "1 Practice Street, Wellington 6011",
        "tax_ids": {"charity_number": "CC00000"},
        "stripe_account_id": "acct_practice_nz",
        "receipt_kind": "nz_donation",
        "methods": ["card"],
        "receipt_prefix": "NZ",
    },
    "us": {
        "legal_name": "Practice Friends of LIFT, Inc.",
        "country": "US",
        "currency": "USD",
        "timezone": "America/New_York",
        "address": "1 Practice Avenue, Springfield, IL 62701",
        "tax_ids": {"ein": "00-0000000"},
        "stripe_account_id": "acct_practice_us",
        "receipt_kind": "us_501c3",
        "methods": ["card"],
        "receipt_prefix": "US",
    },
}
FUNDS: dict[str, dict[str, Any]] = {
    "general": {
        "name_en": "Where needed most",
        "name_th": "ช่วยในส่วนที่จำเป็นที่สุด",
        "restriction": "none",
        "purpose": None,
    },
    "education": {
        "name_en": "Education",
        "name_th": "การศึกษา",
        "restriction": "purpose",
        "purpose": "education",
    },
    "vocational": {
        "name_en": "Vocational training",
        "name_th": "การฝึกอาชีพ",
        "restriction": "purpose",
        "purpose": "vocational",
    },
}


def make_office(session: Session, code: str = "th", **changes: Any) -> Office:
    """The office `th` (THB, no Stripe), `nz` or `us` (with Stripe), opened unless it is there."""
    found = session.scalar(select(Office).where(Office.code == code))
    if found:
        return found
    values = OFFICES[code] | changes
    return session.get_one(
        Office, operations.open_office(session, code=code, **values, actor=SYSTEM, now=WHEN)
    )


def make_fund(session: Session, code: str = "general", **changes: Any) -> Fund:
    """The fund `general`, `education`, `vocational` or another one, opened unless it is there."""
    found = session.scalar(select(Fund).where(Fund.code == code))
    if found:
        return found
    values = FUNDS.get(code, FUNDS["general"]) | changes
    return session.get_one(
        Fund, operations.open_fund(session, code=code, **values, actor=SYSTEM, now=WHEN)
    )


def give_cash(session: Session, fund: Fund, amount_minor: int, *, now: datetime = WHEN) -> UUID:
    """A gift of THB straight to the Thai office's bank; the journal's id."""
    book = journals.Book.load(session, fund.id, make_office(session, "th").id, "THB")
    draft = journals.gift_to_bank(book, new_id(), bangkok_day(now), amount_minor)
    return operations.post(session, [draft], actor=SYSTEM, now=now)[0]


def close_until(session: Session, last_on: date, *, now: datetime) -> UUID:
    """Close all days up to `last_on`; the period's id."""
    period_id = operations.open_period(session, last_on, actor=SYSTEM, now=now)
    operations.begin_closing(session, period_id, actor=SYSTEM, now=now)
    operations.close_period(
        session, period_id, reason="Arranged.", unreconciled=[], actor=SYSTEM, now=now
    )
    return period_id


def wrong(session: Session) -> list[verification.Finding]:
    """What the check finds, but that facts were booked without the entry that some need."""
    found = verification.verify(session)
    return [finding for finding in found if finding.kind != "journal_without_entry"]
