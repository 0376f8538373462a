"""People come by invitation, once, with a password of their own."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select

from fund import clock
from fund.errors import Denied, Refused
from fund.people import operations, queries
from fund.people.models import Staff
from fund.permissions import SYSTEM, Role
from tests.people.factories import events, is_signed_in, make_staff

STRONG = "four unrelated river stones"
FORM = {
    "name": "Malee Example",
    "email": "Malee@lift.example",
    "language": "th",
    "roles": ["caseworker"],
    "supervisor_id": "",
}


def invited(session, *roles: Role, now=None, **changes):
    values = {"name": "Malee Example", "email": "malee@lift.example", "language": "en"} | changes
    return operations.invite(
        session, **values, roles=roles or (Role.CASEWORKER,), actor=SYSTEM, now=now or clock.now()
    )


def accept(client, token, password=STRONG, again=None):
    form = {"password": password, "again": password if again is None else again}
    return client.post(f"/staff/invitation/{token}", data=form)


def test_an_administrator_invites_and_the_letter_opens_the_door(
    client, app, session, sign_in, run_jobs, mailbox
):
    leader = make_staff(session, Role.SUPERVISOR)
    sign_in(client, make_staff(session, Role.ADMINISTRATOR))
    form = FORM | {"supervisor_id": str(leader.id), "nonce": str(uuid4())}
    assert client.post("/staff/people/invite", data=form).location == "/staff/people"
    assert "Invited" in client.get("/staff/people").text

    run_jobs()
    (letter,) = mailbox.mails
    assert letter["To"] == "malee@lift.example"
    assert letter["Content-Language"] == "th"
    plain = letter.get_body(("plain",)).get_content()
    path = re.search(r"http://localhost(/staff/invitation/\S+)", plain).group(1)

    guest = app.test_client()
    assert "malee@lift.example" in guest.get(path).text
    answer = guest.post(path, data={"password": STRONG, "again": STRONG})
    assert answer.location == "/staff/me/second-factor"
    assert is_signed_in(guest)
    staff = session.scalars(select(Staff).where(Staff.email == "malee@lift.example")).one()
    assert events(session, staff) == [
        "staff_invited",
        "staff_team_changed",
        "staff_joined",
        "staff_signed_in",
    ]
    assert queries.find_supervisor_id(session, staff.id) == leader.id


def test_an_invitation_works_once(client, session):
    _, token = invited(session)
    assert accept(client, token).status_code == 303
    again = accept(client, token)
    assert again.status_code == 422
    assert "invitation was used" in again.text
    assert "invitation was used" in client.get(f"/staff/invitation/{token}").text


def test_an_invitation_ends_after_seven_days(client, session):
    _, token = invited(session, now=clock.now() - timedelta(days=7, minutes=1))
    assert "invitation was used or is too old" in accept(client, token).text


@pytest.mark.parametrize("token", ["x", "x.y", "IjAwMDAi.bad"])
def test_a_made_up_invitation_opens_nothing(client, token):
    assert client.get(f"/staff/invitation/{token}").status_code == 422


@pytest.mark.parametrize(
    ("password", "reason"),
    [
        ("short", "at least 12"),
        ("password12345", "guessed first"),
        ("QwertyQwerty!", "guessed first"),
        ("aaaaaaaaaaaaaa", "guessed first"),
        ("malee was here first", "without your name"),
    ],
)
def test_a_weak_password_is_refused_with_the_reason(client, session, password, reason):
    _, token = invited(session)
    answer = accept(client, token, password)
    assert answer.status_code == 422
    assert reason in answer.text
    assert accept(client, token).status_code == 303, "the invitation is not spent by it"


def test_two_passwords_that_differ_are_refused(client, session):
    _, token = invited(session)
    assert "differ" in accept(client, token, again=STRONG + "!").text


def test_a_new_letter_replaces_the_old_one(client, app, session, sign_in, run_jobs, mailbox):
    staff, old = invited(session)
    sign_in(client, make_staff(session, Role.ADMINISTRATOR))
    path = f"/staff/people/{staff.id}/invitation"
    assert client.post(path, data={"nonce": str(uuid4())}).status_code == 303
    assert run_jobs() == 2
    assert len(mailbox.mails) == 1, "the job of the old letter sends nothing"
    assert accept(app.test_client(), old).status_code == 422


def test_the_command_line_invites_only_until_there_are_two_administrators(session):
    for number in (1, 2):
        invited(session, Role.ADMINISTRATOR, email=f"{number}@lift.example")
    with pytest.raises(Denied):
        invited(session, email="three@lift.example")


def test_an_email_is_used_once_whatever_its_case(session):
    invited(session)
    with pytest.raises(Refused, match="email_taken"):
        invited(session, email="MALEE@lift.example")


def test_only_an_administrator_invites(session):
    for role in Role:
        actor = make_staff(session, role).actor
        assert operations.can_invite(actor, administrators=5) == (role == Role.ADMINISTRATOR)


def test_an_administrator_with_a_vote_is_refused_in_words(client, session, sign_in):
    sign_in(client, make_staff(session, Role.ADMINISTRATOR))
    form = FORM | {"roles": ["administrator", "chair"], "nonce": str(uuid4())}
    answer = client.post("/staff/people/invite", data=form)
    assert answer.status_code == 422
    assert "no power over money or votes" in answer.text
    assert "Malee@lift.example" in answer.text


def test_seats_change_with_their_days_kept(client, session, sign_in):
    staff = make_staff(session, Role.CASEWORKER, Role.AUDITOR)
    administrator = make_staff(session, Role.ADMINISTRATOR)
    sign_in(client, administrator)
    path = f"/staff/people/{staff.id}"
    form = {"roles": ["auditor", "supervisor"], "supervisor_id": "", "version": "1"}
    before = clock.now()
    assert client.post(path, data=form | {"nonce": str(uuid4())}).status_code == 303
    session.expire_all()
    assert staff.actor.roles == {Role.AUDITOR, Role.SUPERVISOR}
    assert Role.CASEWORKER in staff.actor_at(before).roles
    assert events(session, staff) == ["staff_role_taken", "staff_role_given"]

    stale = client.post(path, data=form | {"nonce": str(uuid4())})
    assert stale.status_code == 409


def test_a_role_may_be_given_back_the_same_day(session, now):
    staff = make_staff(session, Role.CASEWORKER)
    actor = make_staff(session, Role.ADMINISTRATOR).actor
    for minute, role in enumerate([Role.AUDITOR, Role.CASEWORKER, Role.AUDITOR]):
        at = now + timedelta(minutes=minute)
        operations.change_seats(
            session, staff, roles=[role], supervisor_id=None, actor=actor, now=at
        )
        assert staff.actor_at(at).roles == {role}


def test_nobody_changes_their_own_seats(client, session, sign_in):
    administrator = make_staff(session, Role.ADMINISTRATOR)
    sign_in(client, administrator)
    path = f"/staff/people/{administrator.id}"
    form = {"roles": ["chair"], "version": "1", "nonce": str(uuid4())}
    assert client.post(path, data=form).status_code == 403
    assert "another administrator" in client.get(path).text


def test_a_team_is_led_by_a_supervisor(session):
    staff, other = make_staff(session, Role.CASEWORKER), make_staff(session, Role.CASEWORKER)
    actor = make_staff(session, Role.ADMINISTRATOR).actor
    with pytest.raises(Refused, match="no_such_supervisor"):
        operations.put_in_team(session, staff, supervisor_id=other.id, actor=actor, now=clock.now())
