"""How votes become an outcome: pure rules over the policy of the day.

Approved: enough approvals for the amount, the chair's among them where asked, most of the votes
cast, and a quorum of the seats less the recused. Declined: more than half of those seats. Deferred:
neither can come any more, a tie among them. Else the round is pending.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

Outcome = Literal["pending", "approved", "declined", "deferred"]
APPROVALS = ("approve", "approve_with_conditions")


@dataclass(frozen=True)
class Tier:
    """Amounts up to and with `up_to_minor` satang (None: any) need so many approvals."""

    up_to_minor: int | None
    approvals: int
    chair: bool


@dataclass(frozen=True)
class Rules:
    """One policy; tiers lowest first, the last one open above."""

    tiers: tuple[Tier, ...]
    quorum_percent: int

    def tier(self, amount_minor: int) -> Tier:
        """The tier that an amount falls into."""
        return next(
            tier
            for tier in self.tiers
            if tier.up_to_minor is None or amount_minor <= tier.up_to_minor
        )

    def quorum(self, seats: int) -> int:
        """How many of so many seats (less the recused) have to vote."""
        return -(-seats * self.quorum_percent // 100)


@dataclass(frozen=True)
class Seat:
    """Who may vote, and whether as chair."""

    member_id: UUID
    is_chair: bool = False


@dataclass(frozen=True)
class Ballot:
    """One seat's vote."""

    seat: Seat
    choice: str


@dataclass(frozen=True)
class Count:
    """Votes of the seats that may vote; `seats` is how many these are."""

    seats: int
    approvals: int
    declines: int
    deferrals: int

    @property
    def cast(self) -> int:
        return self.approvals + self.declines + self.deferrals

    @property
    def left(self) -> int:
        return self.seats - self.cast


def count(ballots: Collection[Ballot], seats: Collection[Seat], recused: Collection[UUID]) -> Count:
    """The votes that count: not those of the recused; who voted and left since still counts."""
    valid = [ballot for ballot in ballots if ballot.seat.member_id not in recused]
    voters = {ballot.seat.member_id for ballot in valid}
    may_vote = {seat.member_id for seat in seats} - set(recused)
    choices = [ballot.choice for ballot in valid]
    return Count(
        seats=len(may_vote | voters),
        approvals=sum(choice in APPROVALS for choice in choices),
        declines=choices.count("decline"),
        deferrals=choices.count("defer"),
    )


def outcome(
    rules: Rules,
    amount_minor: int,
    ballots: Collection[Ballot],
    seats: Collection[Seat],
    recused: Collection[UUID],
) -> Outcome:
    """What the votes so far make of a request.

    Too few seats for the amount leave it pending, for outside stand-ins: the need never drops.
    """
    tier = rules.tier(amount_minor)
    votes = count(ballots, seats, recused)
    chair_approved = not tier.chair or any(
        ballot.seat.is_chair and ballot.choice in APPROVALS and ballot.seat.member_id not in recused
        for ballot in ballots
    )
    if (
        votes.approvals >= tier.approvals
        and chair_approved
        and votes.approvals > votes.declines + votes.deferrals
        and votes.cast >= rules.quorum(votes.seats)
    ):
        return "approved"
    if votes.declines * 2 > votes.seats:
        return "declined"
    if is_short(rules, amount_minor, ballots, seats, recused):
        return "pending"
    best = votes.approvals + votes.left
    chair_may_approve = chair_approved or _chair_is_left(ballots, seats, recused)
    may_approve = (
        best >= tier.approvals and chair_may_approve and best > votes.declines + votes.deferrals
    )
    may_decline = (votes.declines + votes.left) * 2 > votes.seats
    return "pending" if votes.left and (may_approve or may_decline) else "deferred"


def is_short(
    rules: Rules,
    amount_minor: int,
    ballots: Collection[Ballot],
    seats: Collection[Seat],
    recused: Collection[UUID],
) -> bool:
    """Whether too few seats are left, less the recused, for an approval of this amount."""
    tier = rules.tier(amount_minor)
    voters = {ballot.seat for ballot in ballots}
    may_vote = [seat for seat in {*seats, *voters} if seat.member_id not in recused]
    people = {seat.member_id for seat in may_vote}
    return len(people) < tier.approvals or (
        tier.chair and not any(seat.is_chair for seat in may_vote)
    )


def _chair_is_left(
    ballots: Collection[Ballot], seats: Collection[Seat], recused: Collection[UUID]
) -> bool:
    gone = {ballot.seat.member_id for ballot in ballots} | set(recused)
    return any(seat.is_chair and seat.member_id not in gone for seat in seats)
