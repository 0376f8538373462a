"""A page left alone is locked, and what was typed on it is kept."""

import html
import io
import re
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from sqlalchemy import select

from fund.people.models import Staff
from fund.people.views.idle import IDLE_SECONDS
from fund.permissions import Role
from tests.people.factories import PASSWORD, enrol, events, is_signed_in, make_staff

NOON = datetime(2026, 11, 24, 5, 0, tzinfo=UTC)
AWAY = timedelta(seconds=IDLE_SECONDS + 1)
TYPED = {
    "name": 'สมศรี "Somsri" <Example>',
    "email": "somsri@lift.example",
    "language": "th",
    "roles": ["caseworker", "auditor"],
    "supervisor_id": "",
    "nonce": "0192f0c1-0000-7000-8000-000000000001",
}


@pytest.fixture
def clock():
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


@pytest.fixture
def administrator(session, client, sign_in, clock):
    staff = make_staff(session, Role.ADMINISTRATOR)
    sign_in(client, staff)
    return staff


def unlock_form(page: str) -> tuple[str, str]:
    """Where the form goes, and what stands in it."""
    found = re.search(r'<form method="post" action="([^"]+)" id="unlock".*?</form>', page, re.S)
    return html.unescape(found.group(1)), found.group()


def sealed(page: str) -> dict[str, str]:
    """What the locked page sends on, without a password."""
    _, form = unlock_form(page)
    return {"unlock_typed": re.search(r'name="unlock_typed" value="([^"]+)"', form).group(1)}


def test_each_page_is_a_sign_of_life(client, administrator, clock):
    for _ in range(3):
        clock.shift(AWAY - timedelta(seconds=1))
        assert is_signed_in(client)


def test_reading_after_a_while_asks_for_the_password_and_goes_on_there(
    client, administrator, clock
):
    clock.shift(AWAY)
    asked = client.get("/staff/people/invite")
    assert asked.location == "/staff/unlock?next=/staff/people/invite"
    assert client.post(asked.location, data={"unlock_password": "wrong"}).status_code == 422
    assert not is_signed_in(client)
    answer = client.post(asked.location, data={"unlock_password": PASSWORD})
    assert answer.location == "/staff/people/invite"
    assert is_signed_in(client)


def test_what_was_typed_is_kept_and_sent_on_once_the_password_is_given(
    client, session, administrator, clock
):
    clock.shift(AWAY)
    locked = client.post("/staff/people/invite", data=TYPED)
    assert locked.status_code == 401
    kept = sealed(locked.text)
    action, _ = unlock_form(locked.text)

    wrong = client.post(action, data=kept | {"unlock_password": "wrong"})
    assert wrong.status_code == 401
    assert sealed(wrong.text) == kept

    done = client.post(action, data=kept | {"unlock_password": PASSWORD})
    assert (done.status_code, done.location) == (303, "/staff/people")
    found = session.scalars(select(Staff).where(Staff.email == TYPED["email"])).one()
    assert found.name == TYPED["name"]
    assert found.roles[0].role == "auditor"
    assert "staff_unlocked" in events(session, administrator)


def test_a_locked_page_shows_nobody_what_was_typed(client, administrator, clock):
    clock.shift(AWAY)
    page = client.post("/staff/people/invite", data=TYPED).text
    assert "somsri" not in page.lower()
    assert TYPED["nonce"] not in page


def test_unlocking_in_another_tab_lets_the_kept_form_go_on(client, administrator, clock):
    clock.shift(AWAY)
    kept = sealed(client.post("/staff/people/invite", data=TYPED).text)
    client.post("/staff/unlock", data={"unlock_password": PASSWORD})
    assert client.post("/staff/people/invite", data=kept).location == "/staff/people"


def test_what_was_kept_goes_only_where_it_was_going_and_for_its_writer(
    app, client, session, administrator, clock, sign_in
):
    clock.shift(AWAY)
    kept = sealed(client.post("/staff/people/invite", data=TYPED).text)
    kept["unlock_password"] = PASSWORD
    elsewhere = client.post("/staff/me/language", data=kept)
    assert elsewhere.status_code == 422
    other = sign_in(app.test_client(), make_staff(session, Role.ADMINISTRATOR))
    assert other.post("/staff/people/invite", data=kept).status_code == 422
    broken = kept | {"unlock_typed": "x" * 40}
    assert client.post("/staff/people/invite", data=broken).status_code == 422


def test_a_file_cannot_be_kept_and_the_page_says_so(client, administrator, clock):
    clock.shift(AWAY)
    upload = {"name": "typed", "paper": (io.BytesIO(b"%PDF"), "paper.pdf")}
    page = client.post("/staff/people/invite", data=upload).text
    assert "choose them again" in page
    assert "choose them again" not in client.post("/staff/people/invite", data=TYPED).text


def test_guesses_at_the_lock_are_counted_too(client, session, administrator, clock):
    clock.shift(AWAY)
    for _ in range(5):
        client.post("/staff/unlock", data={"unlock_password": "wrong"})
    assert client.post("/staff/unlock", data={"unlock_password": PASSWORD}).status_code == 422
    assert events(session, administrator)[-1] == "staff_locked"


def test_the_lock_over_a_page_asks_without_leaving_it(client, administrator, clock):
    clock.shift(AWAY)
    json = {"Accept": "application/json"}
    wrong = client.post("/staff/unlock", data={"unlock_password": "wrong"}, headers=json)
    assert wrong.status_code == 422
    assert "try again" in wrong.get_json()["message"]
    empty = client.post("/staff/unlock", data={}, headers=json)
    assert empty.get_json()["message"]
    right = client.post("/staff/unlock", data={"unlock_password": PASSWORD}, headers=json)
    assert right.status_code == 204
    assert is_signed_in(client)


def test_the_lock_checks_the_password_even_before_the_server_would_ask(client, administrator):
    answer = client.post("/staff/unlock", data={"unlock_password": "wrong"})
    assert answer.status_code == 422


def test_somebody_who_types_a_long_text_stays(client, administrator, clock):
    for _ in range(4):
        clock.shift(timedelta(minutes=10))
        assert client.post("/staff/awake").status_code == 204
    clock.shift(AWAY)
    assert client.post("/staff/awake").status_code == 401


def test_after_half_a_day_a_code_is_asked_too(client, session, administrator, clock, sign_in):
    phone = enrol(session, administrator)
    sign_in(client, administrator)
    clock.shift(timedelta(hours=13))
    later = NOON + timedelta(hours=13)
    assert 'name="unlock_code"' in client.get("/staff/unlock").text
    form = {"unlock_password": PASSWORD}
    assert client.post("/staff/unlock", data=form).status_code == 422
    form["unlock_code"] = phone.at(later)
    assert client.post("/staff/unlock", data=form).status_code == 303


def test_a_locked_browser_may_still_sign_out(client, administrator, clock):
    clock.shift(AWAY)
    assert client.post("/staff/sign-out").location == "/staff/sign-in"


def test_a_session_without_a_time_is_locked(client, session, clock):
    staff = make_staff(session, Role.CASEWORKER)
    with client.session_transaction() as browser:
        browser["_user_id"] = staff.session_id
    assert client.get("/staff/me").location.startswith("/staff/unlock")


def test_in_production_nobody_works_without_a_second_factor(
    app, client, session, administrator, monkeypatch
):
    monkeypatch.setattr(type(app.config["SETTINGS"]), "is_production", True)
    assert client.get("/staff/people").location == "/staff/me/second-factor"
    page = client.get("/staff/me/second-factor")
    assert page.status_code == 200
    assert "Later" not in page.text
    enrol(session, administrator)
    assert client.get("/staff/people").status_code == 200
