"""The part of a life that happens at Stripe, whether or not anybody tells us."""

from contextlib import suppress
from typing import Any

import stripe

from tests.sandbox.stripe_twin.fixtures import NZ_KEY
from tests.sandbox.stripe_twin.inprocess import TwinInside
from tests.settlement.histories.lives import Act, Life

DAY = 86_400


class StripesSide:
    """What Stripe has, so that an act finds something to happen to."""

    def __init__(self, twin: TwinInside, life: Life) -> None:
        self.twin = twin
        self.api = twin.client(NZ_KEY)
        # Of an outdated snapshot nobody can learn that a dispute which is won was lost before.
        self.is_telling_old = any(name == "snapshots_behind" for name, _ in life.switches)

    def do(self, act: Act) -> None:
        """Let it happen; what is impossible just now does not."""
        if act.kind == "sleep":
            self.twin.sleep(act.part * DAY // (2 + 2 * act.which))
            return
        # Stripe may refuse: the charge has no more left, the payout came back before …
        with suppress(AssertionError, stripe.StripeError):
            self._do(act)
        self.twin.sleep(7)  # long enough for the feed to be pulled again

    def _do(self, act: Act) -> None:
        match act.kind:
            case "payout":
                self.twin.control("payout")
            case "payout_by_hand":
                self.twin.control("payout", amount=1_00 * act.part)
            case "fee":
                self.twin.control("line", kind="stripe_fee", amount=-act.part * 100)
            case kind if kind in _ON:
                thing = self._pick(_ON[kind], act)
                if thing is not None:
                    getattr(self, f"_{kind}")(thing, act)

    def _refund(self, charge: Any, act: Act) -> None:
        self.twin.control("refund", charge=charge["id"], amount=_part(charge["amount"], act))

    def _refund_fail(self, refund: Any, _: Act) -> None:
        self.twin.control("refund_fail", refund=refund["id"])

    def _dispute(self, charge: Any, act: Act) -> None:
        amount = _part(charge["amount"], act)
        self.twin.control("dispute", charge=charge["id"], amount=amount)

    def _inquiry(self, charge: Any, act: Act) -> None:
        amount = _part(charge["amount"], act)
        self.twin.control("dispute", charge=charge["id"], amount=amount, inquiry=True)

    def _escalate(self, dispute: Any, _: Act) -> None:
        self.twin.control("dispute_escalate", dispute=dispute["id"])

    def _close(self, dispute: Any, act: Act) -> None:
        if dispute["status"] == "lost" and self.is_telling_old:
            return
        outcome = ("won", "lost", "closed", "prevented")[act.part - 1]
        self.twin.control("dispute_close", dispute=dispute["id"], outcome=outcome)

    def _warn(self, charge: Any, _: Act) -> None:
        self.twin.control("warn", charge=charge["id"])

    def _review(self, charge: Any, _: Act) -> None:
        self.twin.control("review", charge=charge["id"])

    def _review_close(self, review: Any, _: Act) -> None:
        self.twin.control("review_close", review=review["id"])

    def _payout_fail(self, payout: Any, _: Act) -> None:
        self.twin.control("payout_fail", payout=payout["id"])

    def _bank_answer(self, session: Any, act: Act) -> None:
        outcome = "fail" if act.part == 4 else "succeed"
        self.twin.control("bank_answer", session_id=session["id"], outcome=outcome)

    def _renew(self, subscription: Any, _: Act) -> None:
        self.twin.control("next_month", subscription=subscription["id"])

    def _retry(self, invoice: Any, _: Act) -> None:
        self.twin.control("next_try", invoice=invoice["id"])

    def _refuse(self, subscription: Any, _: Act) -> None:
        self._decline(subscription, "insufficient_funds")

    def _accept(self, subscription: Any, _: Act) -> None:
        self._decline(subscription, "none")

    def _decline(self, subscription: Any, code: str) -> None:
        method = subscription["default_payment_method"]
        self.twin.control("card_refuses", payment_method=method, decline_code=code)

    def _end(self, subscription: Any, _: Act) -> None:
        self.api.v1.subscriptions.cancel(subscription["id"])

    def _pause_there(self, subscription: Any, _: Act) -> None:
        pause: Any = {"pause_collection": {"behavior": "void"}}
        self.api.v1.subscriptions.update(subscription["id"], pause)

    def _resume_there(self, subscription: Any, _: Act) -> None:
        self.api.v1.subscriptions.update(subscription["id"], {"pause_collection": ""})

    def _pick(self, kind: str, act: Act) -> dict[str, Any] | None:
        things = list_all(self.twin, kind)
        return things[act.which % len(things)] if things else None


# On which kind of thing an act is done.
_ON = {
    "refund": "charge",
    "refund_fail": "refund",
    "dispute": "charge",
    "inquiry": "charge",
    "escalate": "dispute",
    "close": "dispute",
    "warn": "charge",
    "review": "charge",
    "review_close": "review",
    "payout_fail": "payout",
    "bank_answer": "checkout.session",
    "renew": "subscription",
    "retry": "invoice",
    "refuse": "subscription",
    "accept": "subscription",
    "end": "subscription",
    "pause_there": "subscription",
    "resume_there": "subscription",
}


def list_all(twin: TwinInside, kind: str) -> list[dict[str, Any]]:
    """Everything of a kind that the office's account has, newest first."""
    with twin.world.store.transaction():
        return twin.world.scope(twin.world.settings.accounts[0]).list_all(kind)


def _part(amount: int, act: Act) -> int:
    return max(amount // act.part, 1)
