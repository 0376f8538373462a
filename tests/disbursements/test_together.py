"""Two persons at the same moment, each with a connection and a commit of their own."""

from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest

from fund import db
from fund.disbursements import operations, queries
from fund.errors import Refused
from fund.people.models import Staff
from tests.applications.factories import NOW
from tests.awards.factories import make_ready
from tests.disbursements.factories import DETAILS, make_payee, make_team


@pytest.fixture
def own_database(app, fresh_url):
    yield
    db.init(app.config["SETTINGS"].database_url)


def test_a_run_waits_for_a_change_of_account_and_then_does_not_pay_the_old_one(own_database):
    with db.transaction() as session:
        team = make_team(session)
        award = make_ready(session, committee=team.committee)
        tuition = award.instalments[0].id
        payee_id = make_payee(session, team, award.instalments[0].payee_kind).id
        finance_id = team.finance.id
    entered = Event()

    def prepare():
        entered.wait(5)
        with db.transaction() as session:
            actor = session.get_one(Staff, finance_id).actor_at(NOW)
            operations.prepare_run(session, {tuition: payee_id}, actor=actor, now=NOW)

    with ThreadPoolExecutor() as pool:
        with db.transaction() as session:
            payee = queries.get_payee(session, payee_id)
            actor = session.get_one(Staff, finance_id).actor_at(NOW)
            operations.add_account(session, payee, DETAILS, actor=actor, now=NOW)
            entered.set()
            preparing = pool.submit(prepare)
            with pytest.raises(TimeoutError):
                preparing.result(0.5)
        with pytest.raises(Refused, match="payee_not_usable"):
            preparing.result(5)
