"""What a life comes to, without what depends on when it was told."""

from collections import Counter, defaultdict
from typing import Any

from sqlalchemy import String, cast, func, select, text
from sqlalchemy.orm import Session, aliased

from fund.giving.models import Gift, GiftReturn, Plan, PlanLetter, Receipt
from fund.ledger.models import Account, Hold, HoldRelease, Journal, Transfer
from fund.settlement.models import Alert, BalanceTransaction, Dispute, InboxEvent, Refund

# A plan's gift is made when we hear of it, so it has another id in each telling.
GIFT = func.coalesce(Gift.stripe_invoice_id, cast(Gift.id, String))
# Those that tell of Stripe's last word; of a failed payment one is told unless it is paid by then.
LAST_LETTERS = ("stopped", "ended")


def normal_form(session: Session) -> dict[str, Any]:
    """Books, gifts, receipts but for their numbers, mails, and what finance sees."""
    line, alert, dispute, refund = BalanceTransaction, Alert, Dispute, Refund
    return {
        "journals": _journals(session),
        "lines": _rows(
            session,
            select(line.id, line.state, line.fund_id, GIFT).outerjoin(
                Gift, Gift.id == line.gift_id
            ),
        ),
        "gifts": _rows(
            session,
            select(
                GIFT, Gift.state, Gift.paid_at, Gift.stripe_charge_id, Gift.fund_id, Gift.plan_id,
                Gift.amount_minor,
            ),
        ),
        "plans": _rows(session, select(Plan.id, Plan.state, Plan.stripe_subscription_id)),
        "receipts": _receipts(session),
        "returns": _rows(
            session, select(GiftReturn.source, GiftReturn.amount_minor, GiftReturn.happened_on)
        ),
        "mails": _mails(session),
        "letters": _rows(
            session,
            select(PlanLetter.kind, PlanLetter.about).where(PlanLetter.kind.in_(LAST_LETTERS)),
        ),
        "disputes": _rows(
            session,
            select(dispute.id, dispute.state, dispute.lost_at, dispute.loss_booked_at.is_(None)),
        ),
        "alerts": _rows(session, select(alert.id, alert.decision)),
        "refunds": _rows(
            session,
            select(refund.stripe_id, refund.state, refund.amount_minor).where(
                refund.stripe_id.is_not(None)
            ),
        ),
        "holds": _rows(
            session,
            select(Hold.cause, Hold.amount_minor).where(
                Hold.id.not_in(select(HoldRelease.hold_id))
            ),
        ),
        "to_do": _rows(
            session,
            select(InboxEvent.event_id, InboxEvent.type, InboxEvent.error).where(
                InboxEvent.state.not_in(["done", "ignored"])
            ),
        ),
    }  # fmt: skip


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
    for gift, amount in session.execute(
        select(GIFT, Receipt.amount_minor)
        .join(Gift, Gift.id == Receipt.gift_id)
        .order_by(Receipt.year, Receipt.number)
    ):
        papers[gift].append(amount)
    return {gift: (len(amounts), amounts[-1]) for gift, amounts in papers.items()}


def _mails(session: Session) -> Counter[str]:
    tasks = text(
        "SELECT task_name FROM procrastinate_jobs"
        " WHERE task_name LIKE 'giving.mail%' AND task_name <> 'giving.mail_plan'"
    )
    return Counter(session.scalars(tasks))
