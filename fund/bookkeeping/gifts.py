"""Gifts that came past the give page: by transfer, in cash, by cheque, each with its paper."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy.orm import Session

from fund.bookkeeping.models import BookEntry, EntryPaper
from fund.bookkeeping.plans import read_amount
from fund.clock import bangkok_day
from fund.errors import Refused
from fund.giving import operations as giving
from fund.giving.models import Gift, GiftPaper
from fund.ledger.models import Fund, Journal, Office
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
    tax_id: str,
    is_bank_reported: bool,
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
        tax_id=tax_id,
        is_bank_reported=is_bank_reported,
        actor=actor,
        now=now,
    )
    session.add(GiftPaper(gift_id=gift.id, paper_id=paper.id))
    session.flush()
    return gift


def take_back(session: Session, entry: BookEntry, *, actor: Actor, now: datetime) -> None:
    """A reversal of a gift's journal takes the gift back too, and its receipt; a reversal of that
    one lets both stand again. Other reversals concern no gift."""
    steps, journal_id = 0, entry.reverses_id
    kind = key = None
    while journal_id is not None:
        journal = session.get_one(Journal, journal_id)
        kind, key, journal_id = journal.kind, journal.idempotency_key, journal.reverses_id
        steps += 1
    if kind != "gift_to_bank" or key is None:
        return
    gift = session.get_one(Gift, UUID(key))
    is_back = steps % 2 == 1
    giving.record_return(
        session,
        gift,
        kind="reversal" if is_back else "restored",
        source=f"entry:{entry.id}",
        amount_minor=gift.amount_minor if is_back else -gift.amount_minor,
        happened_on=entry.effective_on,
        actor=actor,
        now=now,
    )
