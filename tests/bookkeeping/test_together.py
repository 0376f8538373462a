"""Several persons at the same moment, each with a connection and a commit of their own."""

from concurrent.futures import ThreadPoolExecutor, wait
from threading import Barrier

import pytest

from fund import db
from fund.bookkeeping import operations
from fund.bookkeeping.queries import get_entry
from fund.errors import Refused
from fund.giving.operations import start_gift
from fund.ledger.models import Fund
from fund.ledger.operations import close_fund
from fund.ledger.verification import verify
from fund.people.models import Staff
from fund.permissions import Role
from tests.bookkeeping.factories import NOW, at, balances, between, make_entry, make_finance
from tests.giving.factories import FIFTY, make_giving_world
from tests.ledger.factories import give_cash, make_fund, make_office
from tests.people.factories import make_staff


@pytest.fixture
def own_database(app, fresh_url):
    yield
    db.init(app.config["SETTINGS"].database_url)


def at_once(*acts):
    """Let each act in a transaction of its own; what they were refused, sorted."""
    barrier = Barrier(len(acts))

    def do(act):
        try:
            with db.transaction() as session:
                barrier.wait(5)
                act(session)
        except Refused as refusal:
            return refusal.code
        return "done"

    with ThreadPoolExecutor() as pool:
        return sorted(pool.map(do, acts))


def booking(entry_id, staff_id):
    def act(session):
        entry = get_entry(session, entry_id)
        actor = session.get_one(Staff, staff_id).actor_at(NOW)
        seen = entry.content_sha256.hex()
        operations.book(session, entry, seen_sha256=seen, actor=actor, now=NOW)

    return act


def test_two_who_approve_at_once_book_once(own_database):
    with db.transaction() as session:
        finance, office, fund = make_finance(session), make_office(session), make_fund(session)
        entry_id = make_entry(session, finance, "tax_withheld", at(fund, office, 500)).id
        persons = [finance.treasurer.id, make_staff(session, Role.TREASURER).id]
    assert at_once(*(booking(entry_id, person) for person in persons)) == ["done", "wrong_state"]
    with db.reading() as session:
        assert balances(session, session.get_one(Fund, fund.id))["THB:grants"] == 500
        assert verify(session) == []


def test_two_transfers_at_once_do_not_take_the_same_money(own_database):
    with db.transaction() as session:
        finance, office, giver = make_finance(session), make_office(session), make_fund(session)
        give_cash(session, giver, 1_000)
        plan = between(giver, make_fund(session, "education"), office, 600)
        entries = [make_entry(session, finance, "transfer", plan).id for _ in range(3)]
    outcome = at_once(*(booking(entry, finance.treasurer.id) for entry in entries))
    assert outcome == ["done", "transfer_overspends", "transfer_overspends"]
    with db.reading() as session:
        assert verify(session) == []


def test_a_fund_does_not_close_over_a_proposal(own_database):
    with db.transaction() as session:
        finance, office = make_finance(session), make_office(session)
        fund = make_fund(session, "education")
    outcome = at_once(
        lambda session: make_entry(session, finance, "interest", at(fund, office, 5)),
        lambda session: close_fund(session, fund, version=1, actor=finance.proposer, now=NOW),
    )
    assert outcome in (["done", "fund_has_entries"], ["done", "fund_closed"])


def test_a_fund_does_not_close_over_a_gift_that_just_begins(own_database):
    with db.transaction() as session:
        finance, fund = make_finance(session), make_giving_world(session).funds["education"]
    donor = {"email": "donor@example.org", "name": "Mere Donor", "language": "en"}

    def close():
        return at_once(
            lambda session: close_fund(session, fund, version=1, actor=finance.proposer, now=NOW)
        )

    with ThreadPoolExecutor() as pool:
        with db.transaction() as session:
            start_gift(session, amount=FIFTY, fund_code="education", **donor, now=NOW)
            closing = pool.submit(close)
            wait([closing], timeout=0.5)
            assert not closing.done()
        assert closing.result() == ["fund_has_gifts"]
