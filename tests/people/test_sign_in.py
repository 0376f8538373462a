"""Staff sign in with a password and a code, and nobody else does."""

import re
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from flask.testing import FlaskClient

from fund.people import passwords, signing_in
from fund.permissions import Role
from tests.people.factories import PASSWORD, enrol, events, is_signed_in, make_staff

NOON = datetime(2026, 11, 24, 5, 0, tzinfo=UTC)


def send_password(client: FlaskClient, email: str, password: str = PASSWORD, **query: str):
    return client.post(
        "/staff/sign-in", data={"email": email, "password": password}, query_string=query
    )


@pytest.fixture
def clock():
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


def test_password_alone_lets_in_who_has_no_second_factor_yet(client, session):
    staff = make_staff(session, Role.CASEWORKER, email="somsri@lift.example", language="th")
    answer = send_password(client, " Somsri@LIFT.example ", next="/staff/me")
    assert (answer.status_code, answer.location) == (303, "/staff/me")
    assert is_signed_in(client)
    assert events(session, staff) == ["staff_signed_in"]
    assert '<html lang="th">' in client.get("/staff/me").text


@pytest.mark.parametrize("next_", ["https://evil.example/", "//evil.example/staff/", "/give", ""])
def test_sign_in_leads_to_staff_pages_only(client, session, next_):
    staff = make_staff(session, Role.CASEWORKER)
    assert send_password(client, staff.email, next=next_).location == "/staff/"


def test_a_stranger_and_a_wrong_password_get_the_same_answer(client, session):
    staff = make_staff(session, Role.CASEWORKER)
    left = make_staff(session, Role.CASEWORKER, state="left")
    invited = make_staff(session, Role.CASEWORKER, state="invited")
    told = set()
    for email in ("nobody@lift.example", staff.email, left.email, invited.email):
        answer = send_password(client, email, "not the password")
        assert answer.status_code == 422
        told.add(re.search(r'role="alert".*?</div>', answer.text, re.S).group())
    assert len(told) == 1
    assert send_password(client, left.email).status_code == 422
    assert not is_signed_in(client)
    assert events(session, staff) == ["staff_sign_in_refused"]


def test_the_form_keeps_the_email_and_never_the_password(client):
    answer = send_password(client, "name@lift.example", "a secret they typed")
    assert "name@lift.example" in answer.text
    assert "a secret they typed" not in answer.text


def test_a_planted_session_is_not_taken_over(client, session):
    staff = make_staff(session, Role.CASEWORKER)
    with client.session_transaction() as browser:
        browser["planted"] = "before sign-in"
    send_password(client, staff.email)
    with client.session_transaction() as browser:
        assert "planted" not in browser


def test_with_a_second_factor_the_password_is_only_half(client, session, clock):
    staff = make_staff(session, Role.CASEWORKER)
    phone = enrol(session, staff)
    answer = send_password(client, staff.email, next="/staff/me")
    assert answer.location == "/staff/sign-in/code?next=/staff/me"
    assert not is_signed_in(client)

    assert client.post("/staff/sign-in/code", data={"code": "000000"}).status_code == 422
    code = phone.at(NOON)
    answer = client.post(answer.location, data={"code": f"{code[:3]} {code[3:]}"})
    assert answer.location == "/staff/me"
    assert is_signed_in(client)
    assert events(session, staff) == ["staff_sign_in_refused", "staff_signed_in"]


def test_a_code_works_once(client, session, clock):
    staff = make_staff(session, Role.CASEWORKER)
    phone = enrol(session, staff)
    for expected in (303, 422):
        send_password(client, staff.email)
        answer = client.post("/staff/sign-in/code", data={"code": phone.at(NOON)})
        assert answer.status_code == expected


@pytest.mark.parametrize(("step", "expected"), [(-2, 422), (-1, 303), (0, 303), (1, 303), (2, 422)])
def test_a_phones_clock_may_be_half_a_minute_wrong(client, session, clock, step, expected):
    staff = make_staff(session, Role.CASEWORKER)
    phone = enrol(session, staff)
    send_password(client, staff.email)
    code = phone.at(NOON + timedelta(seconds=30 * step))
    assert client.post("/staff/sign-in/code", data={"code": code}).status_code == expected


def test_the_code_page_waits_ten_minutes(client, session, clock):
    staff = make_staff(session, Role.CASEWORKER)
    phone = enrol(session, staff)
    send_password(client, staff.email)
    clock.shift(timedelta(minutes=11))
    code = phone.at(NOON + timedelta(minutes=11))
    answer = client.post("/staff/sign-in/code", data={"code": code})
    assert answer.location == "/staff/sign-in"
    assert not is_signed_in(client)


def test_the_code_page_needs_a_password_first(client):
    assert client.get("/staff/sign-in/code").location == "/staff/sign-in"


def test_many_wrong_guesses_rest_the_account_and_the_right_one_waits(client, session, clock):
    staff = make_staff(session, Role.CASEWORKER)
    for _ in range(signing_in.FREE_TRIES):
        send_password(client, staff.email, "wrong")
    refused = send_password(client, staff.email)
    assert refused.status_code == 422
    assert events(session, staff)[-1] == "staff_locked"

    clock.shift(signing_in.FIRST_PAUSE + timedelta(seconds=1))
    assert send_password(client, staff.email).status_code == 303
    session.refresh(staff)
    assert staff.failed_attempts == 0


def test_the_rest_grows_with_each_guess_up_to_an_hour(client, session, clock):
    staff = make_staff(session, Role.CASEWORKER)
    rests = []
    for _ in range(14):
        send_password(client, staff.email, "wrong")
        session.refresh(staff)
        rest = staff.locked_until - datetime.now(UTC) if staff.locked_until else timedelta(0)
        rests.append(int(rest.total_seconds()))
        clock.shift(rest + timedelta(seconds=1))
    assert rests == [0, 0, 0, 0, 30, 60, 120, 240, 480, 960, 1920, 3600, 3600, 3600]


def test_a_password_does_not_make_wrong_codes_forgotten(client, session, clock):
    staff = make_staff(session, Role.CASEWORKER)
    phone = enrol(session, staff)
    for _ in range(signing_in.FREE_TRIES):
        send_password(client, staff.email)
        client.post("/staff/sign-in/code", data={"code": "000000"})
    send_password(client, staff.email)
    answer = client.post("/staff/sign-in/code", data={"code": phone.at(NOON)})
    assert answer.status_code != 303 or answer.location == "/staff/sign-in"
    assert not is_signed_in(client)


def test_an_old_hash_is_made_anew_at_sign_in(client, session):
    staff = make_staff(session, Role.CASEWORKER)
    assert passwords.is_outdated(staff.password_hash)
    send_password(client, staff.email)
    session.refresh(staff)
    assert not passwords.is_outdated(staff.password_hash)


def test_sign_out_ends_the_session(client, session, sign_in):
    sign_in(client, make_staff(session, Role.CASEWORKER))
    assert is_signed_in(client)
    assert client.post("/staff/sign-out").location == "/staff/sign-in"
    assert not is_signed_in(client)


def test_sign_in_needs_the_forms_own_token(app, connection):
    app.config["WTF_CSRF_ENABLED"] = True
    try:
        answer = send_password(app.test_client(), "name@lift.example")
    finally:
        app.config["WTF_CSRF_ENABLED"] = False
    assert answer.status_code == 400
