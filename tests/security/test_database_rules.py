"""Whoever reaches the database past the service, its owner included, cannot bend the rules."""

from datetime import date, timedelta

import pytest
from sqlalchemy import insert, text
from sqlalchemy.exc import IntegrityError

from fund.awards.models import Instalment
from fund.committee.models import Decision, Policy
from fund.disbursements import operations
from fund.disbursements.models import Payee, Payment, Run
from fund.ids import new_id
from fund.people.models import StaffRole
from fund.permissions import Role
from fund.survivors.models import Document
from tests.applications.factories import NOW
from tests.awards.factories import make_active, make_document, make_ready
from tests.committee.factories import (
    APPROVE,
    DECLINE,
    DEFER,
    cast,
    make_committee,
    make_in_review,
)
from tests.disbursements.factories import (
    DETAILS,
    approve,
    make_payee,
    make_run,
    make_sent,
    make_team,
)
from tests.people.factories import make_staff
from tests.refusing import refuses


def copy_of(row, **changes):
    """The row's values under a new id, with `changes`."""
    values = {column.key: getattr(row, column.key) for column in row.__mapper__.columns}
    return values | {"id": new_id()} | changes


def test_a_payment_slipped_into_a_run_is_never_approved_nor_sent(owner_session):
    session = owner_session
    team = make_team(session)
    run = make_run(session, team)
    more = make_ready(session, committee=team.committee).instalments[1]
    payment = copy_of(run.payments[0], instalment_id=more.id, amount_minor=more.amount_minor)
    payment |= {"payee_id": make_payee(session, team, "vendor").id}
    payment["payee_account_id"] = session.get_one(Payee, payment["payee_id"]).accounts[0].id
    session.execute(insert(Payment), payment)
    with pytest.raises(IntegrityError, match="not what was prepared"), session.begin_nested():
        approve(session, run, team.committee[1])


def test_a_run_begins_as_prepared_and_keeps_who_sent_it(owner_session):
    session = owner_session
    team = make_team(session)
    run = make_sent(session, team)
    refuses(
        session,
        "a run begins as prepared",
        insert(Run),
        copy_of(run, state="approved", sent_by=None, sent_at=None),
    )
    other = make_staff(session, Role.FINANCE_OFFICER)
    refuses(
        session,
        "who sent a run, and when, stays",
        text("UPDATE run SET sent_by = :other WHERE id = :id"),
        {"other": other.id, "id": run.id},
    )


def test_what_the_bank_confirmed_stays(owner_session):
    session = owner_session
    team = make_team(session)
    payment = make_sent(session, team).payments[0]
    operations.confirm_payment(
        session,
        payment,
        bank_reference="B1",
        paid_on=NOW.date(),
        actor=team.treasurer.actor_at(NOW),
        now=NOW,
    )
    refuses(
        session, "what the bank confirmed stays", text("UPDATE payment SET paid_on = paid_on - 1")
    )


def test_only_the_newest_account_is_paid(owner_session):
    session = owner_session
    team = make_team(session)
    run = make_run(session, team)
    payee = session.get_one(Payee, run.payments[0].payee_id)
    operations.cancel_run(session, run, actor=team.finance.actor_at(NOW), now=NOW)
    operations.add_account(session, payee, DETAILS, actor=team.finance.actor_at(NOW), now=NOW)
    again = copy_of(run, state="prepared")
    session.execute(insert(Run), again)
    payment = copy_of(run.payments[0], run_id=again["id"], state="prepared")
    refuses(session, "not the newest account", insert(Payment), payment)


def test_a_payee_is_entered_once(owner_session):
    session = owner_session
    make_payee(session, make_team(session))
    refuses(session, "keeps what was recorded", text("UPDATE payee SET name = 'Another school'"))


def test_a_seat_may_end_and_changes_no_other_way(owner_session):
    session = owner_session
    staff = make_staff(session, Role.COMMITTEE_MEMBER)
    seat = session.get_one(StaffRole, staff.roles[0].id)
    for change in ("role = 'chair'", "from_at = from_at - interval '1 year'"):
        refuses(session, "a seat only ends", text(f"UPDATE staff_role SET {change}"))
    refuses(session, "a seat only ends", text("DELETE FROM staff_role"))
    seat.until_at = NOW + timedelta(days=7)
    session.flush()
    refuses(session, "a seat only ends", text("UPDATE staff_role SET until_at = NULL"))
    seat.until_at = NOW + timedelta(days=1)
    session.flush()


def decision(session, application, **changes):
    policy_id = session.scalar(text("SELECT id FROM policy ORDER BY valid_from DESC LIMIT 1"))
    return {
        "id": new_id(),
        "application_id": application.id,
        "round": application.round,
        "outcome": "approved",
        "policy_id": policy_id,
        "requested_minor": application.requested_minor,
        "seats": 7,
        "recused": 0,
        "approvals": 2,
        "declines": 0,
        "deferrals": 0,
        "decided_at": NOW,
    } | changes


def test_an_approval_has_the_majority_and_the_quorum_that_the_policy_asks_for(owner_session):
    session = owner_session
    committee = make_committee(session, members=6)
    application = make_in_review(session, committee)
    # 10,000 THB need two approvals, and half of the seven seats.
    for member, choice in zip(committee, (APPROVE, APPROVE), strict=False):
        assert cast(session, application, member, choice) is None
    refuses(session, "no quorum", insert(Decision), decision(session, application))
    refuses(
        session, "not those of the seats", insert(Decision), decision(session, application, seats=4)
    )
    for member, choice in zip(committee[2:], (DECLINE, DEFER), strict=False):
        cast(session, application, member, choice)
    refuses(
        session,
        "not those of the votes",
        insert(Decision),
        decision(session, application, declines=0, deferrals=2),
    )
    refuses(
        session,
        "no majority",
        insert(Decision),
        decision(session, application, declines=1, deferrals=1),
    )


def test_an_application_is_decided_by_a_decision(owner_session):
    session = owner_session
    application = make_in_review(session, make_committee(session))
    for state in ("approved", "declined", "deferred"):
        refuses(
            session,
            "no decision says so",
            text("UPDATE application SET state = :state WHERE id = :id"),
            {"state": state, "id": application.id},
        )


def test_what_the_committee_was_told_of_age_and_place_stays(owner_session):
    make_in_review(owner_session, make_committee(owner_session))
    for change in ("age_band = '18–19'", "region = 'south'"):
        statement = text(f"UPDATE application SET {change}")
        refuses(owner_session, "what was submitted does not change", statement)


def test_a_policy_is_never_backdated_and_never_asks_for_nobody(owner_session):
    session = owner_session
    tiers = [{"up_to_minor": None, "approvals": 1, "chair": False}]
    row = {
        "id": new_id(),
        "valid_from": date(2026, 1, 2),
        "tiers": tiers,
        "run_tiers": tiers,
        "quorum_percent": 50,
        "decide_within_days": 14,
    }
    nobody = [{"up_to_minor": None, "approvals": 0, "chair": False}]
    low = [{"up_to_minor": 1, "approvals": 1, "chair": False}]
    for field in ("tiers", "run_tiers"):
        for bad in (nobody, low):
            refuses(session, f"ck_policy_{field}", insert(Policy), row | {field: bad})
    session.execute(insert(Policy), row)
    earlier = row | {"id": new_id(), "valid_from": date(2025, 1, 1)}
    refuses(session, "begins after every other", insert(Policy), earlier)


def test_an_instalment_pays_a_cost_of_its_own_application(owner_session):
    session = owner_session
    award, other = make_active(session), make_active(session)
    row = session.get_one(Instalment, award.instalments[0].id)
    planned = copy_of(row, position=99, amount_minor=1, state="scheduled", evidence_due_on=None)
    # Room for one more, as if a cost had been left out.
    session.execute(text("ALTER TABLE award DISABLE TRIGGER award_check"))
    session.execute(text("UPDATE award SET amount_minor = amount_minor * 3"))
    for changes in (
        {"budget_line_id": other.instalments[0].budget_line_id},
        {"payee_kind": "guardian"},
        {"line_kind": "other"},
        {"amount_minor": row.amount_minor + 1},
    ):
        refuses(session, "no cost of its application", insert(Instalment), planned | changes)


def test_a_paper_is_about_something_of_its_own_survivor_and_stays(owner_session):
    session = owner_session
    award, other = make_active(session), make_active(session)
    paper = make_document(session, award)
    for kind, subject in {
        "survivor": other.survivor_id,
        "application": other.application_id,
        "award": other.id,
        "instalment": other.instalments[0].id,
    }.items():
        row = copy_of(paper, storage_key="k", subject_kind=kind, subject_id=subject)
        refuses(session, "about somebody else", insert(Document), row)
    change = text("UPDATE vault.document SET document_class = 'id_paper'")
    refuses(session, "stays as it was added", change)


@pytest.mark.parametrize(
    "table",
    ["application", "vault.survivor", "vault.case_assignment", "vault.guardian", "vault.document"],
)
def test_nothing_about_a_survivor_is_deleted(owner_session, table):
    make_document(owner_session, make_active(owner_session))
    refuses(owner_session, "keeps what was recorded", text(f"DELETE FROM {table}"))
