"""The committee decides by its policy; whoever is too near does not, the database included."""

import pytest
from sqlalchemy import func, insert, select, text

from fund.awards.models import Award, AwardCondition
from fund.committee import operations, queries
from fund.committee.models import Decision, Declaration, Vote
from fund.committee.operations import Choice
from fund.errors import Denied, NotFound, Refused
from fund.ids import new_id
from fund.ledger.models import Fund
from fund.money import Money
from fund.people.models import StaffRole
from fund.permissions import Role
from tests.applications.factories import NOW, LineDraft, make_author, make_submitted
from tests.committee.factories import APPROVE, DECLINE, DEFER, MARKS, cast, make_committee
from tests.committee.factories import make_in_review as make_in_review_with
from tests.ledger.factories import give_cash
from tests.people.factories import make_staff
from tests.refusing import refuses
from tests.survivors.factories import make_case


@pytest.fixture
def committee(session):
    return make_committee(session, members=3)


def fund_it(session, application, amount_minor=100_000_000):
    give_cash(session, session.get_one(Fund, application.fund_id), amount_minor)


def test_the_first_declaration_without_conflict_opens_the_review(session, committee):
    application = make_submitted(session)
    operations.declare(
        session, application, conflict_kind=None, actor=committee[1].actor_at(NOW), now=NOW
    )
    assert application.state == "in_review"


def test_the_last_needed_approval_makes_the_award(session, committee):
    application = make_in_review_with(session, committee)
    fund_it(session, application)
    assert cast(session, application, committee[0]) is None
    decision = cast(session, application, committee[1])
    assert (decision.outcome, decision.approvals, decision.seats) == ("approved", 2, 4)
    assert application.state == "approved"
    award = session.scalars(select(Award)).one()
    assert award.amount_minor == application.requested_minor


def test_conditions_of_the_approvals_are_those_of_the_award(session, committee):
    application = make_in_review_with(session, committee)
    fund_it(session, application)
    cast(
        session,
        application,
        committee[0],
        Choice("approve_with_conditions", ["quotation_received", "enrolment_confirmed"]),
    )
    cast(session, application, committee[1])
    kinds = session.execute(
        select(AwardCondition.kind, AwardCondition.instalment_id.is_(None)).order_by(
            AwardCondition.kind
        )
    ).all()
    assert kinds == [("enrolment_confirmed", False), ("quotation_received", True)]


def test_an_award_that_the_fund_cannot_pay_is_refused_by_how_much(session, committee):
    application = make_in_review_with(session, committee)
    fund_it(session, application, 400_000)
    cast(session, application, committee[0])
    with pytest.raises(Refused) as refused, session.begin_nested():
        cast(session, application, committee[1])
    assert refused.value.code == "not_enough_available"
    assert refused.value.params["short"] == Money(600_000, "THB")
    session.expire_all()
    assert session.scalar(select(func.count()).select_from(Vote)) == 1
    assert session.scalar(select(func.count()).select_from(Decision)) == 0
    assert application.state == "in_review"


def test_nobody_votes_on_their_own_application(session, committee):
    author = make_author(session)
    application = make_submitted(session, author=author)
    author.roles.append(StaffRole(role=Role.COMMITTEE_MEMBER, from_at=author.created_at))
    session.flush()
    actor = author.actor_at(NOW)
    assert queries.list_docket(session, actor, now=NOW) == []
    with pytest.raises(NotFound):
        queries.get_item(session, application.id, actor=actor)
    with pytest.raises(Denied):
        operations.vote(session, application, marks=MARKS, choice=APPROVE, actor=actor, now=NOW)


def test_the_recused_lose_sight_of_the_item(session, committee):
    application = make_submitted(session)
    member = committee[1].actor_at(NOW)
    assert [row.code for row in queries.list_docket(session, member, now=NOW)]
    operations.declare(session, application, conflict_kind="household", actor=member, now=NOW)
    assert queries.list_docket(session, member, now=NOW) == []
    with pytest.raises(NotFound):
        queries.get_item(session, application.id, actor=member)
    with pytest.raises(Denied):
        operations.vote(session, application, marks=MARKS, choice=APPROVE, actor=member, now=NOW)


def test_a_conflict_found_later_takes_the_vote_out_of_the_count(session, committee):
    application = make_in_review_with(session, committee)
    fund_it(session, application)
    cast(session, application, committee[1])
    operations.declare(
        session,
        application,
        conflict_kind="acquainted",
        actor=committee[1].actor_at(NOW),
        now=NOW,
    )
    assert cast(session, application, committee[2]) is None
    assert cast(session, application, committee[3]).approvals == 2


def test_declaring_comes_before_voting_and_a_vote_is_cast_once(session, committee):
    application = make_in_review_with(session, committee[:1])
    with pytest.raises(Refused, match="declare_first"):
        cast(session, application, committee[1])
    cast(session, application, committee[0])
    with pytest.raises(Refused, match="already_voted"):
        cast(session, application, committee[0])


def test_a_decline_needs_its_reason_and_conditions_need_one(session, committee):
    application = make_in_review_with(session, committee)
    with pytest.raises(Refused, match="reason_missing"):
        cast(session, application, committee[0], Choice("decline"))
    with pytest.raises(Refused, match="conditions_missing"):
        cast(session, application, committee[0], Choice("approve_with_conditions"))


def test_most_declines_decline_and_a_tie_defers(session, committee):
    declined = make_in_review_with(session, committee)
    for member in committee[:3]:
        decision = cast(session, declined, member, DECLINE)
    assert (decision.outcome, declined.state) == ("declined", "declined")
    tied = make_in_review_with(session, committee)
    for member, choice in zip(committee, (APPROVE, DECLINE, DEFER), strict=False):
        decision = cast(session, tied, member, choice)
    assert (decision.outcome, tied.state) == ("deferred", "deferred")


def test_without_attestation_no_award(session, committee):
    author = make_author(session)
    unattested = make_case(session, caseworker=author)
    application = make_in_review_with(session, committee, author=author, survivor=unattested)
    fund_it(session, application)
    cast(session, application, committee[0])
    with pytest.raises(Refused, match="not_attested"):
        cast(session, application, committee[1])


def test_a_large_request_waits_for_the_chair(session, committee):
    line = LineDraft("course_fee", "training_centre", None, 10_000_100, NOW.date().replace(day=1))
    application = make_in_review_with(session, committee, lines=[line])
    fund_it(session, application)
    assert [cast(session, application, member) for member in committee[1:]] == [None] * 3
    assert cast(session, application, committee[0]).outcome == "approved"


def row(session, application, member, **changes):
    return {
        "id": new_id(),
        "application_id": application.id,
        "round": application.round,
        "member_id": member.id,
        "is_chair": False,
        "choice": "approve",
        "conditions": [],
        "sealed_reason": None,
        "cast_at": NOW,
    } | changes


def test_the_database_refuses_a_vote_that_should_not_be_even_to_its_owner(owner_session):
    session = owner_session
    committee = make_committee(session)
    author = make_author(session)
    application = make_in_review_with(session, committee[:2], author=author)
    member, recused, outsider = committee[1], committee[2], make_staff(session, Role.AUDITOR)
    session.add_all(
        [
            Declaration(
                application_id=application.id,
                member_id=recused.id,
                has_conflict=True,
                conflict_kind="payee",
                declared_at=NOW,
            ),
            Declaration(
                application_id=application.id,
                member_id=outsider.id,
                has_conflict=False,
                declared_at=NOW,
            ),
        ]
    )
    session.flush()
    for reason, values in {
        "author does not vote": row(session, application, author),
        "recused does not vote": row(session, application, recused),
        "only who holds a seat": row(session, application, outsider),
        "only who holds a seat votes": row(session, application, member, is_chair=True),
        "not in review": row(session, application, member, round=2),
        "ck_vote_reason": row(session, application, member, choice="decline"),
        "declared before": row(session, application, make_staff(session, Role.CHAIR)),
    }.items():
        refuses(session, reason, insert(Vote), values)
    cast(session, application, member)
    refuses(
        session,
        "uq_vote_application_id_round_member_id",
        insert(Vote),
        row(session, application, member),
    )
    refuses(session, "keeps what was recorded", text("UPDATE vote SET choice = 'defer'"))


def test_the_database_refuses_an_approval_without_its_votes_and_an_award_without_it(owner_session):
    session = owner_session
    committee = make_committee(session)
    application = make_in_review_with(session, committee)
    cast(session, application, committee[0])
    decision = {
        "id": new_id(),
        "application_id": application.id,
        "round": application.round,
        "outcome": "approved",
        "policy_id": queries.get_policy(session, NOW.date()).id,
        "requested_minor": application.requested_minor,
        "seats": 3,
        "recused": 0,
        "approvals": 1,
        "declines": 0,
        "deferrals": 0,
        "decided_at": NOW,
    }
    refuses(session, "asks for more approvals", insert(Decision), decision)
    refuses(session, "not those of the votes", insert(Decision), decision | {"approvals": 2})
    refuses(
        session,
        "the committee has not approved",
        insert(Award),
        {
            "id": new_id(),
            "application_id": application.id,
            "survivor_id": application.survivor_id,
            "fund_id": application.fund_id,
            "commitment_id": new_id(),
            "amount_minor": application.requested_minor,
            "state": "offered",
            "offered_at": NOW,
        },
    )
