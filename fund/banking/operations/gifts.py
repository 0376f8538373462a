"""Gifts by PromptPay in a statement: the donor waits, so they are settled as it is recorded."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from fund.banking.models import BankLine
from fund.banking.operations.steps import Step, finish, name_of
from fund.banking.targets import plain
from fund.giving import pledges
from fund.giving.models import Gift
from fund.giving.offices import PROMPTPAY
from fund.ledger import journals
from fund.permissions import Actor


def settle_gifts(
    session: Session,
    lines: Sequence[tuple[BankLine, str]],
    *,
    actor: Actor,
    now: datetime,
) -> int:
    """Settle each gift whose reference one of these new lines has, with its exact amount; how many.

    `lines`: each with what the bank wrote. What is not that clear stays open for the treasurer.
    """
    came_in = [(line, plain(text)) for line, text in lines if line.amount_minor > 0]
    if not came_in:
        return 0
    office = came_in[0][0].account.office
    waiting = session.execute(
        select(Gift.payment_reference, Gift.amount_minor).where(
            Gift.office_id == office.id,
            Gift.method == PROMPTPAY,
            Gift.state != "paid",
            Gift.currency == office.currency,
            Gift.amount_minor.in_({line.amount_minor for line, _ in came_in}),
        )
    ).all()
    steps = []
    for line, words in sorted(came_in, key=lambda found: found[0].position):
        named = [
            reference
            for reference, amount in waiting
            if reference and amount == line.amount_minor and plain(reference) in words
        ]
        if len(named) == 1 and (step := _settle(session, line, named[0], actor, now)):
            steps.append(step)
    finish(session, steps, actor, now)
    return len(steps)


def _settle(
    session: Session, line: BankLine, reference: str, actor: Actor, now: datetime
) -> Step | None:
    office = line.account.office
    gift = pledges.settle_by_bank(
        session,
        office_id=office.id,
        reference=reference,
        amount=line.amount,
        booked_on=line.booked_on,
        line_reference=name_of(line),
        actor=actor,
        now=now,
    )
    if gift is None:
        return None
    book = journals.Book.load(session, gift.fund_id, office.id, office.currency)
    draft = journals.gift_to_bank(book, gift.id, line.booked_on, line.amount_minor)
    return Step(line, "gift", line.amount_minor, "reference", draft=draft)
