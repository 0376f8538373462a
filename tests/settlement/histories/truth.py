"""What must be true once all is told, whatever was asked of us: Stripe's own books against ours."""

from collections import Counter
from typing import Any

from sqlalchemy import case, func, select, text
from sqlalchemy.orm import Session, aliased

from fund.giving.models import LIVE, Gift, Plan, PlanChange, PlanLetter, Receipt
from fund.giving.plans.answers import from_subscription
from fund.ledger.models import Account, Fund, Transfer
from fund.settlement.models import Refund
from tests.sandbox.stripe_twin.inprocess import TwinInside
from tests.settlement.histories.stripes_side import list_all

AT_STRIPE = ("stripe_pending", "stripe_available")


def list_differences(session: Session, twin: TwinInside) -> list[str]:
    """Every way in which our side is not what Stripe's says; none is what is wanted."""
    return [
        *_balance(session, twin),
        *_gifts(session, twin),
        *_plans(session, twin),
        *_letters(session, twin),
        *_refunds(session, twin),
    ]


def _balance(session: Session, twin: TwinInside) -> list[str]:
    """What Stripe holds is what the ledger says that it holds."""
    theirs = sum(line["net"] for line in list_all(twin, "balance_transaction"))
    debit, credit = aliased(Account), aliased(Account)
    debited = case((debit.role.in_(AT_STRIPE), Transfer.amount_minor), else_=0)
    credited = case((credit.role.in_(AT_STRIPE), Transfer.amount_minor), else_=0)
    ours = session.scalar(
        select(func.coalesce(func.sum(debited - credited), 0))
        .join(debit, debit.id == Transfer.debit_account_id)
        .join(credit, credit.id == Transfer.credit_account_id)
    )
    return [] if theirs == ours else [f"Stripe has {theirs}, the ledger {ours}"]


def _gifts(session: Session, twin: TwinInside) -> list[str]:
    """Each charge is one paid gift with a receipt, and no gift is paid without one."""
    theirs = Counter(
        (charge["id"], charge["amount"]) for charge in list_all(twin, "charge") if charge["paid"]
    )
    paid = session.scalars(select(Gift).where(Gift.state == "paid")).all()
    ours = Counter((gift.stripe_charge_id, gift.amount_minor) for gift in paid)
    without = {gift.id for gift in paid} - set(session.scalars(select(Receipt.gift_id)))
    wrong = [f"charges and gifts: {theirs - ours} {ours - theirs}"] if theirs != ours else []
    return wrong + [f"no receipt: {gift_id}" for gift_id in without]


def _plans(session: Session, twin: TwinInside) -> list[str]:
    """Each plan is as its subscription; what was asked for is done or refused; each invoice's gift
    went to the fund that it was for."""
    funds = {fund.id: f"fund_{fund.code}" for fund in session.scalars(select(Fund))}
    wrong = [f"not told: {kind}" for kind in _asked(session)]
    subscriptions = {doc["metadata"]["plan_id"]: doc for doc in list_all(twin, "subscription")}
    for plan in session.scalars(select(Plan)):
        doc = subscriptions[str(plan.id)]
        with twin.world.store.transaction():
            (item,) = twin.world.scope(twin.world.settings.accounts[0]).list_all(
                "subscription_item", subscription=doc["id"]
            )
        doc = doc | {"items": {"data": [item]}}
        seen = from_subscription(doc, plan.id, plan.asked)
        if plan.state != seen.state:
            wrong.append(f"plan is {plan.state}, Stripe says {seen.state}")
        price = item["price"]
        theirs = price["unit_amount"], price["product"]
        if plan.state in LIVE and theirs != (plan.amount_minor, funds[plan.fund_id]):
            wrong.append(f"plan gives {plan.amount_minor} {plan.fund_id}, Stripe asks {theirs}")
    for invoice in list_all(twin, "invoice"):
        gift = session.scalars(select(Gift).where(Gift.stripe_invoice_id == invoice["id"])).first()
        if gift is not None:
            (line,) = invoice["lines"]["data"]
            product = line["pricing"]["price_details"]["product"]
            if funds[gift.fund_id] != product:
                wrong.append(f"{invoice['id']} was for {product}")
    return wrong


def _asked(session: Session) -> list[str]:
    return list(session.scalars(select(PlanChange.kind).where(PlanChange.state == "asked")))


def _letters(session: Session, twin: TwinInside) -> list[str]:
    """Each mail about a plan is asked for once; who is behind with a payment was told."""
    letters = session.scalars(select(PlanLetter)).all()
    jobs = "SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'giving.mail_plan'"
    told = {letter.about for letter in letters if letter.kind == "failed"}
    invoices = {invoice["id"]: invoice for invoice in list_all(twin, "invoice")}
    wrong = [f"told of {about}" for about in told if not invoices[about]["attempt_count"]]
    if session.scalar(text(jobs)) != len(letters):
        wrong.append("letters and mails")
    for doc in list_all(twin, "subscription"):
        newest = doc["latest_invoice"]
        is_tried = invoices[newest]["next_payment_attempt"] is not None
        if doc["status"] == "past_due" and not doc["pause_collection"] and is_tried:
            wrong += [] if newest in told else [f"not told of {newest}"]
    return wrong


def _refunds(session: Session, twin: TwinInside) -> list[str]:
    """What finance gave back went out once, or Stripe refused it."""
    made: Counter[Any] = Counter(
        (doc["metadata"] or {}).get("refund_id") for doc in list_all(twin, "refund")
    )
    ours = session.scalars(select(Refund).where(Refund.origin == "ours")).all()
    return [
        f"refund {refund.state}: made {made[str(refund.id)]} times"
        for refund in ours
        if refund.state in ("approved", "sending")
        or made[str(refund.id)] != (refund.state != "refused")
    ]
