"""Lists ask the database a fixed number of times, however long they are."""

import pytest

from fund.permissions import Role
from tests.applications.factories import make_author, make_submitted
from tests.awards.factories import make_award
from tests.committee.factories import make_committee
from tests.people.factories import make_staff


@pytest.mark.parametrize(
    ("role", "page"),
    [
        (Role.CASEWORKER, "/staff/applications"),
        (Role.CHAIR, "/staff/docket"),
        (Role.AUDITOR, "/staff/awards"),
    ],
)
def test_a_longer_list_asks_no_more_often(session, client, sign_in, count_statements, role, page):
    author = make_author(session)
    committee = make_committee(session)
    reader = author if role == Role.CASEWORKER else make_staff(session, role)

    def add():
        make_submitted(session, author=author)
        make_award(session, author=author, committee=committee)

    def ask():
        sign_in(client, reader)
        with count_statements() as seen:
            rows = client.get(page).text.count("card-row-action")
        return rows, len(seen)

    add()
    short = ask()
    add()
    longer = ask()
    assert longer[0] == 2 * short[0]
    assert longer[1] == short[1]
