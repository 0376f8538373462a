"""An office's money at Stripe and at its banks on one day, and each difference by itself."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import Select, and_, func, select
from sqlalchemy.orm import Session, contains_eager

from fund.banking.models import BankAccount, BankLine, BankMatch, BankStatement
from fund.banking.targets import NEAR, Target, booked_without_line
from fund.ledger import balances
from fund.ledger.models import Account, Journal, Office
from fund.ledger.operations import Unreconciled
from fund.ledger.queries import list_offices
from fund.money import CURRENCIES, Money
from fund.settlement.models import Explanation
from fund.settlement.reconciliation.balance import Standing, list_waiting_lines, standings
from fund.settlement.reconciliation.explaining import list_explanations
from fund.settlement.reconciliation.payouts import PayoutLines, list_payouts

# What the list of a period names by itself.
NAMED_BY_PERIODS = frozenset({"line_waiting", "payout_late"})
# A payout that no bank shows after so many days is no longer on its way.
LATEST_ARRIVAL = timedelta(days=7)


@dataclass(frozen=True)
class Difference:
    """`kind` and `thing` name it; `endpoint` and `values` lead to where it can be seen.

    `explanation` is why the treasurer lets it stand.
    """

    kind: str
    thing: str
    on: date
    amount: Money
    endpoint: str
    values: dict[str, object] = field(default_factory=dict)
    explanation: Explanation | None = None

    @property
    def name(self) -> tuple[str, str, int, str]:
        return (self.kind, self.thing, self.amount.amount_minor, self.amount.currency)


@dataclass(frozen=True)
class BankStanding:
    """The office's banks at the end of a day, in minor units of its currency.

    `told` is what the last statements say; None where none does. What of it is not in the books:
    `open` and `aside` lines. `unseen`: booked in the statements' days and on no line. `timing`:
    matched, but on the other side of this day's end there. `before`: by how much bank and books
    differed when the statements begin.
    """

    told: int | None
    told_on: date | None
    books: int
    open: int
    aside: int
    timing: int
    unseen: int
    before: int

    @property
    def rest(self) -> int:
        """What none of that explains: a statement is missing, or a line was told twice."""
        if self.told is None:
            return 0
        known = self.open + self.aside + self.timing - self.unseen + self.before
        return self.told - self.books - known


@dataclass(frozen=True)
class PayoutAtBank:
    """A payout, its lines, and what lines of the bank say of it."""

    lines: PayoutLines
    line_ids: tuple[UUID, ...]


@dataclass(frozen=True)
class Reconciliation:
    """All of it for one office and day."""

    office: Office
    day: date
    stripe: list[Standing]
    payouts: list[PayoutAtBank]
    bank: BankStanding | None
    differences: list[Difference]

    @property
    def unexplained(self) -> list[Difference]:
        return [found for found in self.differences if found.explanation is None]


def reconcile(session: Session, office: Office, day: date) -> Reconciliation:
    """What Stripe, the banks and the books say at the end of `day`, from what is kept here."""
    stripe = [one for one in standings(session, office, day) if one.currency in CURRENCIES]
    payouts = _at_bank(session, office, list_payouts(session, office, day))
    bank = bank_standing(session, office, day)
    found = [
        *_at_stripe(session, office, day, stripe),
        *_of_payouts(payouts, day),
        *_of_bank(session, office, day, bank),
    ]
    explained = list_explanations(session, office.id)
    return Reconciliation(
        office,
        day,
        stripe,
        payouts,
        bank,
        [Difference(**(vars(one) | {"explanation": explained.get(one.name)})) for one in found],
    )


def list_open_at(session: Session, last_on: date) -> list[Unreconciled]:
    """What a period that ends then finds open, besides what its own list names."""
    return [
        Unreconciled("difference", office.code, one.amount.amount_minor, one.amount.currency)
        for office in list_offices(session)
        for one in reconcile(session, office, last_on).unexplained
        if one.kind not in NAMED_BY_PERIODS
    ]


def _at_stripe(
    session: Session, office: Office, day: date, stripe: list[Standing]
) -> Iterator[Difference]:
    for one in stripe:
        if one.off_at_stripe:
            amount = Money(one.off_at_stripe, one.currency)
            yield Difference("stripe_lines", one.currency, day, amount, "settlement.inbox")
        if one.off_in_books:
            amount = Money(one.off_in_books, one.currency)
            yield Difference("lines_ledger", one.currency, day, amount, "ledger.balances")
    for line in list_waiting_lines(session, office, day):
        yield Difference("line_waiting", line.id, line.happened_on, line.net, "settlement.inbox")


def _of_payouts(payouts: list[PayoutAtBank], day: date) -> Iterator[Difference]:
    for one in payouts:
        payout = one.lines.payout
        name = payout.source_id or payout.id
        if one.lines.off_minor:
            amount = Money(one.lines.off_minor, payout.currency)
            yield Difference("payout_sum", name, payout.happened_on, amount, "settlement.inbox")
        is_late = payout.happened_on + LATEST_ARRIVAL < day
        if is_late and payout.arrived_on is None and not one.lines.came_back:
            yield Difference(
                "payout_late", name, payout.happened_on, -payout.net, "settlement.inbox"
            )


def _of_bank(
    session: Session, office: Office, day: date, bank: BankStanding | None
) -> Iterator[Difference]:
    if bank is None:
        return
    lines = session.scalars(
        select(BankLine)
        .join(BankLine.account)
        .where(
            BankAccount.office_id == office.id,
            BankLine.state == "open",
            BankLine.booked_on <= day,
        )
        .options(contains_eager(BankLine.account).joinedload(BankAccount.office))
        .order_by(BankLine.booked_on, BankLine.id)
    )
    for line in lines:
        values: dict[str, object] = {"line_id": line.id}
        yield Difference(
            "bank_line", str(line.id), line.booked_on, line.amount, "banking.line_show", values
        )
    for target in _unseen(session, office, day):
        if bank.told_on and target.on + NEAR < bank.told_on:  # the bank may still show it
            amount = Money(target.amount_minor, office.currency)
            values = {"journal_id": target.journal_id}
            yield Difference(
                "not_at_bank", target.key, target.on, amount, "ledger.journal_show", values
            )
    if bank.rest:
        amount = Money(bank.rest, office.currency)
        yield Difference("statement_gap", office.code, day, amount, "banking.statement_list")
    if bank.before:
        first_on = _begin(session, office) or day
        amount = Money(bank.before, office.currency)
        yield Difference("before", office.code, first_on, amount, "banking.statement_list")


def _at_bank(session: Session, office: Office, payouts: list[PayoutLines]) -> list[PayoutAtBank]:
    keys = [f"{one.payout.source_id}:arrived" for one in payouts]
    rows = session.execute(
        select(Journal.idempotency_key, BankMatch.line_id)
        .join(BankMatch, and_(BankMatch.journal_id == Journal.id, BankMatch.undone_at.is_(None)))
        .where(Journal.source == f"stripe:{office.code}", Journal.idempotency_key.in_(keys))
    ).all()
    return [
        PayoutAtBank(one, tuple(line_id for key, line_id in rows if key == name))
        for one, name in zip(payouts, keys, strict=True)
    ]


def bank_standing(session: Session, office: Office, day: date) -> BankStanding | None:
    """The office's banks at the end of `day`; None before any statement was recorded."""
    begin = _begin(session, office)
    if begin is None or begin > day:
        return None
    last = _last_statements(session, office, day)
    days = [one.last_on for one in last if one.last_on]
    sums = _line_sums(session, office, day)
    return BankStanding(
        told=sum(one.closing_minor or 0 for one in last) if last else None,
        told_on=min(days, default=None),
        books=_books_at(session, office, day),
        open=sums.get("open", 0),
        aside=sums.get("ignored", 0),
        timing=sums.get("matched", 0) - _booked_of_matches(session, office, begin, day),
        unseen=sum(target.amount_minor for target in _unseen(session, office, day)),
        before=_opening(session, office) - _books_at(session, office, begin - timedelta(days=1)),
    )


def _unseen(session: Session, office: Office, day: date) -> list[Target]:
    begin = _begin(session, office)
    if begin is None:
        return []
    return booked_without_line(session, office, begin, day, booked_by=day)


def _statements(office: Office) -> Select[BankStatement]:
    return (
        select(BankStatement)
        .join(BankAccount, BankAccount.id == BankStatement.account_id)
        .where(BankAccount.office_id == office.id, BankStatement.state == "recorded")
        .order_by(BankStatement.last_on, BankStatement.id)
    )


def _begin(session: Session, office: Office) -> date | None:
    """The first day that a statement of the office tells of."""
    query = _statements(office).order_by(None).order_by(BankStatement.first_on).limit(1)
    first = session.scalars(query).one_or_none()
    return first.first_on if first else None


def _last_statements(session: Session, office: Office, day: date) -> list[BankStatement]:
    """Of each account the last one up to `day` that tells a balance."""
    found = session.scalars(
        _statements(office).where(
            BankStatement.closing_minor.is_not(None), BankStatement.last_on <= day
        )
    )
    return list({one.account_id: one for one in found}.values())


def _opening(session: Session, office: Office) -> int:
    """What the accounts held when their statements begin."""
    first: dict[UUID, int] = {}
    for one in session.scalars(_statements(office).where(BankStatement.opening_minor.is_not(None))):
        first.setdefault(one.account_id, one.opening_minor or 0)
    return sum(first.values())


def _line_sums(session: Session, office: Office, day: date) -> dict[str, int]:
    """What the lines up to `day` come to, by state."""
    rows = session.execute(
        select(BankLine.state, func.sum(BankLine.amount_minor))
        .join(BankAccount, BankAccount.id == BankLine.account_id)
        .where(BankAccount.office_id == office.id, BankLine.booked_on <= day)
        .group_by(BankLine.state)
    )
    return {state: int(amount) for state, amount in rows}


def _booked_of_matches(session: Session, office: Office, begin: date, day: date) -> int:
    """What of the matched journals is in the books by then, of those since the statements begin."""
    told = session.scalar(
        select(func.coalesce(func.sum(BankMatch.amount_minor), 0))
        .join(BankLine, BankLine.id == BankMatch.line_id)
        .join(BankAccount, BankAccount.id == BankLine.account_id)
        .join(Journal, Journal.id == BankMatch.journal_id)
        .where(
            BankAccount.office_id == office.id,
            BankMatch.undone_at.is_(None),
            Journal.effective_on.between(begin, day),
        )
    )
    return int(told or 0)


def _books_at(session: Session, office: Office, day: date) -> int:
    totals = balances.totals_at(session, day)
    accounts = session.scalars(
        select(Account.id).where(
            Account.office_id == office.id,
            Account.role == "bank",
            Account.currency == office.currency,
        )
    )
    held = [totals.get(account_id, (0, 0)) for account_id in accounts]
    return sum(debits - credits_ for debits, credits_ in held)
