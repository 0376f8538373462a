"""What people change about their own sign-in."""

import re
from uuid import uuid4

import pyotp

from fund import clock
from fund.i18n import LANGUAGE_COOKIE
from fund.permissions import Role
from tests.people.factories import PASSWORD, events, is_signed_in, make_staff

NEW = "another horse entirely"


def test_language_is_kept_for_pages_and_letters(client, session, sign_in):
    staff = make_staff(session, Role.CASEWORKER, language="en")
    sign_in(client, staff)
    answer = client.post("/staff/me/language", data={"language": "th"})
    assert answer.location == "/staff/me"
    assert client.get_cookie(LANGUAGE_COOKIE).value == "th"
    session.refresh(staff)
    assert staff.language == "th"
    assert '<html lang="th">' in client.get("/staff/me").text
    assert client.post("/staff/me/language", data={"language": "xx"}).status_code == 422


def test_a_new_password_ends_the_sessions_elsewhere(app, client, session, sign_in):
    staff = make_staff(session, Role.CASEWORKER)
    elsewhere = sign_in(app.test_client(), staff)
    sign_in(client, staff)
    form = {"present": PASSWORD, "password": NEW, "again": NEW}
    assert client.post("/staff/me/password", data=form).status_code == 303
    assert is_signed_in(client)
    assert not is_signed_in(elsewhere)
    assert events(session, staff) == ["staff_password_changed"]


def test_a_password_is_changed_only_by_who_knows_it(client, session, sign_in):
    staff = make_staff(session, Role.CASEWORKER)
    sign_in(client, staff)
    form = {"present": "not mine", "password": NEW, "again": NEW}
    answer = client.post("/staff/me/password", data=form)
    assert answer.status_code == 422
    assert "not your present password" in answer.text
    assert NEW not in answer.text
    session.refresh(staff)
    assert staff.failed_attempts == 1


def test_sign_out_everywhere_means_here_too(app, client, session, sign_in):
    staff = make_staff(session, Role.CASEWORKER)
    elsewhere = sign_in(app.test_client(), staff)
    sign_in(client, staff)
    client.post("/staff/me/sign-out-everywhere", data={"nonce": str(uuid4())})
    assert not is_signed_in(client)
    assert not is_signed_in(elsewhere)


def _offered(page: str) -> tuple[str, str]:
    sealed = re.search(r'name="offer" value="([^"]+)"', page).group(1)
    secret = re.search(r'class="secret">([^<]+)<', page).group(1).replace(" ", "")
    return sealed, secret


def test_a_second_factor_is_on_once_its_first_code_fits(client, session, sign_in):
    staff = make_staff(session, Role.CASEWORKER)
    sign_in(client, staff)
    page = client.get("/staff/me/second-factor").text
    assert 'src="data:image/svg+xml' in page
    sealed, secret = _offered(page)

    wrong = client.post("/staff/me/second-factor", data={"offer": sealed, "code": "000000"})
    assert wrong.status_code == 422
    assert _offered(wrong.text)[1] == secret, "the app must not have to read another picture"
    session.refresh(staff)
    assert not staff.has_second_factor

    code = pyotp.TOTP(secret).at(clock.now())
    right = client.post("/staff/me/second-factor", data={"offer": sealed, "code": code})
    assert right.status_code == 303
    session.refresh(staff)
    assert staff.has_second_factor
    assert secret.encode() not in staff.sealed_totp
    assert is_signed_in(client)
    assert "staff_second_factor_enrolled" in events(session, staff)


def test_a_second_factor_is_not_replaced_by_whoever_finds_the_session(client, session, sign_in):
    staff = make_staff(session, Role.CASEWORKER)
    sign_in(client, staff)
    first, secret = _offered(client.get("/staff/me/second-factor").text)
    second, other = _offered(client.get("/staff/me/second-factor").text)
    for sealed, key in ((first, secret), (second, other)):
        code = pyotp.TOTP(key).at(clock.now())
        last = client.post("/staff/me/second-factor", data={"offer": sealed, "code": code})
    assert last.status_code == 422


def test_somebody_elses_offer_is_not_taken(app, client, session, sign_in):
    sign_in(client, make_staff(session, Role.CASEWORKER))
    sealed, secret = _offered(client.get("/staff/me/second-factor").text)
    other = sign_in(app.test_client(), make_staff(session, Role.CASEWORKER))
    form = {"offer": sealed, "code": pyotp.TOTP(secret).at(clock.now())}
    assert other.post("/staff/me/second-factor", data=form).status_code == 422
