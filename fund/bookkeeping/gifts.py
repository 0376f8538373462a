"""Gifts that came past the give page: by transfer, in cash, by cheque, each with its paper."""

from datetime import date, datetime

from sqlalchemy.orm import Session

from fund.bookkeeping.models import EntryPaper
from fund.bookkeeping.plans import read_amount
from fund.clock import bangkok_day
from fund.errors import Refused
from fund.giving import operations as giving
from fund.giving.models import Gift, GiftPaper
from fund.ledger.models import Fund, Office
from fund.money import Money
from fund.permissions import Actor


def add_gift(
    session: Session,
    paper: EntryPaper,
    *,
    office: Office,
    fund: Fund,
    method: str,
    amount: str,
    received_on: date,
    reference: str,
    email: str,
    name: str,
    language: str,
    actor: Actor,
    now: datetime,
) -> Gift:
    """Record the gift that `paper` shows: booked, receipted and, if there is an address, mailed.

    `amount` is as it was typed, in the office's currency. Raises Denied; Refused as
    `giving.record_bank_gift` and `ledger.post` do, or beside `amount`, `fund`, `received_on`.
    """
    money = Money(read_amount(amount, office.currency, "amount"), office.currency)
    if not fund.is_open:
        raise Refused("fund_closed", field="fund")
    if received_on > bangkok_day(now):
        raise Refused("day_to_come", field="received_on")
    gift = giving.record_bank_gift(
        session,
        office=office,
        fund=fund,
        method=method,
        amount=money,
        received_on=received_on,
        bank_reference=reference,
        email=email,
        name=name,
        language=language,
        actor=actor,
        now=now,
    )
    session.add(GiftPaper(gift_id=gift.id, paper_id=paper.id))
    session.flush()
    return gift
