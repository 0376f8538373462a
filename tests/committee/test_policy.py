"""The rules of outcome, over any votes that a committee could cast."""

import random

from hypothesis import given
from hypothesis import strategies as st

from fund.committee.policy import APPROVALS, Ballot, Rules, Seat, Tier, count, is_short, outcome
from fund.ids import new_id

RULES = Rules(
    (Tier(2_000_000, 2, False), Tier(10_000_000, 3, False), Tier(None, 3, True)), quorum_percent=50
)
IDS = [new_id() for _ in range(7)]
AMOUNTS = st.sampled_from([100, 2_000_000, 2_000_001, 10_000_000, 10_000_001])
CHOICES = st.sampled_from(["approve", "approve_with_conditions", "defer", "decline"])


@st.composite
def rounds(draw):
    """A committee (the first seat may be the chair's), who is recused, and votes in some order."""
    size = draw(st.integers(1, 7))
    has_chair = draw(st.booleans())
    seats = [Seat(IDS[place], has_chair and place == 0) for place in range(size)]
    recused = draw(st.sets(st.sampled_from([seat.member_id for seat in seats])))
    voters = draw(st.lists(st.sampled_from(seats), unique=True))
    ballots = [Ballot(seat, draw(CHOICES)) for seat in voters]
    return ballots, seats, recused


@given(rounds(), AMOUNTS)
def test_an_approval_has_what_the_policy_asks(case, amount):
    ballots, seats, recused = case
    if outcome(RULES, amount, ballots, seats, recused) != "approved":
        return
    tier, votes = RULES.tier(amount), count(ballots, seats, recused)
    assert votes.approvals >= tier.approvals
    assert votes.approvals > votes.declines + votes.deferrals
    assert votes.cast * 2 >= votes.seats
    if tier.chair:
        assert any(
            b.seat.is_chair and b.choice in APPROVALS and b.seat.member_id not in recused
            for b in ballots
        )


@given(rounds(), AMOUNTS, st.randoms())
def test_the_order_of_votes_does_not_matter(case, amount, chance: random.Random):
    ballots, seats, recused = case
    shuffled = ballots[:]
    chance.shuffle(shuffled)
    assert outcome(RULES, amount, ballots, seats, recused) == outcome(
        RULES, amount, shuffled, seats, recused
    )


@given(rounds(), AMOUNTS, CHOICES)
def test_what_the_recused_say_changes_nothing(case, amount, other):
    ballots, seats, recused = case
    silent = [b for b in ballots if b.seat.member_id not in recused]
    loud = [Ballot(b.seat, other) if b.seat.member_id in recused else b for b in ballots]
    assert outcome(RULES, amount, silent, seats, recused) == outcome(
        RULES, amount, loud, seats, recused
    )


@given(rounds(), AMOUNTS)
def test_a_deferral_or_decline_is_final_only_when_no_vote_could_change_it(case, amount):
    ballots, seats, recused = case
    result = outcome(RULES, amount, ballots, seats, recused)
    if result not in ("deferred", "declined"):
        return
    voted = {b.seat.member_id for b in ballots}
    left = [s for s in seats if s.member_id not in voted | recused]
    for choice in ("approve", "defer", "decline"):
        full = ballots + [Ballot(seat, choice) for seat in left]
        assert outcome(RULES, amount, full, seats, recused) == result


@given(rounds(), AMOUNTS)
def test_once_all_have_voted_it_is_decided_unless_seats_are_missing(case, amount):
    ballots, seats, recused = case
    votes = count(ballots, seats, recused)
    if votes.left or is_short(RULES, amount, ballots, seats, recused):
        return
    assert outcome(RULES, amount, ballots, seats, recused) != "pending"


@given(rounds(), AMOUNTS)
def test_too_few_seats_never_approve(case, amount):
    ballots, seats, recused = case
    if is_short(RULES, amount, ballots, seats, recused):
        assert outcome(RULES, amount, ballots, seats, recused) in ("pending", "declined")


def test_a_tie_is_a_deferral():
    seats = [Seat(IDS[0], True), *(Seat(i) for i in IDS[1:4])]
    ballots = [
        Ballot(seat, choice)
        for seat, choice in zip(seats, ["approve", "approve", "decline", "decline"], strict=True)
    ]
    assert outcome(RULES, 100, ballots, seats, set()) == "deferred"


def test_above_a_hundred_thousand_the_chair_is_one_of_three():
    chair, *members = [Seat(IDS[0], True), *(Seat(i) for i in IDS[1:5])]
    three = [Ballot(seat, "approve") for seat in members[:3]]
    seats = [chair, *members]
    assert outcome(RULES, 10_000_000, three, seats, set()) == "approved"
    assert outcome(RULES, 10_000_001, three, seats, set()) == "pending"
    with_chair = [*three, Ballot(chair, "approve")]
    assert outcome(RULES, 10_000_001, with_chair, seats, set()) == "approved"


def test_two_approvals_of_five_wait_for_the_quorum():
    seats = [Seat(i) for i in IDS[:5]]
    two = [Ballot(seat, "approve") for seat in seats[:2]]
    assert outcome(RULES, 100, two, seats, set()) == "pending"
    assert outcome(RULES, 100, [*two, Ballot(seats[2], "defer")], seats, set()) == "approved"
    assert outcome(RULES, 100, two, seats, {IDS[4]}) == "approved"
