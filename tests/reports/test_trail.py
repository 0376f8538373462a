"""The auditor follows one award through the log, and learns nothing about who it is for."""

import re

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from fund.awards.models import Instalment
from fund.disbursements import operations
from fund.ids import new_id
from fund.permissions import Role
from tests.applications.factories import NOW
from tests.disbursements.factories import make_sent, make_team
from tests.people.factories import make_staff
from tests.survivors.factories import NAME


@pytest.fixture
def paid(session: Session) -> Instalment:
    """An instalment whose payment the bank confirmed."""
    team = make_team(session)
    payment = make_sent(session, team).payments[0]
    operations.confirm_payment(
        session,
        payment,
        bank_reference="ENTRY-1",
        paid_on=NOW.date(),
        actor=team.treasurer.actor_at(NOW),
        now=NOW,
    )
    return session.get_one(Instalment, payment.instalment_id)


def test_one_award_is_followed_from_application_to_payment(
    client: FlaskClient, session: Session, sign_in, paid: Instalment
):
    sign_in(client, make_staff(session, Role.AUDITOR))
    assert f"/staff/trail/awards/{paid.award_id}" in client.get("/staff/trail").text
    page = client.get(f"/staff/trail/awards/{paid.award_id}").text
    titles = [
        "Application begun", "Application submitted", "Vote cast", "Decided", "Money reserved",
        "Award accepted", "Condition confirmed", "Run prepared", "Run approved",
        "Run sent to the bank", "Payment sent", "Payment confirmed by the bank",
    ]  # fmt: skip
    for title in titles:
        assert title in page
    assert page.index("Application begun") < page.index("Payment confirmed by the bank")
    # The payment left (both of the run's), and one was confirmed.
    assert len(re.findall(r"/staff/ledger/journals/[0-9a-f-]{36}", page)) == 3


def test_the_trail_names_staff_and_nobody_else(
    client: FlaskClient, session: Session, sign_in, paid: Instalment
):
    sign_in(client, make_staff(session, Role.AUDITOR))
    page = client.get(f"/staff/trail/awards/{paid.award_id}").text
    assert "Fah Finance" in page
    assert NAME not in page
    assert NAME.split()[0] not in page


def test_only_the_auditor_reads_the_trail(client: FlaskClient, session: Session, sign_in):
    sign_in(client, make_staff(session, Role.TREASURER))
    assert client.get("/staff/trail").status_code == 403
    assert client.get(f"/staff/trail/awards/{new_id()}").status_code == 403


def test_an_award_that_is_not_there_is_not_found(client: FlaskClient, session: Session, sign_in):
    sign_in(client, make_staff(session, Role.AUDITOR))
    assert client.get(f"/staff/trail/awards/{new_id()}").status_code == 404
