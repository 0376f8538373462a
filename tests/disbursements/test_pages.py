"""The payment pages, as finance, treasurer, committee and auditor meet them."""

import re

import pytest
from sqlalchemy import select

from fund import clock
from fund.audit.models import Event
from fund.disbursements.models import Payee, Payment, Run
from fund.ids import new_id
from fund.permissions import Role
from tests.applications.factories import TUITION
from tests.awards.factories import make_ready
from tests.disbursements.factories import (
    DETAILS,
    approve,
    make_payee,
    make_run,
    make_sent,
    make_team,
)
from tests.people.factories import make_staff

ACCOUNT = {
    "account_name": DETAILS.account_name,
    "bank": DETAILS.bank,
    "account_number": DETAILS.account_number,
}


@pytest.fixture
def team(session):
    return make_team(session)


def test_a_payee_is_entered_by_one_and_checked_by_another(session, client, sign_in, post, team):
    sign_in(client, team.finance)
    answer = post("/staff/payees/add", kind="school", name="Invented School", **ACCOUNT)
    assert answer.status_code == 303
    payee = session.scalars(select(Payee)).one()
    address = f"/staff/payees/{payee.id}"
    assert DETAILS.account_number not in client.get(address).text
    assert post(f"{address}/check").status_code == 403

    sign_in(client, team.treasurer)
    opened = post(f"{address}/open")
    assert DETAILS.account_number in opened.text
    events = select(Event.name).where(Event.subject_id == payee.id).order_by(Event.id)
    assert session.scalars(events).all()[-1] == "payee_read"
    assert post(f"{address}/check").status_code == 303
    assert "can be paid" in client.get(address).text


def test_what_is_missing_is_said_beside_its_field_and_the_rest_is_kept(client, sign_in, post, team):
    sign_in(client, team.finance)
    answer = post("/staff/payees/add", kind="guardian", **ACCOUNT | {"account_number": "abc"})
    assert answer.status_code == 422
    assert 'id="e-case_code"' in answer.text
    assert 'id="e-account_number"' in answer.text
    assert f'value="{DETAILS.bank}"' in answer.text


def test_a_guardian_is_called_by_the_case_code_only(session, client, sign_in, team):
    line = type(TUITION)("transport", "guardian", "small_daily_cost", 100_000, TUITION.due_month)
    award = make_ready(session, committee=team.committee, lines=(line,))
    payee = make_payee(session, team, "guardian", award=award)
    for person in (team.finance, team.treasurer):
        sign_in(client, person)
        for address in ("/staff/payees", f"/staff/payees/{payee.id}"):
            text = client.get(address).text
            assert "Guardian of LF-" in text
            assert DETAILS.account_name not in text


def test_a_run_from_gathering_to_the_bank(session, client, sign_in, post, team):
    award = make_ready(session, committee=team.committee)
    payees = {kind: make_payee(session, team, kind) for kind in ("school", "vendor")}
    sign_in(client, team.finance)
    assert "฿8,500" in client.get("/staff/runs/prepare").text
    choices = {f"payee-{i.id}": str(payees[i.payee_kind].id) for i in award.instalments}
    answer = post(
        "/staff/runs/prepare", instalment=[str(i.id) for i in award.instalments], **choices
    )
    assert answer.status_code == 303
    run = session.scalars(select(Run)).one()
    address = f"/staff/runs/{run.id}"
    assert post(f"{address}/send").status_code == 422

    sign_in(client, team.committee[1])
    page = client.get(address).text
    assert "Approve ฿10,000, payees: 2" in page
    seen = re.search(r'name="content_sha256" value="(\w+)"', page)[1]
    assert post(f"{address}/approve", content_sha256=seen).status_code == 303

    sign_in(client, team.finance)
    bank_file = post(f"{address}/bank-file")
    assert DETAILS.account_number in bank_file.text
    assert "8500.00" in bank_file.text
    assert post(f"{address}/send").status_code == 303

    sign_in(client, team.treasurer)
    payment = session.scalars(select(Payment)).first()
    confirm = f"/staff/payments/{payment.id}/confirm"
    wrong = post(confirm, bank_reference="", paid_on="yesterday")
    assert wrong.status_code == 422
    assert "Please write a day" in wrong.text
    sent_at = session.get_one(Run, run.id, populate_existing=True).sent_at
    sent_on = clock.bangkok_day(sent_at).isoformat()
    assert post(confirm, bank_reference="B-77", paid_on=sent_on).status_code == 303
    assert "B-77" in client.get(address).text


def test_nothing_chosen_is_said_plainly(client, sign_in, post, team):
    sign_in(client, team.finance)
    answer = post("/staff/runs/prepare")
    assert answer.status_code == 422
    assert "Please choose at least one payment." in answer.text


def test_who_prepared_a_run_is_not_offered_its_approval(session, client, sign_in, post, team):
    finance = make_staff(session, Role.FINANCE_OFFICER, Role.COMMITTEE_MEMBER)
    run = make_run(session, type(team)(finance, team.treasurer, team.committee))
    sign_in(client, finance)
    assert "content_sha256" not in client.get(f"/staff/runs/{run.id}").text
    answer = post(f"/staff/runs/{run.id}/approve", content_sha256=run.content_sha256.hex())
    assert answer.status_code == 422
    assert "You prepared this run" in answer.text


def test_the_same_form_twice_approves_once(session, client, sign_in, team):
    run = make_run(session, team)
    sign_in(client, team.committee[1])
    form = {"nonce": str(new_id()), "content_sha256": run.content_sha256.hex()}
    first = client.post(f"/staff/runs/{run.id}/approve", data=form)
    second = client.post(f"/staff/runs/{run.id}/approve", data=form)
    assert (first.status_code, second.status_code) == (303, 303)
    assert first.headers["Location"] == second.headers["Location"]


def test_each_sees_what_waits_on_them(session, client, sign_in, team):
    run = make_run(session, team)
    sign_in(client, team.committee[1])
    assert "Approve payments" in client.get("/staff/").text
    sign_in(client, team.treasurer)
    assert "Find in the bank" not in client.get("/staff/").text
    approve(session, run, team.committee[1])
    sign_in(client, team.finance)
    assert "Send payments" in client.get("/staff/").text
    make_sent(session, team)
    sign_in(client, team.treasurer)
    assert "Find in the bank" in client.get("/staff/").text


def test_the_auditor_reads_runs_and_no_account(session, client, sign_in, team):
    run = make_run(session, team)
    sign_in(client, make_staff(session, Role.AUDITOR))
    text = client.get(f"/staff/runs/{run.id}").text
    assert "Invented school" in text
    assert DETAILS.account_number not in text
    assert client.get("/staff/payees").status_code == 403
