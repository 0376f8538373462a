"""Which duties a team can cover: nobody does two that must be apart."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fund.people.duties import Seats, duties, uncovered
from fund.permissions import Role

SMALL_POLICY = Seats(approvals=2, run_approvals=2)
SIX = {
    "caseworker": {Role.CASEWORKER},
    "supervisor": {Role.SUPERVISOR},
    "finance": {Role.FINANCE_OFFICER},
    "treasurer": {Role.TREASURER},
    "chair": {Role.CHAIR},
    "member": {Role.COMMITTEE_MEMBER},
}


def test_six_are_enough_for_a_policy_of_two_approvals():
    assert uncovered(SIX, SMALL_POLICY) == []


def test_three_approvals_need_a_third_seat():
    assert uncovered(SIX) == ["decide"]
    assert uncovered(SIX | {"stand-in": {Role.COMMITTEE_MEMBER}}) == []


@pytest.mark.parametrize(
    ("missing", "codes"),
    [
        ("caseworker", ["write_application"]),
        ("supervisor", ["attest_survivor", "endorse_application"]),
        ("finance", ["enter_payee", "prepare_run", "send_run"]),
        ("treasurer", ["check_payee", "reconcile"]),
        ("chair", ["decide", "approve_run"]),
        ("member", ["decide", "approve_run"]),
    ],
)
def test_without_one_of_the_six_the_missing_duties_are_named(missing, codes):
    five = {person: roles for person, roles in SIX.items() if person != missing}
    found = uncovered(five, SMALL_POLICY)
    assert set(codes) <= set(found)
    assert found == [code for code in duties(SMALL_POLICY) if code in found]


def test_one_person_with_two_hats_does_not_check_themself():
    team = SIX | {"finance": {Role.FINANCE_OFFICER, Role.TREASURER}}
    del team["treasurer"]
    assert uncovered(team, SMALL_POLICY) == ["check_payee", "reconcile"]


def test_an_author_with_a_committee_seat_does_not_count_as_a_vote():
    team = SIX | {"caseworker": {Role.CASEWORKER, Role.COMMITTEE_MEMBER}}
    del team["member"]
    assert uncovered(team, SMALL_POLICY) == ["decide", "approve_run"]


def test_a_second_caseworker_may_attest():
    team = SIX | {"second": {Role.CASEWORKER}}
    del team["supervisor"]
    assert uncovered(team, SMALL_POLICY) == ["endorse_application"]


teams = st.lists(st.sets(st.sampled_from(list(Role)), max_size=3), max_size=5)


@given(teams)
def test_it_agrees_with_trying_every_choice_of_persons(people):
    team = dict(enumerate(people))
    every = duties(SMALL_POLICY)
    for code, duty in every.items():
        assert (code in uncovered(team, SMALL_POLICY)) != _brute(duty, every, team), code


def _brute(duty, every, team) -> bool:
    def holders(roles):
        return [person for person, held in team.items() if roles & held]

    others = [holders(every[code].roles) for code in duty.apart_from]
    for chosen in product(holders(duty.roles), repeat=duty.persons):
        distinct = len(set(chosen)) == duty.persons
        led = not duty.chair or any(Role.CHAIR in team[person] for person in chosen)
        apart = all(not o or set(o) - set(chosen) for o in others)
        if distinct and led and apart:
            return True
    return False


@given(teams, st.sets(st.sampled_from(list(Role)), max_size=3))
def test_one_more_person_never_uncovers_a_duty_that_nobody_else_must_leave(people, roles):
    """Adding somebody can only uncover what they are the first to hold the counterpart of."""
    team = dict(enumerate(people))
    counterparts = {role for held in people for role in held}
    more = team | {"new": roles & counterparts}
    assert set(uncovered(more, SMALL_POLICY)) <= set(uncovered(team, SMALL_POLICY))
