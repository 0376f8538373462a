"""What a proposal plans, kind by kind, and the journal that comes of it.

A plan is what goes into the proposal's content: ids as text, amounts as whole minor units. From
it and the entry's id the same journal follows each time: shown first, approved, and then booked.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from fund.bookkeeping.models import BookEntry
from fund.errors import NotFound, Refused
from fund.ledger import journals
from fund.ledger.journals import Book, BookAccount, Booked, Entry, JournalDraft
from fund.ledger.models import Account, Commitment, Office
from fund.ledger.queries import held_for
from fund.money import THB, BadAmount, parse_money

Plan = dict[str, Any]

# What the payment pages keep in step with the awards is taken back there, not here.
NOT_REVERSED = frozenset({"payment_sent", "payment_confirmed", "payment_returned"})
# Moving money between funds has a kind of its own, with its own rule.
NOT_BY_HAND = frozenset({"transfers_in", "transfers_out"})


@dataclass(frozen=True)
class Planning:
    """What a kind's builder works with."""

    session: Session
    plan: Plan
    entry_id: UUID
    day: date

    def id(self, name: str) -> UUID:
        return UUID(self.plan[name])

    def office(self, name: str = "office_id") -> Office:
        return _office(self.session, self.id(name))

    def book(self, fund: str = "fund_id", office: str = "office_id") -> Book:
        """The fund's accounts at the office, in the office's own currency."""
        place = self.office(office)
        return Book.load(self.session, self.id(fund), place.id, place.currency)


def _manual(at: Planning) -> JournalDraft:
    ids = {UUID(account) for line in at.plan["lines"] for account in line[:2]}
    rows = at.session.scalars(select(Account).where(Account.id.in_(ids)))
    known = {a.id: BookAccount(a.id, a.role, a.fund_id, a.currency) for a in rows}
    if any(account.role in NOT_BY_HAND for account in known.values()):
        raise Refused("manual_between_funds")
    try:
        entries = [Entry(known[UUID(to)], known[UUID(of)], n) for to, of, n in at.plan["lines"]]
    except KeyError:
        raise NotFound
    return journals.manual(entries, at.entry_id, at.day)


def _reversal(at: Planning) -> JournalDraft:
    booked = Booked.load(at.session, at.id("journal_id"))
    if booked.kind in NOT_REVERSED:
        raise Refused("reversed_elsewhere")
    if _takes_payment_back(at.session, booked.id):
        raise Refused("reversed_already_back")
    return journals.reversal(booked, at.day)


def _takes_payment_back(session: Session, journal_id: UUID) -> bool:
    """Whether this is the reversal of an award's payment: it left the award holding it again."""
    paid = aliased(BookEntry)
    found = (
        select(BookEntry.id)
        .join(paid, paid.journal_id == BookEntry.reverses_id)
        .where(BookEntry.journal_id == journal_id, paid.kind == "award_payment")
    )
    return session.scalar(found) is not None


def _transfer(at: Planning) -> JournalDraft:
    giver, taker = at.book("from_fund_id"), at.book("to_fund_id")
    return journals.transfer_between_funds(
        giver, taker, at.entry_id, at.day, at.plan["amount_minor"]
    )


def _exchange(at: Planning) -> JournalDraft:
    giver, taker = at.book(office="from_office_id"), at.book(office="to_office_id")
    return journals.exchange(
        giver, taker, at.entry_id, at.day, at.plan["given_minor"], at.plan["taken_minor"]
    )


def _opening_balance(at: Planning) -> JournalDraft:
    role, amount = at.plan["role"], at.plan["amount_minor"]
    owed = role == "tax_payable"
    return journals.opening_balance(
        at.book(), at.entry_id, at.day, -amount if owed else amount, role=role
    )


def _award_payment(at: Planning) -> JournalDraft:
    if at.office().currency != THB:
        raise Refused("no_such_account", field="office_id", currency=THB)
    return journals.adopted_award_paid(at.book(), at.entry_id, at.day, at.plan["amount_minor"])


Build = Callable[[Planning], JournalDraft]


def _simple(
    builder: Callable[[Book, UUID, date, int], JournalDraft], *, thai: bool = False
) -> Build:
    def build(at: Planning) -> JournalDraft:
        if thai and at.office().country != "TH":
            raise Refused("not_a_thai_office", field="office_id")
        return builder(at.book(), at.entry_id, at.day, at.plan["amount_minor"])

    return build


_BUILDERS: Mapping[str, Build] = {
    "manual": _manual,
    "reversal": _reversal,
    "transfer": _transfer,
    "exchange": _exchange,
    "opening_balance": _opening_balance,
    "award_payment": _award_payment,
    "bank_charge": _simple(journals.bank_charge),
    "interest": _simple(journals.interest),
    "tax_withheld": _simple(journals.tax_withheld, thai=True),
    "tax_on_fees": _simple(journals.tax_on_fees, thai=True),
    "tax_remitted": _simple(journals.tax_remitted, thai=True),
}
# These only hold or free what an award has; nothing is booked.
HOLDING = frozenset({"opening_award", "award_freeing"})


def draft_of(
    session: Session, kind: str, plan: Plan, *, entry_id: UUID, day: date
) -> JournalDraft | None:
    """The journal that the plan comes to; None if it books nothing.

    Raises NotFound, or Refused as the builders do (`fund.ledger.journals`), and
    `manual_between_funds`, `reversed_elsewhere`, `reversed_already_back`, `not_a_thai_office`.
    """
    if kind in HOLDING:
        return None
    return _BUILDERS[kind](Planning(session, plan, entry_id, day))


def funds_of(plan: Plan, draft: JournalDraft | None) -> list[UUID]:
    """Every fund that the plan touches, sorted."""
    found = {entry.debit.fund_id for entry in draft.entries} if draft else {UUID(plan["fund_id"])}
    return sorted(found)


def journal_json(draft: JournalDraft) -> dict[str, Any]:
    """The journal as the proposal's content says it."""
    return {
        "kind": draft.kind,
        "reverses_id": str(draft.reverses_id) if draft.reverses_id else None,
        "transfers": [
            [str(entry.debit.id), str(entry.credit.id), str(entry.amount_minor)]
            for entry in draft.entries
        ],
    }


def plan_of(session: Session, kind: str, data: Mapping[str, Any], about: UUID | None) -> Plan:
    """The plan from a filled-in form; `about` is the journal, award or fund that it began from.

    Raises NotFound, or Refused beside the field: `not_an_amount`, `too_many_decimals`,
    `not_chosen`, `no_journal_lines`.
    """
    ids = {name: str(value) for name, value in data.items() if isinstance(value, UUID)}
    if kind == "manual":
        return {"fund_id": str(about), "lines": _lines(session, data)}
    if kind == "reversal":
        return {"journal_id": str(about)}
    plan: Plan = dict(ids)
    if about is not None:
        plan |= {"award_entry_id": str(about), "fund_id": str(_fund_of_award(session, about))}
        if kind == "award_freeing":
            plan["amount_minor"] = held_for(session, about).amount_minor
    if kind == "exchange":
        for amount, office in (("given", "from_office_id"), ("taken", "to_office_id")):
            currency = _office(session, data[office]).currency
            plan[f"{amount}_minor"] = read_amount(data[amount], currency, amount)
    elif "amount" in data:
        currency = _office(session, data["office_id"]).currency if "office_id" in data else THB
        plan["amount_minor"] = read_amount(data["amount"], currency, "amount")
    if "role" in data:
        plan["role"] = data["role"]
    return plan


def _lines(session: Session, data: Mapping[str, Any]) -> list[list[Any]]:
    lines = []
    for place in range(1, 1 + sum(name.startswith("amount_") for name in data)):
        debit, credit = data[f"debit_{place}"], data[f"credit_{place}"]
        text = data[f"amount_{place}"]
        if not (debit or credit or text):
            continue
        for name, value in (("debit", debit), ("credit", credit)):
            if value is None:
                raise Refused("not_chosen", field=f"{name}_{place}")
        account = session.get(Account, debit)
        if account is None:
            raise NotFound
        amount = read_amount(text, account.currency, f"amount_{place}")
        lines.append([str(debit), str(credit), amount])
    if not lines:
        raise Refused("no_journal_lines")
    return lines


def read_amount(text: str, currency: str, field: str) -> int:
    """What was typed, in minor units. Raises Refused beside the field."""
    try:
        amount = parse_money(text, currency).amount_minor
    except BadAmount as fault:
        raise Refused(fault.code, field=field)
    if amount == 0:
        raise Refused("not_an_amount", field=field)
    return amount


def _office(session: Session, office_id: UUID) -> Office:
    office = session.get(Office, office_id)
    if office is None:
        raise NotFound
    return office


def _fund_of_award(session: Session, award_entry_id: UUID) -> UUID:
    query = select(Commitment.fund_id).where(Commitment.award_id == award_entry_id)
    fund_id = session.scalar(query)
    if fund_id is None:
        raise NotFound
    return fund_id
