"""What a line of a bank may be: facts in the books without a line, and facts that wait for one."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Select,
    Subquery,
    and_,
    case,
    cast,
    exists,
    func,
    literal,
    or_,
    select,
)
from sqlalchemy import String as Text
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from fund import clock
from fund.banking.models import BankAccount, BankLine, BankMatch
from fund.disbursements.models import Payment, Run
from fund.giving.models import Gift
from fund.ledger.journals import GIFTS, PAYMENTS
from fund.ledger.models import Account, Journal, Office, Transfer
from fund.settlement.models import BalanceTransaction

# How far a bank's day may be from the day in the books, or behind the day on which money left.
NEAR = timedelta(days=5)
ARRIVES_WITHIN = timedelta(days=10)
RETURNS_WITHIN = timedelta(days=90)
# What began the books has no line.
WITHOUT_LINE = ("opening_balance",)
SHORTEST_REFERENCE = 6


@dataclass(frozen=True)
class Target:
    """`kind` and `key` name it: a journal (`booked`), a payout by its balance transaction, a
    payment that was sent, or the `return` of one that was paid.

    `amount_minor` is what of it has no line yet, in is positive; `on`: its day, from which a line
    may be `early` or `late`. `references`: by what the bank's words may name it.
    """

    kind: str
    key: str
    amount_minor: int
    on: date
    what: str
    early: timedelta
    late: timedelta
    references: tuple[str, ...] = ()
    journal_id: UUID | None = None

    @property
    def token(self) -> str:
        """How a form names it."""
        return f"{self.kind}:{self.key}"

    def is_near(self, day: date) -> bool:
        return self.on - self.early <= day <= self.on + self.late

    def is_named_in(self, words: str) -> bool:
        """Whether the bank's words, as `plain` writes them, name it."""
        return any(reference in words for reference in self.references)


def plain(text: str) -> str:
    """Capitals and figures only: banks break references up, and write them small or large."""
    return re.sub(r"[^0-9A-Z]", "", text.upper())


def list_targets(session: Session, office: Office, first_on: date, last_on: date) -> list[Target]:
    """Everything that lines of the office's banks between these days may be, oldest first."""
    found = [
        *booked_without_line(session, office, first_on - ARRIVES_WITHIN, last_on + NEAR),
        *_payouts(session, office, last_on),
        *_sent_payments(session, office, last_on),
        *_paid_payments(session, office, first_on, last_on),
    ]
    return sorted(found, key=lambda target: (target.on, target.token))


def booked_without_line(
    session: Session,
    office: Office,
    first_on: date,
    last_on: date,
    *,
    booked_by: date | None = None,
) -> list[Target]:
    """Journals of these days that moved money at the office's bank, each with what no line says.

    Only what is in the books by the end of `booked_by`, if that is given. What was reversed, and
    its reversal, need no line.
    """
    moved = _moved(office, first_on, last_on, booked_by)
    told = _told(office)
    rest = moved.c.moved - func.coalesce(told.c.told, 0)
    taken_back = aliased(Journal)
    rows = session.execute(
        select(Journal, rest.label("rest"), Payment, Gift.bank_reference, Gift.payment_reference)
        .join(moved, moved.c.journal_id == Journal.id)
        .outerjoin(told, told.c.journal_id == Journal.id)
        .outerjoin(Payment, _is_of(PAYMENTS, Payment.id))
        .outerjoin(Gift, _is_of(GIFTS, Gift.id))
        .where(
            rest != 0,
            Journal.kind.not_in(WITHOUT_LINE),
            or_(Journal.reverses_id.is_(None), Journal.kind != "reversal"),
            ~exists().where(taken_back.reverses_id == Journal.id, taken_back.kind == "reversal"),
        )
    )
    return [
        Target(
            "booked",
            str(journal.id),
            int(rest_minor),
            journal.occurred_on,
            journal.kind,
            NEAR,
            NEAR,
            tuple(_references(journal, payment, gift_references)),
            journal.id,
        )
        for journal, rest_minor, payment, *gift_references in rows
    ]


def _moved(office: Office, first_on: date, last_on: date, booked_by: date | None) -> Subquery:
    """Of each journal of these days: what it moved at the office's bank, over all funds."""
    is_in = Account.id == Transfer.debit_account_id
    moved = func.sum(case((is_in, Transfer.amount_minor), else_=-Transfer.amount_minor))
    query = (
        select(Transfer.journal_id, moved.label("moved"))
        .join(Journal, Journal.id == Transfer.journal_id)
        .join(
            Account,
            and_(
                or_(is_in, Account.id == Transfer.credit_account_id),
                Account.role == "bank",
                Account.office_id == office.id,
                Account.currency == office.currency,
            ),
        )
        .where(
            # Booked later than it happened at most: the first is indexed, the second is the day.
            Journal.effective_on >= first_on,
            Journal.occurred_on.between(first_on, last_on),
        )
        .group_by(Transfer.journal_id)
        .having(moved != 0)
    )
    if booked_by is not None:
        query = query.where(Journal.effective_on <= booked_by)
    return query.subquery()


def _told(office: Office) -> Subquery:
    """Of each journal: what lines of this office say of it."""
    return (
        select(BankMatch.journal_id, func.sum(BankMatch.amount_minor).label("told"))
        .join(BankLine, BankLine.id == BankMatch.line_id)
        .join(BankAccount, BankAccount.id == BankLine.account_id)
        .where(
            BankMatch.undone_at.is_(None),
            BankMatch.journal_id.is_not(None),
            BankAccount.office_id == office.id,
        )
        .group_by(BankMatch.journal_id)
        .subquery()
    )


def _is_of(source: str, row_id: InstrumentedAttribute[UUID]) -> ColumnElement[bool]:
    """Whether the journal's key begins with this row's id."""
    key = func.split_part(Journal.idempotency_key, literal(":"), 1)
    return and_(Journal.source == source, key == cast(row_id, Text))


def _references(
    journal: Journal, payment: Payment | None, gift_references: Sequence[str | None]
) -> Iterator[str]:
    told = [journal.idempotency_key.split(":")[0], *(found or "" for found in gift_references)]
    if payment is not None:
        told = [payment.reference, payment.bank_reference or ""]
    yield from _long_enough(told)


def _long_enough(references: Iterable[str]) -> Iterator[str]:
    for reference in map(plain, references):
        if len(reference) >= SHORTEST_REFERENCE:
            yield reference


def _payouts(session: Session, office: Office, last_on: date) -> Iterator[Target]:
    """Left Stripe, and not found at the bank yet."""
    rows = session.scalars(
        select(BalanceTransaction).where(
            BalanceTransaction.category == "payout",
            BalanceTransaction.state == "posted",
            BalanceTransaction.arrived_on.is_(None),
            BalanceTransaction.office_id == office.id,
            BalanceTransaction.happened_at < clock.midnight(last_on + timedelta(days=1)),
        )
    )
    for row in rows:
        yield Target(
            "payout",
            row.id,
            -row.net_minor,
            clock.bangkok_day(row.happened_at),
            "payout_arrived",
            timedelta(0),
            ARRIVES_WITHIN,
            tuple(_long_enough([row.source_id or ""])),
        )


def _payments(office: Office) -> Select[Payment]:
    query = select(Payment).join(Run, Run.id == Payment.run_id)
    return query.where(Run.office_id == office.id)


def _sent_payments(session: Session, office: Office, last_on: date) -> Iterator[Target]:
    """Handed to the bank, and not shown by it yet."""
    if office.currency != "THB":
        return
    query = _payments(office).where(
        Payment.state == "sent", Run.sent_at < clock.midnight(last_on + timedelta(days=1))
    )
    for row in session.scalars(query):
        sent_at = row.run.sent_at
        if sent_at is not None:
            yield Target(
                "payment",
                str(row.id),
                -row.amount_minor,
                clock.bangkok_day(sent_at),
                "payment_confirmed",
                timedelta(0),
                ARRIVES_WITHIN,
                (row.reference,),
            )


def _paid_payments(
    session: Session, office: Office, first_on: date, last_on: date
) -> Iterator[Target]:
    """Shown by the bank some time ago: one of them may come back."""
    query = _payments(office).where(
        Payment.state == "paid", Payment.paid_on.between(first_on - RETURNS_WITHIN, last_on)
    )
    for row in session.scalars(query):
        if row.paid_on is not None:
            yield Target(
                "return",
                str(row.id),
                row.amount_minor,
                row.paid_on,
                "payment_returned",
                timedelta(0),
                RETURNS_WITHIN,
                (row.reference,),
            )


def by_token(targets: Sequence[Target]) -> dict[str, Target]:
    """The targets by how a form names them."""
    return {target.token: target for target in targets}
