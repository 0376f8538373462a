"""Whose money a payout is: each fund's part of it."""

from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import case, func, or_, select
from sqlalchemy.orm import Session, aliased

from fund.ledger.journals import Book
from fund.ledger.models import Account, Journal, Transfer
from fund.settlement.models import BalanceTransaction

if TYPE_CHECKING:
    from fund.settlement.operations.books import Books

# After so long the general fund takes what nobody can say whose it is: the bank has the money.
LONGEST = timedelta(hours=24)
PAYOUTS = ("payout", "payout_reversal")

Parts = dict[UUID, int]


def payout_shares(books: "Books", payout: BalanceTransaction) -> list[tuple[Book, int]] | None:
    """Each fund's part of a payout, whole; None while not all that belongs to it is known."""
    is_late = books.now - payout.seen_at > LONGEST
    if payout.is_automatic:
        parts = _carried(books, payout, is_late=is_late)
    else:
        parts = _by_balance(books, payout, is_late=is_late)
    if parts is None:
        return None
    rest = -payout.amount_minor - sum(parts.values())
    parts[books.general_id] = parts.get(books.general_id, 0) + rest
    return [
        (books.of_fund(fund_id, payout.currency), part)
        for fund_id, part in sorted(parts.items())
        if part
    ]


def returned_shares(books: "Books", payout: BalanceTransaction) -> list[tuple[Book, int]]:
    """The parts with which a payout left; a fund that was closed meanwhile gets nothing back."""
    parts: Parts = {}
    for book, part in shares_of(books.session, payout):
        fund_id = books.open_fund(book.fund_id)
        parts[fund_id] = parts.get(fund_id, 0) + part
    return [
        (books.of_fund(fund_id, payout.currency), part) for fund_id, part in parts.items() if part
    ]


def shares_of(session: Session, payout: BalanceTransaction) -> list[tuple[Book, int]]:
    """The funds' parts with which the payout left: what its journal put on the way."""
    parts = _moved(session, payout.office_id, "payout_in_transit", [payout.id])
    return [
        (Book.load(session, fund_id, payout.office_id, payout.currency), part)
        for fund_id, part in sorted(parts.items())
        if part
    ]


def _carried(books: "Books", payout: BalanceTransaction, *, is_late: bool) -> Parts | None:
    """By the lines that an automatic payout carries, as Stripe lists them."""
    rows = books.session.scalars(
        select(BalanceTransaction).where(
            BalanceTransaction.office_id == books.office.id,
            BalanceTransaction.payout_id == payout.source_id,
        )
    ).all()
    is_known = payout.is_listed and all(_is_known(books, row) for row in rows)
    if not is_known and not is_late:
        return None
    carried: Parts = {}
    for row in rows:
        if row.category == "payout_reversal" and row.state == "posted":
            back = _moved(books.session, books.office.id, "stripe_available", [row.id])
            carried = _sum(carried, back)
        elif row.state == "posted":
            carried = _sum(carried, {row.fund_id or books.general_id: row.net_minor})
    return _open(books, carried)


def _is_known(books: "Books", row: BalanceTransaction) -> bool:
    """Whose money the line is; of a payout that came back, its journal says so."""
    if row.category == "payout_reversal" and books.is_unposted(row):
        return False
    return row.state in ("posted", "memo")


def _by_balance(books: "Books", payout: BalanceTransaction, *, is_late: bool) -> Parts | None:
    """By what was available of each fund when a payout by hand was made, largest remainder."""
    line = BalanceTransaction
    before = (
        line.office_id == books.office.id,
        line.currency == payout.currency,
        case((line.category == "charge", line.available_at), else_=line.happened_at)
        <= payout.happened_at,
        line.id != payout.id,
    )
    books.session.flush()
    waiting = select(line.id).where(*before, line.state == "waiting").limit(1)
    if books.session.scalar(waiting) is not None and not is_late:
        return None
    sums = books.session.execute(
        select(func.coalesce(line.fund_id, books.general_id), func.sum(line.net_minor))
        .where(*before, line.state == "posted", line.category.not_in(PAYOUTS))
        .group_by(line.fund_id)
    )
    available = {fund_id: int(part) for fund_id, part in sums}
    earlier = books.session.scalars(
        select(line).where(*before, line.state == "posted", line.category.in_(PAYOUTS))
    ).all()
    if any(books.is_unposted(row) for row in earlier):
        return None
    left = _moved(books.session, books.office.id, "stripe_available", [row.id for row in earlier])
    return _in_proportion(_open(books, _sum(available, left)), -payout.amount_minor)


def _in_proportion(available: Parts, amount: int) -> Parts:
    """`amount` over the funds that have something; all of it, what each has."""
    total = sum(available.values())
    if total == amount:
        return available
    having = {fund_id: part for fund_id, part in available.items() if part > 0}
    total = sum(having.values())
    if total <= amount:
        return having
    parts = {fund_id: part * amount // total for fund_id, part in having.items()}
    rests = sorted(having, key=lambda fund_id: (-(having[fund_id] * amount % total), fund_id))
    for fund_id in rests[: amount - sum(parts.values())]:
        parts[fund_id] += 1
    return parts


def _open(books: "Books", parts: Parts) -> Parts:
    """The parts of closed funds are the general fund's."""
    opened: Parts = {}
    for fund_id, part in parts.items():
        opened = _sum(opened, {books.open_fund(fund_id): part})
    return opened


def _sum(one: Parts, other: Mapping[UUID, int]) -> Parts:
    return {fund_id: one.get(fund_id, 0) + other.get(fund_id, 0) for fund_id in one.keys() | other}


def _moved(session: Session, office_id: UUID, role: str, keys: list[str]) -> Parts:
    """By how much journals of these keys, and of their fees, raised each fund's account."""
    if not keys:
        return {}
    debit, credit = aliased(Account), aliased(Account)
    sign = case((debit.role == role, Transfer.amount_minor), else_=-Transfer.amount_minor)
    rows = session.execute(
        select(Transfer.fund_id, func.sum(sign))
        .join(Journal, Journal.id == Transfer.journal_id)
        .join(debit, debit.id == Transfer.debit_account_id)
        .join(credit, credit.id == Transfer.credit_account_id)
        .where(
            Journal.idempotency_key.in_([*keys, *(f"{key}:fee" for key in keys)]),
            or_(debit.role == role, credit.role == role),
            or_(debit.office_id == office_id, credit.office_id == office_id),
        )
        .group_by(Transfer.fund_id)
    )
    return {fund_id: int(moved) for fund_id, moved in rows}
