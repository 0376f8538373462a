"""Lives of gifts, as data: what donors, banks, Stripe and time do, one after the other."""

from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

from fund.money import Money
from tests.sandbox.stripe_twin.inprocess import TwinInside

CARDS = ("4242424242424242", "4242424242424242", "4000000000000002")  # the last is declined
HOUR, DAY = 3600, 86_400


@dataclass(frozen=True)
class Gift:
    """What is given, to which fund, and with which card."""

    amount: Money
    fund: str
    card: str


@dataclass(frozen=True)
class Act:
    """Something that happens; `which` of the things that it could happen to, `part` of it."""

    kind: str
    which: int
    part: int

    def __repr__(self) -> str:
        return f"{self.kind}({self.which}, {self.part})"


@dataclass(frozen=True)
class Life:
    """Gifts, and what comes of them; `seed` for how it is told."""

    gifts: tuple[Gift, ...]
    acts: tuple[Act, ...]
    seed: int
    crashes: tuple[int, ...]


AMOUNTS = st.sampled_from([Money(50_00, "NZD"), Money(80_00, "USD"), Money(5_000, "JPY")])
KINDS = (
    "refund", "refund_fail", "dispute", "inquiry", "escalate", "close", "warn", "review",
    "review_close", "payout", "payout_by_hand", "payout_fail", "fee", "sleep", "sleep",
)  # fmt: skip

gifts = st.builds(
    Gift,
    AMOUNTS,
    st.sampled_from(["general", "education"]),
    st.sampled_from(CARDS),
)
acts = st.builds(Act, st.sampled_from(KINDS), st.integers(0, 3), st.integers(1, 4))
lives = st.builds(
    Life,
    st.lists(gifts, min_size=1, max_size=3).map(tuple),
    st.lists(acts, max_size=8).map(tuple),
    st.integers(0, 2**16),
    st.lists(st.integers(0, 120), max_size=3).map(tuple),
)


class World:
    """What Stripe has, so that an act finds something to happen to."""

    def __init__(self, twin: TwinInside) -> None:
        self.twin = twin

    def do(self, act: Act) -> None:
        """Let it happen; what is impossible just now does not."""
        if act.kind == "sleep":
            self.twin.sleep(act.part * DAY // (1 + act.which))
            return
        command, asked = self._asked(act)
        if asked is not None:
            self._try(command, asked)
        self.twin.sleep(1)

    def _asked(self, act: Act) -> tuple[str, dict[str, Any] | None]:
        match act.kind:
            case "refund":
                charge = self._pick("charge", act)
                return "refund", charge and {
                    "charge": charge["id"],
                    "amount": max(charge["amount"] // act.part, 1),
                }
            case "refund_fail":
                refund = self._pick("refund", act)
                return "refund_fail", refund and {"refund": refund["id"]}
            case "dispute" | "inquiry":
                charge = self._pick("charge", act)
                return "dispute", charge and {
                    "charge": charge["id"],
                    "amount": max(charge["amount"] // act.part, 1),
                    "inquiry": act.kind == "inquiry",
                }
            case "escalate":
                dispute = self._pick("dispute", act)
                return "dispute_escalate", dispute and {"dispute": dispute["id"]}
            case "close":
                dispute = self._pick("dispute", act)
                if dispute is None or dispute["status"] == "lost":
                    return "", None  # a win after a loss tells another story than a win
                outcome = ("won", "lost", "closed", "prevented")[act.part - 1]
                return "dispute_close", {"dispute": dispute["id"], "outcome": outcome}
            case "warn" | "review":
                charge = self._pick("charge", act)
                return act.kind, charge and {"charge": charge["id"]}
            case "review_close":
                review = self._pick("review", act)
                return "review_close", review and {"review": review["id"]}
            case "payout":
                return "payout", {}
            case "payout_by_hand":
                return "payout", {"amount": 1_00 * act.part}
            case "payout_fail":
                payout = self._pick("payout", act)
                return "payout_fail", payout and {"payout": payout["id"]}
        return "line", {"kind": "stripe_fee", "amount": -act.part * 100}

    def _try(self, command: str, asked: dict[str, Any]) -> None:
        try:
            self.twin.control(command, **asked)
        except AssertionError:
            return  # Stripe refuses: the charge has no more left, the payout came back before …

    def _pick(self, kind: str, act: Act) -> dict[str, Any] | None:
        account = self.twin.world.settings.accounts[0]
        with self.twin.world.store.transaction():
            things = self.twin.world.scope(account).list_all(kind)
        return things[act.which % len(things)] if things else None
