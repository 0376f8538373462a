"""What everybody meets: the gate, the headers, the language, and errors said once and calmly."""

import json
import re

import pytest
from flask import Flask

from fund import web
from fund.errors import Denied
from fund.i18n import LANGUAGE_COOKIE
from fund.permissions import Permission, Role
from fund.web import permit
from tests.people.factories import make_staff


@pytest.fixture
def browser(small_app, connection):
    return small_app.test_client()


# --- The gate ---------------------------------------------------------------------------------


def test_a_service_with_an_endpoint_that_says_nothing_does_not_start():
    bare = Flask("bare")
    bare.add_url_rule("/silent", "silent", lambda: "x")
    bare.add_url_rule("/said", "said", permit(Permission.VOTE)(lambda: "x"))
    with pytest.raises(RuntimeError, match="no access declared for: silent"):
        web.check_every_endpoint_declares(
            _without_static(bare),
        )


def _without_static(app: Flask) -> Flask:
    web.open_endpoint(app, "static")
    return app


def test_an_endpoint_that_says_nothing_is_closed_anyway(small_app):
    view = small_app.view_functions["trial.staff_only"]
    with small_app.test_request_context("/trial/staff"):
        del web._declared[view]
        try:
            with pytest.raises(Denied):
                web._gate()
        finally:
            permit(Permission.READ_LEDGER, Permission.READ_POLICY)(view)


def test_nobody_is_asked_to_sign_in_and_brought_back(browser):
    answer = browser.get("/trial/staff?month=3")
    assert answer.status_code == 302
    assert answer.location == "/staff/sign-in?next=/trial/staff?month%3D3"


@pytest.mark.parametrize(
    ("role", "status"), [(Role.AUDITOR, 200), (Role.CHAIR, 200), (Role.CASEWORKER, 403)]
)
def test_one_of_the_permissions_opens_the_page(browser, session, sign_in, role, status):
    sign_in(browser, make_staff(session, role))
    assert browser.get("/trial/staff").status_code == status


# --- Headers ----------------------------------------------------------------------------------


def _policy(answer) -> dict[str, list[str]]:
    parts = (part.split() for part in answer.headers["Content-Security-Policy"].split(";"))
    return {name: values for name, *values in parts}


@pytest.mark.parametrize("path", ["/staff/sign-in", "/no-such-page", "/trial/fail/broken"])
def test_every_page_loads_nothing_from_elsewhere(browser, small_app, path):
    policy = _policy(browser.get(path))
    assert policy["default-src"] == policy["frame-ancestors"] == policy["base-uri"] == ["'none'"]
    assert policy["style-src"] == policy["connect-src"] == ["'self'"]
    assert policy["img-src"] == ["'self'", "data:"]
    assert policy["script-src"][0] == "'self'"
    assert policy["form-action"] == ["'self'", *small_app.config["FORM_TARGETS"]]
    others = [source for sources in policy.values() for source in sources if "//" in source]
    assert others == small_app.config["FORM_TARGETS"]
    assert not {"'unsafe-inline'", "'unsafe-eval'", "*"} & {v for vs in policy.values() for v in vs}


def test_a_scripts_nonce_is_used_once(browser):
    nonces = {_policy(browser.get("/staff/sign-in"))["script-src"][1] for _ in range(3)}
    assert len(nonces) == 3
    assert all(re.fullmatch(r"'nonce-[\w-]{20,}'", nonce) for nonce in nonces)


def test_pages_are_not_sniffed_nor_told_to_others_and_staff_pages_not_kept(
    browser, session, sign_in
):
    public = browser.get("/staff/sign-in").headers
    assert public["X-Content-Type-Options"] == "nosniff"
    assert public["Referrer-Policy"] == "same-origin"
    assert public["Cross-Origin-Opener-Policy"] == "same-origin"
    sign_in(browser, make_staff(session, Role.AUDITOR))
    assert browser.get("/trial/staff").headers["Cache-Control"] == "no-store"


# --- Errors -----------------------------------------------------------------------------------

SAID = [
    ("missing", 404, "There is no such page", "ไม่มีหน้านี้"),
    ("stale", 409, "Somebody changed this", "มีผู้แก้ไขข้อมูลนี้"),
    ("denied", 403, "Your role does not allow this", "บทบาทของคุณไม่มีสิทธิ"),
    ("down", 503, "The document store does not answer", "ที่เก็บเอกสารไม่ตอบสนอง"),
    ("broken", 500, "Something went wrong on our side", "เกิดข้อผิดพลาดที่ระบบของเรา"),
    ("refused", 422, "฿10", "฿10"),
]


@pytest.mark.parametrize(("code", "status", "english", "thai"), SAID)
def test_each_error_has_its_page_in_both_languages(browser, code, status, english, thai):
    for language, words in (("en", english), ("th", thai)):
        answer = browser.get(f"/trial/fail/{code}", headers={"Accept-Language": language})
        assert answer.status_code == status
        assert words in answer.text
        assert f'<html lang="{language}"' in answer.text


def test_an_unexpected_error_shows_a_number_and_no_data_and_is_logged_under_it(browser, capsys):
    answer = browser.get("/trial/fail/broken")
    number = re.search(r"<code>(\w{8})</code>", answer.text).group(1)
    written = "".join(capsys.readouterr())
    (line,) = (json.loads(row) for row in written.splitlines() if row.startswith("{"))
    assert (line["event"], line["number"], line["kind"]) == (
        "unexpected_error",
        number,
        "ValueError",
    )
    assert "in fail" in line["trace"]
    assert "Somchai" not in answer.text + written


# --- Language ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wanted", "cookie", "shown"),
    [
        ("th-TH,th;q=0.9", None, "th"),
        ("de, th;q=0.4, en;q=0.2", None, "th"),
        ("fr", None, "en"),
        (None, None, "en"),
        ("th", "en", "en"),
        ("en", "th", "th"),
        ("th", "xx", "th"),
    ],
)
def test_the_readers_choice_wins_then_the_browsers(browser, wanted, cookie, shown):
    if cookie:
        browser.set_cookie(LANGUAGE_COOKIE, cookie)
    answer = browser.get("/staff/sign-in", headers={"Accept-Language": wanted} if wanted else {})
    assert f'<html lang="{shown}"' in answer.text
