"""Every read of entries, of awards of before, and of what the pages offer to choose."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session, selectinload

from fund import i18n
from fund.bookkeeping import plans
from fund.bookkeeping.choices import KINDS
from fund.bookkeeping.models import ALONE, BookEntry
from fund.db import PAGE, Page, page_of
from fund.errors import NotFound
from fund.i18n import N_
from fund.ledger import queries as ledger
from fund.ledger.choices import ROLE_NAMES
from fund.ledger.journals import Booked
from fund.ledger.models import (
    CHANGE_MINOR,
    Account,
    BalanceShard,
    Commitment,
    CommitmentEvent,
    Fund,
    Office,
    Rate,
)
from fund.money import THB, Money, baht, translate
from fund.permissions import Actor, Permission
from fund.waiting import Waiting


@dataclass(frozen=True)
class Line:
    """One transfer as it will be booked: the accounts' roles (msgids), fund, office, amount."""

    fund: Fund
    debit_name: str
    credit_name: str
    debit_office: str
    credit_office: str
    amount: Money


@dataclass(frozen=True)
class AwardOfBefore:
    """A grant promised before these books began, and what is still held for it."""

    entry: BookEntry
    fund: Fund
    left: Money


@dataclass(frozen=True)
class Outcome:
    """What an exchange came to in baht, at finance's rates of its day."""

    given: Money
    taken: Money

    @property
    def gain(self) -> Money:
        return self.taken - self.given


def get_entry(session: Session, entry_id: UUID) -> BookEntry:
    """With its paper. Raises NotFound."""
    entry = session.get(BookEntry, entry_id, options=[selectinload(BookEntry.paper)])
    if entry is None:
        raise NotFound
    return entry


def list_entries(session: Session, *, before: UUID | None = None) -> Page[BookEntry]:
    """Newest first; `before` is the last id seen. Those that undo a list stand on its page."""
    alone = select(BookEntry).where(BookEntry.gift_import_id.is_(None))
    return Page(session.scalars(page_of(alone, BookEntry.id, before)))


def list_lines(session: Session, entry: BookEntry) -> list[Line]:
    """The transfers that the entry comes to, from what was proposed."""
    journal = entry.said["journal"]
    if journal is None:
        return []
    return _lines(session, [(UUID(to), UUID(of), int(n)) for to, of, n in journal["transfers"]])


def list_booked_lines(session: Session, journal_id: UUID) -> list[Line]:
    """The transfers of a journal that is to be reversed. Raises NotFound."""
    entries = Booked.load(session, journal_id).entries
    return _lines(session, [(e.debit.id, e.credit.id, e.amount_minor) for e in entries])


def _lines(session: Session, transfers: Sequence[tuple[UUID, UUID, int]]) -> list[Line]:
    ids = {account for debit, credit, _ in transfers for account in (debit, credit)}
    rows = session.execute(
        select(Account, Fund, func.coalesce(Office.code, "").label("office"))
        .join(Fund, Fund.id == Account.fund_id)
        .outerjoin(Office, Office.id == Account.office_id)
        .where(Account.id.in_(ids))
    )
    known = {row.Account.id: row for row in rows}
    return [
        Line(
            known[debit].Fund,
            ROLE_NAMES[known[debit].Account.role],
            ROLE_NAMES[known[credit].Account.role],
            known[debit].office,
            known[credit].office,
            Money(amount, known[debit].Account.currency),
        )
        for debit, credit, amount in transfers
    ]


def amounts_of(session: Session, entries: Sequence[BookEntry]) -> dict[UUID, Money]:
    """What each entry is about, by its id: its first line, or what it holds or frees."""
    firsts = {e.id: e.said["journal"]["transfers"][0] for e in entries if e.said["journal"]}
    ids = {UUID(debit) for debit, _, _ in firsts.values()}
    rows = session.execute(select(Account.id, Account.currency).where(Account.id.in_(ids)))
    currencies = {row.id: row.currency for row in rows}
    return {
        entry.id: Money(int(firsts[entry.id][2]), currencies[UUID(firsts[entry.id][0])])
        if entry.id in firsts
        else baht(entry.said["plan"]["amount_minor"])
        for entry in entries
    }


def find_outcome(session: Session, entry: BookEntry) -> Outcome | None:
    """What was gained or lost by an exchange; None for another kind, or without both rates."""
    if entry.kind != "exchange":
        return None
    rates = ledger.rates_at(session, entry.effective_on)
    given, taken = (
        Money(int(amount), _currency_of(session, debit))
        for debit, _, amount in entry.said["journal"]["transfers"]
    )
    if not {given.currency, taken.currency} <= rates.keys():
        return None
    return Outcome(*(translate(money, rates[money.currency]) for money in (given, taken)))


def _currency_of(session: Session, account_id: str) -> str:
    return session.get_one(Account, UUID(account_id)).currency


def list_awards_of_before(session: Session) -> list[AwardOfBefore]:
    """Those that were taken over, newest first, with what is left of each."""
    rows = session.execute(
        select(BookEntry, Fund, func.sum(CHANGE_MINOR).label("left"))
        .join(Commitment, Commitment.award_id == BookEntry.id)
        .join(Fund, Fund.id == Commitment.fund_id)
        .join(CommitmentEvent, CommitmentEvent.commitment_id == Commitment.id)
        .where(BookEntry.kind == "opening_award", BookEntry.state == "booked")
        .group_by(BookEntry.id, Fund.id)
        .order_by(BookEntry.id.desc())
    )
    return [AwardOfBefore(row.BookEntry, row.Fund, baht(int(row.left))) for row in rows]


def get_award_of_before(session: Session, entry_id: UUID) -> AwardOfBefore:
    """Raises NotFound."""
    found = [award for award in list_awards_of_before(session) if award.entry.id == entry_id]
    if not found:
        raise NotFound
    return found[0]


def list_accounts(session: Session, fund: Fund) -> list[tuple[Account, str]]:
    """The fund's accounts that a manual journal may move, each with its office's code."""
    rows = session.execute(
        select(Account, func.coalesce(Office.code, "").label("office"))
        .outerjoin(Office, Office.id == Account.office_id)
        .where(Account.fund_id == fund.id, Account.role.not_in(plans.NOT_BY_HAND))
        .order_by(Account.currency != THB, Account.currency, Account.code)
    )
    return [(row.Account, row.office) for row in rows]


def list_tax_owed(session: Session) -> list[tuple[Fund, Office, Money]]:
    """What each fund owes as tax at each office, where it owes any."""
    owed = func.sum(BalanceShard.credits - BalanceShard.debits)
    rows = session.execute(
        select(Fund, Office, owed.label("owed"), Account.currency)
        .join(Account, Account.fund_id == Fund.id)
        .join(Office, Office.id == Account.office_id)
        .join(BalanceShard, BalanceShard.account_id == Account.id)
        .where(Account.role == "tax_payable")
        .group_by(Fund.id, Office.id, Account.currency)
        .having(owed != 0)
        .order_by(Fund.id, Office.id)
    )
    return [(row.Fund, row.Office, Money(int(row.owed), row.currency)) for row in rows]


def list_rates(session: Session, *, before: UUID | None = None) -> Page[Rate]:
    """Every rate as it was entered, newest first; `before` is the last id seen."""
    return Page(session.scalars(page_of(select(Rate), Rate.id, before)))


def foreign_currencies(session: Session) -> list[str]:
    """The currencies besides baht in which an office holds money."""
    query = select(Office.currency).where(Office.currency != THB).distinct()
    return sorted(session.scalars(query))


def list_waiting(session: Session, actor: Actor, *, now: datetime) -> list[Waiting]:  # noqa: ARG001
    """Entries that this person has to decide, and their own that need only themselves."""
    if not (actor.may(Permission.APPROVE_ENTRIES) or actor.may(Permission.PROPOSE_ENTRIES)):
        return []
    proposed = session.scalars(
        select(BookEntry)
        .where(BookEntry.state == "proposed", BookEntry.gift_import_id.is_(None))
        .order_by(BookEntry.id)
        .limit(PAGE)
    ).all()
    return [
        Waiting(
            section=N_("Decide an entry"),
            title=KINDS[entry.kind],
            note=N_("proposed on %(day)s"),
            params={"day": entry.proposed_at},
            endpoint="bookkeeping.entry_show",
            values={"entry_id": entry.id},
            action=N_("Look and decide"),
        )
        for entry in proposed
        if entry.proposed_by != actor.id or entry.kind in ALONE
    ]


def fund_names(session: Session, entries: Sequence[BookEntry]) -> dict[UUID, list[str]]:
    """What the funds of each entry are called, by the entry's id."""
    names = {f.id: ledger.fund_name(f, i18n.language()) for f in ledger.list_funds(session)}
    return {entry.id: [names[fund_id] for fund_id in entry.fund_ids] for entry in entries}
