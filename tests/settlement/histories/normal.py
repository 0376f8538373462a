"""What a life comes to, without what depends on when it was told."""

from collections import Counter, defaultdict
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.orm import Session, aliased

from fund.giving.models import Gift, GiftReturn, Receipt
from fund.ledger.models import Account, Hold, HoldRelease, Journal, Transfer
from fund.settlement.models import Alert, BalanceTransaction, Dispute, InboxEvent, Refund


def normal_form(session: Session) -> dict[str, Any]:
    """Books, gifts, receipts but for their numbers, mails, and what finance sees."""
    line, alert, dispute, refund = BalanceTransaction, Alert, Dispute, Refund
    return {
        "journals": _journals(session),
        "lines": _rows(session, select(line.id, line.state, line.fund_id, line.gift_id)),
        "gifts": _rows(session, select(Gift.id, Gift.state, Gift.paid_at, Gift.stripe_charge_id)),
        "receipts": _receipts(session),
        "returns": _rows(
            session, select(GiftReturn.source, GiftReturn.amount_minor, GiftReturn.happened_on)
        ),
        "mails": _mails(session),
        "disputes": _rows(session, select(dispute.id, dispute.state, dispute.lost_at)),
        "alerts": _rows(session, select(alert.id, alert.decision)),
        "refunds": _rows(session, select(refund.stripe_id, refund.state, refund.amount_minor)),
        "holds": _rows(
            session,
            select(Hold.cause, Hold.amount_minor).where(
                Hold.id.not_in(select(HoldRelease.hold_id))
            ),
        ),
        "to_do": _rows(
            session,
            select(InboxEvent.event_id, InboxEvent.error).where(
                InboxEvent.state.not_in(["done", "ignored"])
            ),
        ),
    }


def _rows(session: Session, query: Any) -> list[tuple[Any, ...]]:
    return sorted((tuple(row) for row in session.execute(query)), key=str)


def _journals(session: Session) -> dict[tuple[Any, ...], list[tuple[Any, ...]]]:
    """Each journal's kind, day, source and key, with what it moves."""
    debit, credit = aliased(Account), aliased(Account)
    rows = session.execute(
        select(
            Journal.kind,
            Journal.effective_on,
            Journal.source,
            Journal.idempotency_key,
            debit.code,
            credit.code,
            Transfer.amount_minor,
        )
        .join(Transfer, Transfer.journal_id == Journal.id)
        .join(debit, debit.id == Transfer.debit_account_id)
        .join(credit, credit.id == Transfer.credit_account_id)
    )
    journals: defaultdict[tuple[Any, ...], list[tuple[Any, ...]]] = defaultdict(list)
    for row in rows:
        journals[tuple(row[:4])].append(tuple(row[4:]))
    return {key: sorted(moved) for key, moved in journals.items()}


def _receipts(session: Session) -> dict[Any, tuple[int, int]]:
    """How many papers each gift has, and what the last one says is still given."""
    papers: defaultdict[Any, list[int]] = defaultdict(list)
    for gift_id, amount in session.execute(
        select(Receipt.gift_id, Receipt.amount_minor).order_by(Receipt.year, Receipt.number)
    ):
        papers[gift_id].append(amount)
    return {gift_id: (len(amounts), amounts[-1]) for gift_id, amounts in papers.items()}


def _mails(session: Session) -> Counter[str]:
    tasks = text("SELECT task_name FROM procrastinate_jobs WHERE task_name LIKE 'giving.mail%'")
    return Counter(session.scalars(tasks))
