"""Lists ask the database a fixed number of times, however long they are."""

import pytest

from fund import clock
from fund.permissions import Role
from fund.settlement.operations import inbox
from tests.applications.factories import make_author, make_submitted
from tests.awards.factories import make_award
from tests.committee.factories import make_committee
from tests.disbursements.factories import make_payee, make_run, make_team
from tests.giving.factories import make_giving_world, pay_gift, start_gift, start_plan
from tests.people.factories import make_staff
from tests.settlement.factories import event


@pytest.fixture
def ask(client, sign_in, count_statements):
    """How many rows a page has, and how many statements it took."""

    def ask(reader, page, row):
        sign_in(client, reader)
        with count_statements() as seen:
            rows = client.get(page).text.count(row)
        return rows, len(seen)

    return ask


def grows_without_asking_more(add, ask):
    add()
    rows, statements = ask()
    add()
    assert ask() == (2 * rows, statements)
    assert rows > 0


@pytest.mark.parametrize(
    ("role", "page"),
    [
        (Role.CASEWORKER, "/staff/applications"),
        (Role.CHAIR, "/staff/docket"),
        (Role.AUDITOR, "/staff/awards"),
        (Role.AUDITOR, "/staff/trail"),
    ],
)
def test_applications_and_awards(session, ask, role, page):
    author, committee = make_author(session), make_committee(session)
    reader = author if role == Role.CASEWORKER else make_staff(session, role)

    def add():
        make_submitted(session, author=author)
        make_award(session, author=author, committee=committee)

    grows_without_asking_more(add, lambda: ask(reader, page, "card-row-action"))


@pytest.mark.parametrize("page", ["/staff/runs", "/staff/payees"])
def test_runs_and_payees(session, ask, page):
    team = make_team(session)

    def add():
        make_run(session, team)
        award = make_award(session, committee=team.committee)
        make_payee(session, team, "guardian", award=award)

    grows_without_asking_more(add, lambda: ask(team.finance, page, "card-row-action"))


def test_gifts(session, ask):
    make_giving_world(session)
    finance = make_staff(session, Role.FINANCE_OFFICER)

    def add():
        pay_gift(session, start_gift(session))

    grows_without_asking_more(add, lambda: ask(finance, "/staff/gifts", '<th scope="row">'))


def test_regular_gifts(session, ask):
    make_giving_world(session)
    finance = make_staff(session, Role.FINANCE_OFFICER)

    def add():
        start_plan(session)

    grows_without_asking_more(
        add, lambda: ask(finance, "/staff/plans?state=open", "card-row-action")
    )


def test_stripes_events(session, ask):
    make_giving_world(session)
    finance = make_staff(session, Role.FINANCE_OFFICER)
    desk = inbox.find_desk(session, "nz", now=clock.now())

    def add():
        name = f"evt_{clock.now().timestamp()}"
        inbox.receive(session, desk, event(id=name), b"{}", now=clock.now())
        session.commit()

    grows_without_asking_more(add, lambda: ask(finance, "/staff/settlement", "card-row-what"))


def test_staff(session, ask):
    administrator = make_staff(session, Role.ADMINISTRATOR)
    grows_without_asking_more(
        lambda: make_staff(session, Role.CASEWORKER),
        lambda: ask(administrator, "/staff/people", "Caseworker"),
    )
