"""Payouts: by Stripe's schedule or by hand, on their way, arrived, stopped or sent back.

An automatic payout carries balance transactions, which are listed by its id once they are
reconciled; of one by hand Stripe cannot say what it was made of (page "Payout reconciliation").
"""

from .errors import StripeError
from .ids import new_id
from .money import PAYOUT_STEP, FeeLine, share
from .resources import balance
from .scope import Scope
from .state import Doc, Page

TRANSIT_SECONDS = 2 * 86_400
RECONCILED_AFTER_SECONDS = 1
INSTANT_FEE_BP = 100
FAILURES = {
    "account_closed": "The bank account has been closed.",
    "account_frozen": "The bank account has been frozen.",
    "could_not_process": "The bank could not process this payout.",
    "invalid_account_number": "The account number is invalid.",
    "no_account": "The bank account details on file are probably incorrect.",
}


def pay_out(scope: Scope) -> Doc:
    """An automatic payout of everything available that no payout carries yet."""
    carried = scope.store.list_unpaid_transactions(scope.account.id, scope.now)
    switches = scope.store.switches()
    kept = int(switches["minimum_balance"])
    amount = sum(transaction["net"] for transaction in carried) - kept
    parts = amount % _step(scope)  # what is no whole one waits for the next payout
    amount, kept = amount - parts, kept + parts
    if amount <= 0:
        raise _insufficient()
    payout_id = new_id("po")
    if kept:
        carried += _hold_minimum(scope, kept)
    own = _own_line(scope, payout_id, amount, carried_by=payout_id)
    for transaction in carried:
        transaction["_payout"] = payout_id
        scope.put(transaction)
    payout = scope.put(
        _document(scope, payout_id, amount, own, {}) | {"automatic": True, "status": "in_transit"}
    )
    scope.emit("payout.created", payout)
    if switches["slow_reconciliation"] and not scope.is_quiet:
        due_at = scope.clock() + RECONCILED_AFTER_SECONDS
        scope.store.add_errand(scope.account.id, due_at, "payout_reconcile", payout_id)
    else:
        reconcile(scope, payout_id)
    return scope.get("payout", payout_id, param="payout")


def reconcile(scope: Scope, payout_id: str) -> Doc:
    """From now on Stripe can tell which transactions it carries."""
    payout = scope.get("payout", payout_id, param="payout")
    if payout["reconciliation_status"] == "in_progress":
        scope.change(payout, reconciliation_status="completed")
        scope.emit("payout.reconciliation_completed", payout)
    return payout


def pay_out_by_hand(scope: Scope, params: Doc) -> Doc:
    """An amount that we chose, of what is available; an instant one costs a fee."""
    amount: int = params["amount"]
    if params.get("currency", scope.account.currency).lower() != scope.account.currency:
        raise StripeError("Sorry, you don't have any external accounts in that currency.")
    if amount % _step(scope):
        raise StripeError(
            f"Payouts in {scope.account.currency} are of multiples of {_step(scope)}.",
            param="amount",
        )
    is_instant = params.get("method") == "instant"
    fee = share(amount, INSTANT_FEE_BP) if is_instant else 0
    available, _ = scope.store.balance(scope.account.id, scope.now)
    if amount + fee > available:
        raise _insufficient()
    payout_id = new_id("po")
    fees = [FeeLine("stripe_fee", "Instant payout fee", fee)] if fee else []
    own = _own_line(scope, payout_id, amount, fees=fees)
    payout = scope.put(
        _document(scope, payout_id, amount, own, params)
        | {
            "automatic": False,
            "method": "instant" if is_instant else "standard",
            "reconciliation_status": "not_applicable",
            "status": "in_transit" if is_instant else "pending",
        }
    )
    scope.emit("payout.created", payout)
    return payout


def send(scope: Scope, payout_id: str) -> Doc:
    """Stripe hands it to the bank; from now on nobody can cancel it."""
    payout = _in_state(scope, payout_id, "pending")
    return scope.change(payout, "payout.updated", status="in_transit")


def arrive(scope: Scope, payout_id: str) -> Doc:
    payout = _in_state(scope, payout_id, "pending", "in_transit")
    trace = {"status": "supported", "value": payout_id[3:15].upper()}
    scope.change(payout, "payout.updated", status="paid", trace_id=trace)
    scope.emit("payout.paid", payout)
    return payout


def cancel(scope: Scope, payout_id: str) -> Doc:
    payout = _in_state(scope, payout_id, "pending")
    if payout["automatic"]:
        raise StripeError("Automatic payouts cannot be canceled.", param="payout")
    returned = _return(scope, payout, "payout_cancel", "STRIPE PAYOUT CANCELLATION")
    scope.change(payout, status="canceled", failure_balance_transaction=returned["id"])
    scope.emit("payout.canceled", payout)
    return payout


def fail(scope: Scope, payout_id: str, code: str = "account_closed") -> Doc:
    """The bank sends it back, before or after arrival; the next payout carries it again."""
    payout = _in_state(scope, payout_id, "pending", "in_transit", "paid")
    returned = _return(scope, payout, "payout_failure", "STRIPE PAYOUT FAILURE")
    scope.change(
        payout,
        status="failed",
        failure_balance_transaction=returned["id"],
        failure_code=code,
        failure_message=FAILURES[code],
    )
    scope.emit("payout.failed", payout)
    return payout


def list_under_way(scope: Scope) -> list[Doc]:
    """Pending and in transit, oldest first."""
    waiting = scope.list_all("payout", status="pending")
    return [*waiting, *scope.list_all("payout", status="in_transit")][::-1]


def look_again(scope: Scope, a_day_seconds: int) -> None:
    """What a day brings: those by hand are sent, those on their way arrive, the next one leaves."""
    for payout in list_under_way(scope):
        if payout["status"] == "pending" and payout["created"] <= scope.now - a_day_seconds:
            send(scope, payout["id"])
        elif payout["status"] == "in_transit" and payout["arrival_date"] <= scope.now:
            arrive(scope, payout["id"])
    if scope.account.payout_interval == "manual":
        return
    latest, _ = scope.store.list_page(
        scope.account.id, "payout", Page(limit=1, filters={"automatic": True})
    )
    if not latest or latest[0]["created"] <= scope.now - a_day_seconds:
        try:
            pay_out(scope)
        except StripeError:
            # Nothing to pay out today.
            return


def _hold_minimum(scope: Scope, kept: int) -> list[Doc]:
    """What stays behind leaves with this payout's lines and is there again for the next."""
    held = balance.record(
        scope,
        kind="payout_minimum_balance_hold",
        category="payout_minimum_balance_hold",
        amount=-kept,
        source=None,
        description="MINIMUM BALANCE HELD",
    )
    balance.record(
        scope,
        kind="payout_minimum_balance_release",
        category="payout_minimum_balance_release",
        amount=kept,
        source=None,
        description="MINIMUM BALANCE RELEASED",
    )
    return [held]


def _own_line(
    scope: Scope,
    payout_id: str,
    amount: int,
    *,
    carried_by: str | None = None,
    fees: list[FeeLine] | None = None,
) -> Doc:
    return balance.record(
        scope,
        kind="payout",
        category="payout",
        amount=-amount,
        source=payout_id,
        description="STRIPE PAYOUT",
        payout=carried_by,
        fees=fees or [],
    )


def _return(scope: Scope, payout: Doc, kind: str, description: str) -> Doc:
    return balance.record(
        scope,
        kind=kind,
        category="payout_reversal",
        amount=payout["amount"],
        source=payout["id"],
        description=description,
    )


def _in_state(scope: Scope, payout_id: str, *states: str) -> Doc:
    payout = scope.get("payout", payout_id, param="payout")
    if payout["status"] not in states:
        raise StripeError(f"This payout is {payout['status']}.", param="payout")
    return payout


def _step(scope: Scope) -> int:
    return PAYOUT_STEP.get(scope.account.currency, 1)


def _insufficient() -> StripeError:
    return StripeError(
        "You have insufficient available funds in your Stripe account for a payout.",
        code="balance_insufficient",
    )


def _document(scope: Scope, payout_id: str, amount: int, own: Doc, params: Doc) -> Doc:
    return {
        "id": payout_id,
        "object": "payout",
        "amount": amount,
        "application_fee": None,
        "application_fee_amount": None,
        "arrival_date": scope.now + TRANSIT_SECONDS,
        "balance_transaction": own["id"],
        "created": scope.now,
        "currency": scope.account.currency,
        "description": params.get("description", "STRIPE PAYOUT"),
        "destination": f"ba_{scope.account.id}",
        "failure_balance_transaction": None,
        "failure_code": None,
        "failure_message": None,
        "livemode": False,
        "metadata": params.get("metadata", {}),
        "method": "standard",
        "original_payout": None,
        "payout_method": None,
        "reconciliation_status": "in_progress",
        "reversed_by": None,
        "source_type": "card",
        "statement_descriptor": params.get("statement_descriptor"),
        "trace_id": {"status": "pending", "value": None},
        "type": "bank_account",
    }
