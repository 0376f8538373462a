"""An office's Stripe balance at the end of a day: by Stripe, by its lines, by the ledger."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import structlog
from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from fund import clock
from fund.db import transaction
from fund.gateways import stripe
from fund.gateways.stripe import Doc
from fund.gateways.stripe_amounts import minor_from_stripe
from fund.ledger import balances
from fund.ledger.models import Account, Office
from fund.ledger.queries import get_office
from fund.settlement.models import BalanceDay, BalanceTransaction, Feed
from fund.settlement.operations import pull_feed

log = structlog.get_logger(__name__)

STRIPE_ROLES = ("stripe_pending", "stripe_available")
TRIES = 3  # if donors give just then, the balance moves between two looks


@dataclass(frozen=True)
class Standing:
    """One currency at the end of a day, in minor units.

    `stripe` is None while Stripe was not asked since. `lines`: all that its lines come to;
    `waiting` of them stand in no journal yet, and `memo` move nothing there. `ledger`: what the
    accounts of the books hold.
    """

    currency: str
    stripe: int | None
    asked_at: datetime | None
    lines: int
    waiting: int
    memo: int
    ledger: int

    @property
    def off_at_stripe(self) -> int:
        """What Stripe has that no line explains."""
        return 0 if self.stripe is None else self.stripe - self.lines

    @property
    def off_in_books(self) -> int:
        """What the lines say that neither the ledger has nor waits to be booked."""
        return self.lines - self.waiting - self.memo - self.ledger


def note_balance(office_code: str, *, now: datetime) -> bool:
    """Ask Stripe for the balance between two looks at its lines; False if it kept moving.

    In the first hour of a day the answer stands for the day before. Raises Unavailable.
    """
    for _ in range(TRIES):
        pull_feed(office_code, now=now)
        told = stripe.retrieve_balance(office_code)
        if not pull_feed(office_code, now=now):
            break
    else:
        log.warning("balance_kept_moving", office=office_code)
        return False
    day = clock.bangkok_day(now - timedelta(hours=1))
    with transaction() as session:
        office = get_office(session, office_code)
        for currency, (available, pending) in _amounts(told).items():
            values = {"available_minor": available, "pending_minor": pending, "taken_at": now}
            row = insert(BalanceDay).values(
                office_id=office.id, day=day, currency=currency, **values
            )
            keys = [BalanceDay.office_id, BalanceDay.day, BalanceDay.currency]
            session.execute(row.on_conflict_do_update(index_elements=keys, set_=values))
    return True


def _amounts(told: Doc) -> dict[str, tuple[int, int]]:
    """Available and pending by currency."""
    found: defaultdict[str, list[int]] = defaultdict(lambda: [0, 0])
    for place, name in enumerate(("available", "pending")):
        for part in told[name]:
            currency = part["currency"].upper()
            found[currency][place] += minor_from_stripe(part["amount"], currency)
    return {currency: (available, pending) for currency, (available, pending) in found.items()}


def standings(session: Session, office: Office, day: date) -> list[Standing]:
    """Each currency of the office's Stripe account at the end of `day`; the office's own first.

    None for an office whose Stripe account, if it has one, was never read.
    """
    if session.get(Feed, office.id) is None:
        return []
    end = clock.midnight(day + timedelta(days=1))
    lines = _sums(session, office, end)
    told = _stripe_at(session, office, end)
    ledger = _ledger_at(session, office, day)
    currencies = sorted(lines.keys() | told.keys() | ledger.keys())
    found = [
        Standing(
            currency,
            told[currency][0] if currency in told else None,
            told[currency][1] if currency in told else None,
            sum(lines.get(currency, {}).values()),
            sum(lines.get(currency, {}).get(state, 0) for state in ("waiting", "unclassified")),
            lines.get(currency, {}).get("memo", 0),
            ledger.get(currency, 0),
        )
        for currency in sorted(currencies, key=lambda one: (one != office.currency, one))
    ]
    return [one for one in found if any((one.stripe, one.lines, one.ledger))]


def list_waiting_lines(session: Session, office: Office, day: date) -> list[BalanceTransaction]:
    """Lines of these days that stand in no journal yet, oldest first."""
    query = (
        select(BalanceTransaction)
        .where(
            BalanceTransaction.office_id == office.id,
            BalanceTransaction.state.in_(["waiting", "unclassified"]),
            BalanceTransaction.happened_at < clock.midnight(day + timedelta(days=1)),
        )
        .order_by(BalanceTransaction.happened_at, BalanceTransaction.id)
    )
    return list(session.scalars(query))


def _sums(session: Session, office: Office, end: datetime) -> dict[str, dict[str, int]]:
    """Net of all lines before `end`, by currency and state."""
    line = BalanceTransaction
    rows = session.execute(
        select(line.currency, line.state, func.sum(line.net_minor))
        .where(line.office_id == office.id, line.happened_at < end)
        .group_by(line.currency, line.state)
    )
    found: defaultdict[str, dict[str, int]] = defaultdict(dict)
    for currency, state, net in rows:
        found[currency][state] = int(net)
    return dict(found)


def _stripe_at(session: Session, office: Office, end: datetime) -> dict[str, tuple[int, datetime]]:
    """Stripe's first answer since `end`, less what its lines moved between; and when it came."""
    answers = session.scalars(
        select(BalanceDay)
        .where(
            BalanceDay.office_id == office.id,
            BalanceDay.taken_at
            == select(func.min(BalanceDay.taken_at))
            .where(BalanceDay.office_id == office.id, BalanceDay.taken_at >= end)
            .scalar_subquery(),
        )
        .order_by(BalanceDay.currency)
    )
    line = BalanceTransaction
    found = {}
    for answer in answers:
        since = select(func.coalesce(func.sum(line.net_minor), 0)).where(
            line.office_id == office.id,
            line.currency == answer.currency,
            line.happened_at >= end,
            line.happened_at <= answer.taken_at,
        )
        moved = int(session.scalars(since).one())
        total = answer.available_minor + answer.pending_minor - moved
        found[answer.currency] = (total, answer.taken_at)
    return found


def _ledger_at(session: Session, office: Office, day: date) -> dict[str, int]:
    totals = balances.totals_at(session, day)
    accounts = session.scalars(
        select(Account).where(Account.office_id == office.id, Account.role.in_(STRIPE_ROLES))
    )
    found: defaultdict[str, int] = defaultdict(int)
    for account in accounts:
        debits, credits_ = totals.get(account.id, (0, 0))
        found[account.currency] += debits - credits_
    return dict(found)


@dataclass(frozen=True)
class Unlike:
    """A line that Stripe and we tell differently: `line_missing` here, `line_unknown` there, or
    `line_changed`; `amount_minor` is by how much Stripe's net is more."""

    kind: str
    transaction: str
    happened_on: date
    amount_minor: int
    currency: str


def compare_lines(
    session: Session, office: Office, docs: Sequence[Doc], day: date
) -> Iterator[Unlike]:
    """What differs between Stripe's whole list `docs` and the lines kept, to the end of `day`."""
    end = clock.midnight(day + timedelta(days=1))
    line = BalanceTransaction
    kept = {
        row.id: row
        for row in session.scalars(
            select(line).where(line.office_id == office.id, line.happened_at < end)
        )
    }
    for doc in docs:
        if doc["created"] >= end.timestamp():
            continue
        currency = doc["currency"].upper()
        net = minor_from_stripe(doc["net"], currency)
        row = kept.pop(doc["id"], None)
        on = clock.bangkok_day(datetime.fromtimestamp(doc["created"], clock.BANGKOK))
        if row is None:
            yield Unlike("line_missing", doc["id"], on, net, currency)
        elif (row.net_minor, row.currency) != (net, currency):
            yield Unlike("line_changed", doc["id"], on, net - row.net_minor, currency)
    for row in kept.values():
        yield Unlike("line_unknown", row.id, row.happened_on, -row.net_minor, row.currency)
