"""Who has looked at this survivor, and what for: told by case code, never by name."""

from datetime import timedelta

import pytest

from fund import db
from fund.disbursements import operations as disbursements
from fund.permissions import Role
from fund.survivors import operations
from tests.applications.factories import NOW
from tests.awards.factories import make_ready
from tests.disbursements.factories import make_payee, make_team
from tests.people.factories import make_staff
from tests.survivors.factories import NAME, make_case


@pytest.fixture
def caseworker(session):
    return make_staff(session, Role.CASEWORKER, name="Dokmai Caseworker")


@pytest.fixture
def contact(session, client, sign_in):
    return sign_in(client, make_staff(session, Role.DATA_PROTECTION))


@pytest.fixture
def survivor(session, caseworker):
    return make_case(session, caseworker=caseworker)


def look(session, survivor, staff, *, purpose="contact", now=NOW):
    operations.record_identity_read(
        session, survivor, purpose=purpose, actor=staff.actor_at(now), now=now
    )
    session.commit()


def test_each_look_shows_who_when_and_what_for(contact, session, survivor, caseworker):
    look(session, survivor, caseworker)
    page = contact.get(f"/staff/looks?case={survivor.case_code}").text
    for words in (
        survivor.case_code, "Dokmai Caseworker", "Purpose: To arrange a meeting or a call.",
        "24 Nov 10:00",
    ):  # fmt: skip
        assert words in page
    assert NAME not in page
    assert NAME.split()[0] not in page


def test_refused_attempts_are_looks_too(contact, session, survivor):
    curious = make_staff(session, Role.CASEWORKER, name="Chai Curious").actor_at(NOW)
    operations.record_refused_access(session, survivor.id, actor=curious, now=NOW)
    operations.record_known_elsewhere(session, survivor.id, actor=curious, now=NOW)
    session.commit()
    page = contact.get("/staff/looks").text
    assert "asked for the record and did not see it" in page
    assert "and so learned of the case" in page
    assert page.count("Chai Curious") == 2


def test_a_guardians_account_is_a_look_at_the_survivor_and_a_schools_is_not(contact, session):
    team = make_team(session)
    award = make_ready(session, committee=team.committee)
    for kind, case in (("guardian", award), ("school", None)):
        payee = make_payee(session, team, kind, award=case)
        disbursements.record_reading(session, payee, actor=team.finance.actor_at(NOW), now=NOW)
    session.commit()
    page = contact.get("/staff/looks").text
    assert page.count("Payee’s account opened") == 1


def test_only_this_case_is_shown(contact, session, survivor, caseworker):
    other = make_case(session, caseworker=caseworker, name="Another Invented-Name")
    look(session, survivor, caseworker)
    look(session, other, caseworker)
    assert contact.get("/staff/looks").text.count('<th scope="row">') == 2
    page = contact.get(f"/staff/looks?case={survivor.case_code.lower().replace('-', '')}").text
    assert page.count('<th scope="row">') == 1
    assert other.case_code not in page


def test_a_case_that_is_not_there(contact):
    answer = contact.get("/staff/looks?case=LF-0000-00")
    assert answer.status_code == 422
    assert "There is no case with this code." in answer.text


def test_nobody_has_looked_yet(contact, survivor):
    assert "Nobody has looked yet." in contact.get("/staff/looks").text
    page = contact.get(f"/staff/looks?case={survivor.case_code}").text
    assert "Nobody has looked yet." in page


def test_the_list_is_paged_and_asks_no_more(
    contact, session, survivor, caseworker, count_statements
):
    counts = []
    for number in (2, db.PAGE):
        for minutes in range(number):
            look(session, survivor, caseworker, now=NOW + timedelta(minutes=minutes))
        with count_statements() as seen:
            page = contact.get("/staff/looks").text
        counts.append((page.count('<th scope="row">'), len(seen)))
    assert [rows for rows, _ in counts] == [2, db.PAGE]
    assert len({statements for _, statements in counts}) == 1
    assert 'rel="next" href="/staff/looks?seen=' in page


def test_the_contact_finds_it_among_their_places(contact):
    assert 'href="/staff/looks"' in contact.get("/staff/").text


def test_the_auditor_sees_it_and_those_who_look_do_not(session, client, sign_in, survivor):
    for role in (Role.CASEWORKER, Role.SUPERVISOR, Role.ADMINISTRATOR, Role.FINANCE_OFFICER):
        sign_in(client, make_staff(session, role))
        assert client.get("/staff/looks").status_code == 403
    sign_in(client, make_staff(session, Role.AUDITOR))
    assert client.get("/staff/looks").status_code == 200
