"""Lives of gifts, as data: what donors, banks, Stripe, finance and time do, one after the other."""

from dataclasses import dataclass

from hypothesis import strategies as st

from fund.money import Money

DECLINED = "4000000000000002"
CARDS = (
    "4242424242424242",
    "4242424242424242",
    "4000000000007726",  # its refunds are slow
    "4000000000005126",  # its refunds fail
    DECLINED,
    "bank",  # completes at once, and the bank answers days later
)


@dataclass(frozen=True)
class Gift:
    """What is given once, to which fund, and by which card."""

    amount: Money
    fund: str
    card: str


@dataclass(frozen=True)
class Plan:
    """What is given each month, or each year."""

    amount: Money
    fund: str
    every: str


@dataclass(frozen=True)
class Act:
    """Something that happens; `which` of the things that it could happen to, `part` of it."""

    kind: str
    which: int
    part: int

    def __repr__(self) -> str:
        return f"{self.kind}({self.which}, {self.part})"


@dataclass(frozen=True)
class Fate:
    """What goes wrong in a round of work, at the statement or the call to Stripe so far on.

    `crash`: the worker is gone at a statement. `death`: at a call; `cut`: the call's connection
    breaks, and the worker lives. Of calls, `is_done` tells whether Stripe acted on it before.
    """

    kind: str
    at: int
    is_done: bool


@dataclass(frozen=True)
class Life:
    """Gifts and plans, and what comes of them; `seed` for how it is told, `switches` for how the
    twin behaves."""

    gifts: tuple[Gift, ...]
    plans: tuple[Plan, ...]
    acts: tuple[Act, ...]
    seed: int
    fates: tuple[Fate, ...]
    switches: tuple[tuple[str, int | bool], ...] = ()
    last_days: int = 13


AMOUNTS = st.sampled_from([Money(50_00, "NZD"), Money(80_00, "USD"), Money(5_000, "JPY")])
FUNDS = st.sampled_from(["general", "education"])
AT_STRIPE = (
    "refund", "refund_fail", "dispute", "inquiry", "escalate", "close", "close", "warn", "review",
    "review_close", "payout", "payout_by_hand", "payout_fail", "fee", "bank_answer",
)  # fmt: skip
OF_PLANS = ("renew", "renew", "retry", "refuse", "accept", "end", "pause_there", "resume_there")
ASKED_OF_US = (
    "amount", "fund", "day", "pause", "resume", "skip", "stop", "give_back", "look", "look",
    "sweep",
)  # fmt: skip

gifts = st.builds(Gift, AMOUNTS, FUNDS, st.sampled_from(CARDS))
plans = st.builds(Plan, AMOUNTS, FUNDS, st.sampled_from(["month", "month", "year"]))
kinds = st.one_of(
    st.sampled_from(AT_STRIPE),
    st.sampled_from(OF_PLANS),
    st.sampled_from(ASKED_OF_US),
    st.just("sleep"),
)
acts = st.builds(Act, kinds, st.integers(0, 3), st.integers(1, 4))
crashes = st.builds(Fate, st.just("crash"), st.integers(0, 120), st.just(True))
broken_calls = st.builds(Fate, st.sampled_from(["death", "cut"]), st.integers(0, 5), st.booleans())
switches = st.lists(
    st.sampled_from(
        [
            ("snapshots_behind", 1),
            ("snapshots_behind", 2),
            ("old_api_version", True),
            ("late_balance_transaction", True),
            ("refunds_need_balance", True),
            ("rate_drift_bp", 150),
            ("slow_reconciliation", True),
        ]
    ),
    max_size=2,
).map(tuple)
lives = st.builds(
    Life,
    st.lists(gifts, max_size=2).map(tuple),
    st.lists(plans, max_size=1).map(tuple),
    st.lists(acts, max_size=8).map(tuple),
    st.integers(0, 2**16),
    st.lists(st.one_of(crashes, broken_calls), max_size=4).map(tuple),
    switches,
    st.sampled_from([13, 13, 1]),  # Stripe lists events for thirty days; no life is longer
).filter(lambda life: life.gifts or life.plans)
