"""How gifts came, by fund: from the kinds of the journals that booked them."""

from uuid import UUID

from sqlalchemy import bindparam, case, func, select
from sqlalchemy.orm import Session, aliased

from fund.i18n import N_
from fund.ledger.models import FREQUENT_KINDS, Journal, Transfer
from fund.ledger.statements.days import EARLIEST
from fund.ledger.statements.figures import Figures

WAY_NAMES = {
    "card": N_("Gifts by card or wallet"),
    "bank": N_("Gifts to the bank"),
    "other": N_("Gifts booked by hand"),
}
# Kind of journal -> way; every other kind was booked by hand.
WAYS = {"charge": "card", "gift_to_bank": "bank"}


def gifts_by_way(session: Session, figures: Figures) -> dict[UUID, dict[str, int]]:
    """Satang by way, of each fund; together they are its gifts of these days.

    A reversal counts where what it reverses counted. Of the frequent kinds only charges book
    gifts, so the gifts by card are what all the others leave, and no year of charges is read.
    """
    accounts = {a.account.id: a for a in figures.of("contributions")}
    found: dict[UUID, dict[str, int]] = {
        fund.id: dict.fromkeys(WAY_NAMES, 0) for fund in figures.funds
    }
    for account_id, kind, change in _rare(session, figures, list(accounts)):
        way, of_fund = WAYS.get(kind, "other"), found[accounts[account_id].fund.id]
        worth = figures.worth(accounts[account_id], change) or 0
        of_fund[way] += worth
        of_fund["card"] -= worth
    for a in accounts.values():
        found[a.fund.id]["card"] += figures.worth(a, a.change) or 0
    return found


def _rare(session: Session, figures: Figures, accounts: list[UUID]) -> list[tuple[UUID, str, int]]:
    """(account, kind, by how much it grew) of the kinds that are not frequent."""
    reversed_ = aliased(Journal)
    kind = func.coalesce(reversed_.kind, Journal.kind)
    is_credit = Transfer.credit_account_id.in_(accounts)
    account = case((is_credit, Transfer.credit_account_id), else_=Transfer.debit_account_id)
    change = case((is_credit, Transfer.amount_minor), else_=-Transfer.amount_minor)
    rows = session.execute(
        select(account, kind, func.sum(change))
        .select_from(Journal)
        .outerjoin(reversed_, reversed_.id == Journal.reverses_id)
        .join(Transfer, Transfer.journal_id == Journal.id)
        .where(
            Journal.kind.not_in(
                bindparam("frequent", FREQUENT_KINDS, expanding=True, literal_execute=True)
            ),
            Journal.effective_on.between(figures.days.first or EARLIEST, figures.days.last),
            is_credit | Transfer.debit_account_id.in_(accounts),
        )
        .group_by(account, kind)
    )
    return [(account_id, kind, int(change)) for account_id, kind, change in rows]
