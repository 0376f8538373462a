"""Money leaves by several pairs of hands, each step refused to who had one in it before."""

from datetime import timedelta

import pytest
from sqlalchemy import insert, select, text, update
from sqlalchemy.exc import IntegrityError

from fund.awards.models import Award, Instalment
from fund.disbursements import operations, queries
from fund.disbursements.models import Payment, Run, RunApproval
from fund.errors import Denied, Refused
from fund.ids import new_id
from fund.ledger.models import Journal
from fund.ledger.queries import available
from fund.permissions import Role
from fund.survivors.models import Consent
from tests.applications.factories import BOOKS, NOW, TUITION, make_author
from tests.awards.factories import make_ready, withdraw_consent
from tests.committee.factories import make_committee
from tests.disbursements.factories import (
    DETAILS,
    approve,
    make_payee,
    make_run,
    make_sent,
    make_team,
)
from tests.people.factories import make_staff


def test_the_whole_way_of_a_payment(session):
    team = make_team(session)
    run = make_run(session, team)
    assert run.state == "prepared"
    assert run.total_minor == 1_000_000
    award = session.scalars(select(Award)).one()
    before = available(session, award.fund_id, now=NOW)

    approve(session, run, team.committee[1])
    assert run.state == "approved"
    operations.send_run(session, run, actor=team.finance.actor_at(NOW), now=NOW)
    after = available(session, award.fund_id, now=NOW)
    assert before.cash.amount_minor - after.cash.amount_minor == 1_000_000
    assert (before.reserved.amount_minor, after.reserved.amount_minor) == (1_000_000, 0)
    assert before.available == after.available

    for number, payment in enumerate(run.payments):
        operations.confirm_payment(
            session,
            payment,
            bank_reference=f"BANK{number}",
            paid_on=NOW.date(),
            actor=team.treasurer.actor_at(NOW),
            now=NOW,
        )
    assert run.state == "closed"
    assert {i.state for i in award.instalments} == {"paid"}
    kinds = session.scalars(select(Journal.kind).where(Journal.source == "disbursements")).all()
    assert sorted(kinds) == ["payment_confirmed"] * 2 + ["payment_sent"] * 2


def test_who_prepared_a_run_never_approves_it(session):
    team = make_team(session)
    finance = make_staff(session, Role.FINANCE_OFFICER, Role.COMMITTEE_MEMBER)
    run = make_run(session, type(team)(finance, team.treasurer, team.committee))
    assert not operations.can_approve(finance.actor_at(NOW), run)
    with pytest.raises(Refused, match="prepared_it_yourself"):
        approve(session, run, finance)


def test_who_entered_an_account_never_approves_its_payment(session):
    team = make_team(session)
    enterer = make_staff(session, Role.FINANCE_OFFICER, Role.COMMITTEE_MEMBER)
    award = make_ready(session, committee=team.committee)
    payees = {
        kind: make_payee(session, type(team)(enterer, team.treasurer, team.committee), kind)
        for kind in ("school", "vendor")
    }
    run = operations.prepare_run(
        session,
        {i.id: payees[i.payee_kind].id for i in award.instalments},
        actor=team.finance.actor_at(NOW),
        now=NOW,
    )
    with pytest.raises(Refused, match="entered_its_payee"):
        approve(session, run, enterer)


def test_the_author_of_an_award_never_approves_its_payment(session):
    team = make_team(session)
    author = make_staff(session, Role.CASEWORKER, Role.COMMITTEE_MEMBER)
    award = make_ready(session, committee=team.committee, author=author)
    run = make_run(session, team, award=award)
    with pytest.raises(Refused, match="wrote_its_application"):
        approve(session, run, author)


def test_who_sent_a_run_never_confirms_its_payments(session):
    team = make_team(session)
    both = make_staff(session, Role.FINANCE_OFFICER, Role.TREASURER)
    run = make_run(session, team)
    approve(session, run, team.committee[1])
    operations.send_run(session, run, actor=both.actor_at(NOW), now=NOW)
    with pytest.raises(Refused, match="sent_it_yourself"):
        operations.confirm_payment(
            session, run.payments[0], bank_reference="B1", paid_on=NOW.date(),
            actor=both.actor_at(NOW), now=NOW,
        )  # fmt: skip
    with pytest.raises(Refused, match="sent_it_yourself"):
        operations.return_payment(
            session, run.payments[0], reason="other", actor=both.actor_at(NOW), now=NOW
        )


def test_the_database_itself_keeps_the_duties_apart(session):
    """Python out of the way: whoever connects is refused."""
    team = make_team(session)
    finance = make_staff(session, Role.FINANCE_OFFICER, Role.COMMITTEE_MEMBER)
    run = make_run(session, type(team)(finance, team.treasurer, team.committee))
    outsider = make_author(session)
    for member in (finance, outsider):
        approval = insert(RunApproval).values(
            id=new_id(),
            run_id=run.id,
            member_id=member.id,
            as_chair=False,
            content_sha256=run.content_sha256,
            approved_at=NOW,
        )
        with pytest.raises(IntegrityError), session.begin_nested():
            session.execute(approval)
    for change in (
        {"state": "approved"},
        {"total_minor": 1},
        {"content_sha256": bytes(32)},
    ):
        with pytest.raises(IntegrityError), session.begin_nested():
            session.execute(update(Run).where(Run.id == run.id).values(change))
    with pytest.raises(IntegrityError), session.begin_nested():
        session.execute(update(Payment).values(amount_minor=1))
    with pytest.raises(IntegrityError), session.begin_nested():
        session.execute(text("DELETE FROM payment"))


def test_above_50000_baht_two_approve_and_one_is_the_chair(session):
    team = make_team(session)
    team = type(team)(team.finance, team.treasurer, make_committee(session, members=4))
    lines = (
        type(TUITION)("tuition", "school", None, 5_000_000, TUITION.due_month),
        type(BOOKS)("books", "vendor", None, 1, BOOKS.due_month),
    )
    award = make_ready(session, committee=team.committee, lines=lines)
    run = make_run(session, team, award=award)
    approve(session, run, team.committee[1])
    approve(session, run, team.committee[2])
    assert run.state == "prepared"
    approve(session, run, team.committee[0])
    assert run.state == "approved"
    with pytest.raises(Refused, match="wrong_state"):
        approve(session, run, team.committee[3])


def test_one_member_approves_once(session):
    team = make_team(session)
    award = make_ready(
        session,
        committee=make_committee(session, members=4),
        lines=(type(TUITION)("tuition", "school", None, 5_000_100, TUITION.due_month),),
    )
    run = make_run(session, team, award=award)
    approve(session, run, team.committee[1])
    with pytest.raises(Refused, match="approved_already"):
        approve(session, run, team.committee[1])


def test_an_approval_is_for_what_was_seen(session):
    team = make_team(session)
    run = make_run(session, team)
    with pytest.raises(Refused, match="run_changed"):
        operations.approve_run(
            session, run, seen_sha256="00" * 32,
            actor=team.committee[1].actor_at(NOW), now=NOW,
        )  # fmt: skip


def test_a_run_is_not_sent_before_it_is_approved(session):
    team = make_team(session)
    run = make_run(session, team)
    with pytest.raises(Refused, match="wrong_state"):
        operations.send_run(session, run, actor=team.finance.actor_at(NOW), now=NOW)
    with pytest.raises(Denied):
        operations.send_run(session, run, actor=team.treasurer.actor_at(NOW), now=NOW)


def test_a_withdrawn_consent_stops_the_payment(session):
    team = make_team(session)
    run = make_run(session, team)
    approve(session, run, team.committee[1])
    consent = session.scalars(select(Consent)).first()
    session.execute(
        text(
            "UPDATE vault.consent SET withdrawn_at = :now, withdrawn_by = recorded_by,"
            " withdrawal_reason = 'survivor_asked' WHERE id = :id"
        ),
        {"now": NOW - timedelta(days=1), "id": consent.id},
    )
    with pytest.raises(Refused, match="no_valid_consent"):
        operations.send_run(session, run, actor=team.finance.actor_at(NOW), now=NOW)


def test_a_returned_payment_is_held_for_the_award_again(session):
    team = make_team(session)
    run = make_sent(session, team)
    fund_id = session.scalars(select(Award)).one().fund_id
    before = available(session, fund_id, now=NOW)
    payment = run.payments[0]
    operations.return_payment(
        session, payment, reason="account_closed", actor=team.treasurer.actor_at(NOW), now=NOW
    )
    after = available(session, fund_id, now=NOW)
    assert after.reserved.amount_minor == payment.amount_minor
    assert after.cash.amount_minor - before.cash.amount_minor == payment.amount_minor
    assert session.get_one(Instalment, payment.instalment_id).state == "failed"


def test_a_dropped_run_leaves_its_instalments_ready(session):
    team = make_team(session)
    run = make_run(session, team)
    operations.cancel_run(session, run, actor=team.finance.actor_at(NOW), now=NOW)
    make_again = {
        row.instalment_id: row.payees[0].id for row in queries.list_ready(session, now=NOW)
    }
    again = operations.prepare_run(
        session, make_again,
        actor=team.finance.actor_at(NOW), now=NOW,
    )  # fmt: skip
    assert again.total_minor == run.total_minor


def test_a_changed_account_pauses_and_the_old_one_is_used_no_more(session):
    team = make_team(session)
    payee = make_payee(session, team)
    operations.add_account(session, payee, DETAILS, actor=team.finance.actor_at(NOW), now=NOW)
    assert payee.account_on(NOW) is None
    both = make_staff(session, Role.FINANCE_OFFICER, Role.TREASURER)
    other = make_payee(session, type(team)(both, both, []), checked=False)
    with pytest.raises(Refused, match="entered_it_yourself"):
        operations.check_account(
            session, other.accounts[-1], other, actor=both.actor_at(NOW), now=NOW
        )
    operations.check_account(
        session, payee.accounts[-1], payee, actor=team.treasurer.actor_at(NOW), now=NOW
    )
    assert payee.account_on(NOW + timedelta(hours=23)) is None
    assert payee.account_on(NOW + timedelta(hours=24)) is not None


def test_a_guardian_is_paid_for_its_own_survivor_only(session):
    team = make_team(session)
    reason = "small_daily_cost"
    line = type(TUITION)("transport", "guardian", reason, 100_000, TUITION.due_month)
    award = make_ready(session, committee=team.committee, lines=(line,))
    other = make_ready(session, committee=make_committee(session), lines=(line,))
    guardian = make_payee(session, team, "guardian", award=other)
    with pytest.raises(Refused, match="payee_of_other_kind"):
        operations.prepare_run(
            session, {award.instalments[0].id: guardian.id},
            actor=team.finance.actor_at(NOW), now=NOW,
        )  # fmt: skip


def test_an_account_changed_after_the_approval_stops_the_run(session):
    team = make_team(session)
    run = make_run(session, team)
    approve(session, run, team.committee[1])
    finance = team.finance.actor_at(NOW)
    payee = queries.get_payee(session, run.payments[0].payee_id)
    operations.add_account(session, payee, DETAILS, actor=finance, now=NOW)
    for step in (operations.open_accounts, operations.send_run):
        with pytest.raises(Refused, match="account_changed"), session.begin_nested():
            step(session, run, actor=finance, now=NOW)
    session.refresh(run)
    assert run.state == "approved"


def test_no_accounts_go_to_the_bank_without_a_consent(session):
    team = make_team(session)
    run = make_run(session, team)
    approve(session, run, team.committee[1])
    operations.open_accounts(session, run, actor=team.finance.actor_at(NOW), now=NOW)
    withdraw_consent(session, session.scalars(select(Award)).one())
    with pytest.raises(Refused, match="no_valid_consent"):
        operations.open_accounts(session, run, actor=team.finance.actor_at(NOW), now=NOW)
