"""Two members at the same moment, each with a connection and a commit of their own."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlalchemy import func, select

from fund import db
from fund.applications.models import Application
from fund.awards.models import Award
from fund.committee.models import Decision, Vote
from fund.errors import Refused
from fund.ledger.models import Fund
from fund.people.models import Staff
from tests.committee.factories import cast, make_committee, make_in_review
from tests.ledger.factories import give_cash


@pytest.fixture
def committee(app, fresh_url):
    with db.transaction() as session:
        ids = [member.id for member in make_committee(session)]
    yield ids
    db.init(app.config["SETTINGS"].database_url)


def vote_together(pairs):
    """Each (application, member) votes at once; what came of each."""
    together = Barrier(len(pairs))

    def vote(pair):
        try:
            with db.transaction() as session:
                application = session.get_one(Application, pair[0])
                member = session.get_one(Staff, pair[1])
                together.wait(5)
                return cast(session, application, member) is not None
        except Refused as refusal:
            return refusal.code

    with ThreadPoolExecutor(len(pairs)) as pool:
        return list(pool.map(vote, pairs))


def count(table):
    with db.reading() as session:
        return session.scalar(select(func.count()).select_from(table))


def test_two_last_votes_at_once_make_one_award(committee):
    with db.transaction() as session:
        application = make_in_review(session, [session.get_one(Staff, m) for m in committee])
        give_cash(session, session.get_one(Fund, application.fund_id), 10_000_000)
    assert sorted(vote_together([(application.id, m) for m in committee[:2]])) == [False, True]
    assert (count(Vote), count(Decision), count(Award)) == (2, 1, 1)


def test_money_for_one_award_never_makes_two(committee):
    with db.transaction() as session:
        members = [session.get_one(Staff, member) for member in committee]
        one, other = make_in_review(session, members), make_in_review(session, members)
        give_cash(session, session.get_one(Fund, one.fund_id), 1_500_000)
        for application in (one, other):
            cast(session, application, members[0])
    results = vote_together([(one.id, committee[1]), (other.id, committee[2])])
    assert sorted(map(str, results)) == ["True", "not_enough_available"]
    assert count(Award) == 1
