"""An award pays step by step, each only when it may; the database agrees."""

from datetime import timedelta

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.exc import IntegrityError

from fund.awards import operations
from fund.awards.models import Acceptance, Award, AwardCondition, Instalment
from fund.committee.operations import Choice
from fund.errors import Denied, Refused
from fund.ledger.models import Fund
from fund.ledger.queries import available
from fund.permissions import Role
from tests.applications.factories import NOW
from tests.awards.factories import (
    accept,
    caseworker_of,
    make_active,
    make_award,
    make_document,
    make_ready,
    pay,
    withdraw_consent,
)
from tests.committee.factories import cast, make_committee, make_in_review
from tests.ledger.factories import give_cash
from tests.people.factories import make_staff


def test_an_award_is_offered_reserved_and_planned_by_its_costs(session):
    award = make_award(session)
    assert award.state == "offered"
    assert [(i.line_kind, i.amount_minor, i.state) for i in award.instalments] == [
        ("tuition", 850_000, "scheduled"),
        ("books", 150_000, "scheduled"),
    ]
    assert available(session, award.fund_id, now=NOW).reserved.amount_minor == 1_000_000


def test_acceptance_makes_ready_what_has_no_condition(session):
    award = make_active(session)
    assert award.state == "active"
    assert [i.state for i in award.instalments] == ["scheduled", "ready"]


def test_a_child_of_ten_or_more_assents_too(session):
    award = make_award(session)
    with pytest.raises(Refused, match="assent_needed"):
        accept(session, award, assent=False)
    accept(session, award)
    found = session.scalars(select(Acceptance)).one()
    assert found.assent_wording_id is not None
    assert found.recorded_by == caseworker_of(session, award).id


def test_confirmed_enrolment_makes_tuition_ready(session):
    award = make_ready(session)
    assert [i.state for i in award.instalments] == ["ready", "ready"]


def test_a_condition_of_the_committee_holds_every_payment(session):
    committee = make_committee(session)
    application = make_in_review(session, committee)
    give_cash(session, session.get_one(Fund, application.fund_id), 1_000_000)
    condition = Choice("approve_with_conditions", ["safety_plan_agreed"])
    for member in committee[:2]:
        cast(session, application, member, condition)
    award = session.scalars(select(Award)).one()
    accept(session, award)
    assert [i.state for i in award.instalments] == ["scheduled", "scheduled"]
    agreed = next(c for c in award.conditions if c.instalment_id is None)
    operations.confirm_condition(
        session,
        agreed,
        how="visit",
        document_id=None,
        actor=caseworker_of(session, award).actor_at(NOW),
        now=NOW,
    )
    assert [i.state for i in award.instalments] == ["scheduled", "ready"]


def test_a_paper_that_confirms_is_of_the_same_case_and_arrived(session):
    award, other = make_active(session), make_award(session)
    condition = session.scalars(
        select(AwardCondition).where(AwardCondition.award_id == award.id)
    ).one()
    actor = caseworker_of(session, award).actor_at(NOW)
    foreign = make_document(session, other, "enrolment_proof")
    paper = make_document(session, award, "enrolment_proof")
    for document_id in (None, foreign.id):
        with pytest.raises(Exception, match=r"document_needed|not_found"):
            operations.confirm_condition(
                session, condition, how="document", document_id=document_id, actor=actor, now=NOW
            )
    operations.confirm_condition(
        session, condition, how="document", document_id=paper.id, actor=actor, now=NOW
    )
    assert award.instalments[0].state == "ready"


def test_the_last_evidence_completes_the_award(session):
    award = make_ready(session)
    actor = caseworker_of(session, award).actor_at(NOW)
    for instalment in award.instalments:
        pay(session, instalment)
        assert instalment.evidence_due_on == (NOW + timedelta(days=30)).date()
        paper = make_document(session, award)
        operations.attach_evidence(session, instalment, document_id=paper.id, actor=actor, now=NOW)
    assert [i.state for i in award.instalments] == ["evidenced", "evidenced"]
    assert award.state == "completed"


def test_only_a_receipt_or_report_is_evidence(session):
    award = make_ready(session)
    instalment = award.instalments[0]
    pay(session, instalment)
    paper = make_document(session, award, "school_letter")
    with pytest.raises(Refused, match="document_not_evidence"):
        operations.attach_evidence(
            session,
            instalment,
            document_id=paper.id,
            actor=caseworker_of(session, award).actor_at(NOW),
            now=NOW,
        )


def test_overdue_evidence_holds_the_next_instalment_until_it_comes(session):
    award = make_active(session)
    tuition, books = award.instalments
    pay(session, books)
    late = NOW + timedelta(days=31)
    actor = caseworker_of(session, award).actor_at(late)
    condition = session.scalars(select(AwardCondition)).one()
    operations.confirm_condition(
        session, condition, how="phone", document_id=None, actor=actor, now=late
    )
    assert tuition.state == "scheduled"
    with pytest.raises(IntegrityError, match="evidence is overdue"), session.begin_nested():
        session.execute(
            update(Instalment)
            .where(Instalment.id == tuition.id)
            .values(state="ready", state_at=late)
        )
    paper = make_document(session, award, now=late)
    operations.attach_evidence(session, books, document_id=paper.id, actor=actor, now=late)
    assert tuition.state == "ready"


def test_a_withdrawn_consent_stops_every_step_towards_the_payee(session):
    award = make_ready(session)
    tuition, books = award.instalments
    operations.mark_prepared(session, books.id, now=NOW)
    withdraw_consent(session, award)
    for step, instalment in (
        (operations.mark_prepared, tuition),
        (operations.mark_approved, books),
    ):
        with pytest.raises(Refused, match="no_valid_consent"):
            step(session, instalment.id, now=NOW)


def test_a_returned_payment_can_be_scheduled_again(session):
    award = make_ready(session)
    books = award.instalments[1]
    pay(session, books)
    operations.mark_failed(session, books.id, now=NOW)
    assert books.evidence_due_on is None
    with pytest.raises(Denied):
        operations.reschedule(
            session, books, actor=caseworker_of(session, award).actor_at(NOW), now=NOW
        )
    finance = make_staff(session, Role.FINANCE_OFFICER).actor_at(NOW)
    operations.reschedule(session, books, actor=finance, now=NOW)
    assert books.state == "ready"


def test_what_leaves_a_dropped_run_is_ready_only_with_a_consent(session):
    award = make_ready(session)
    tuition, books = award.instalments
    for instalment in (tuition, books):
        operations.mark_prepared(session, instalment.id, now=NOW)
    operations.mark_ready_again(session, tuition.id, now=NOW)
    withdraw_consent(session, award)
    operations.mark_ready_again(session, books.id, now=NOW)
    assert (tuition.state, books.state) == ("ready", "scheduled")


REFUSED_BY_THE_DATABASE = {
    "a condition is not met": "UPDATE instalment SET state = 'ready' WHERE state = 'scheduled'",
    "does not go from ready to paid": (
        "UPDATE instalment SET state = 'paid', evidence_due_on = '2027-01-01' WHERE state = 'ready'"
    ),
    "what an instalment pays does not change": "UPDATE instalment SET amount_minor = 1",
    "what was granted does not change": "UPDATE award SET amount_minor = amount_minor + 1",
    "instalments are more than the award": (
        "INSERT INTO instalment SELECT gen_random_uuid(), award_id, 99, budget_line_id, line_kind,"
        " payee_kind, 1, due_on, 'scheduled', state_at FROM instalment LIMIT 1"
    ),
    "keeps what was recorded": "DELETE FROM award",
    "an award does not go from active to offered": "UPDATE award SET state = 'offered'",
}


@pytest.mark.parametrize("reason", REFUSED_BY_THE_DATABASE)
def test_the_database_refuses_even_its_owner(owner_session, reason):
    make_active(owner_session)
    with pytest.raises(IntegrityError, match=reason), owner_session.begin_nested():
        owner_session.execute(text(REFUSED_BY_THE_DATABASE[reason]))
