"""Public pages, the language switch, the way out, and how errors read."""

import re
from collections.abc import Callable

import pytest
from flask import Flask, render_template
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from fund import db
from fund.pages import NEUTRAL_SITE, ROOM_NAMES, initials_of, safe_path
from fund.permissions import Role
from fund.reports.views import pages as views
from fund.web import Form
from tests.people.factories import make_staff

PUBLIC = ("/", "/about", "/how-it-works", "/privacy")


@pytest.mark.parametrize("language", ["en", "th"])
@pytest.mark.parametrize("page", PUBLIC)
def test_a_public_page_answers_in_the_readers_language(
    client: FlaskClient, page: str, language: str
):
    answer = client.get(page, headers={"Accept-Language": language})
    assert answer.status_code == 200
    assert f'<html lang="{language}">' in answer.text
    assert 'id="main"' in answer.text


@pytest.mark.parametrize("page", PUBLIC)
def test_reading_a_public_page_leaves_no_cookie(client: FlaskClient, page: str):
    assert "Set-Cookie" not in client.get(page).headers


def test_the_chosen_language_stays_and_wins_over_the_browsers(client: FlaskClient):
    answer = client.post("/language", data={"language": "th", "next": "/how-it-works"})
    assert (answer.status_code, answer.location) == (303, "/how-it-works")
    again = client.get("/how-it-works", headers={"Accept-Language": "en"})
    assert '<html lang="th">' in again.text


def test_a_language_we_do_not_speak_changes_nothing(client: FlaskClient):
    answer = client.post("/language", data={"language": "xx", "next": "/about"})
    assert answer.location == "/about"
    assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize(
    "target",
    [
        "https://elsewhere.example/",
        "//elsewhere.example/",
        "/\\elsewhere.example",
        "\\\\elsewhere.example",
        "javascript:alert(1)",
        "/\t/elsewhere.example",
        "elsewhere",
        "",
    ],
)
def test_the_language_switch_never_leads_elsewhere(client: FlaskClient, target: str):
    answer = client.post("/language", data={"language": "en", "next": target})
    assert answer.location == "/"


def test_a_path_of_this_site_is_kept_with_its_query():
    assert safe_path("/staff/awards?before=1") == "/staff/awards?before=1"


def test_leaving_signs_out_and_tells_the_other_site_nothing(client: FlaskClient):
    with client.session_transaction() as session:
        session["_user_id"] = "somebody"
    answer = client.get("/leave")
    assert (answer.status_code, answer.location) == (303, NEUTRAL_SITE)
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.headers["Clear-Site-Data"] == '"cache"'
    with client.session_transaction() as session:
        assert not session


def test_search_engines_are_kept_out_of_staff_pages(client: FlaskClient):
    assert "Disallow: /staff/" in client.get("/robots.txt").text.splitlines()


def test_an_error_says_what_happened_and_what_to_do(app: Flask, client: FlaskClient):
    missing = client.get("/nowhere")
    assert missing.status_code == 404
    assert "Check the address" in missing.text
    wrong_way = client.get("/language")
    assert wrong_way.status_code == 405
    assert "only takes a form" in wrong_way.text


def test_an_unexpected_error_has_a_number_and_tells_nothing_else(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    name = "Somchai"

    def fail(_session: Session) -> None:
        raise ValueError(name)

    monkeypatch.setattr(views, "find_organisation", fail)  # stands for any fault in our code
    answer = client.get("/about")
    assert answer.status_code == 500
    number = re.search(r"<code>(\w{8})</code>", answer.text)
    assert number is not None
    assert "Somchai" not in answer.text
    logged = capsys.readouterr().err
    assert number[1] in logged
    assert "ValueError" in logged
    assert "in about" in logged
    assert "Somchai" not in logged


def test_without_the_database_a_page_says_so_and_does_not_ask_it_again(
    app: Flask, session: Session, sign_in: Callable[..., FlaskClient]
):
    client = sign_in(app.test_client(), make_staff(session, Role.CASEWORKER))
    db.init("postgresql://nobody@127.0.0.1:9/none")  # nothing answers there
    for page, status in (("/", 503), ("/staff/", 503), ("/nowhere", 404), ("/how-it-works", 200)):
        answer = client.get(page)
        assert answer.status_code == status
        assert '<main id="main"' in answer.text


def test_two_versions_stand_side_by_side_and_nothing_typed_is_lost(app: Flask):
    typed = Form(MultiDict([("need", "A <new> need"), ("lines", "1"), ("lines", "2")]))
    with app.test_request_context("/staff/x"):
        page = render_template(
            "errors/conflict.html", form=typed, theirs=[("Need", "need", "Old need")], version=7
        )
    assert "A &lt;new&gt; need" in page
    assert "Old need" in page
    assert 'name="version" value="7"' in page
    assert page.count('type="hidden" name="lines"') == 2


def test_initials_are_letters_in_either_script():
    assert initials_of("Kanya Thongdee") == "KT"
    assert initials_of("เกศินี ทองดี") == "กท"
    assert initials_of("Ploy") == "P"
    assert initials_of("") == ""


def test_each_role_has_a_room_by_name():
    assert set(ROOM_NAMES) == set(Role)


@pytest.mark.parametrize(
    ("role", "page", "place"),
    [
        (Role.AUDITOR, "/staff/ledger/journals", "Books"),
        (Role.FINANCE_OFFICER, "/staff/payees/add", "Payees"),
        (Role.FINANCE_OFFICER, "/staff/runs/prepare", "Payments"),
        (Role.ADMINISTRATOR, "/staff/people/invite", "People"),
        (Role.ADMINISTRATOR, "/staff/me/second-factor", "My sign-in"),
    ],
)
def test_a_page_stands_under_its_own_place_in_the_menu(
    client: FlaskClient, session: Session, sign_in, role: Role, page: str, place: str
):
    text = sign_in(client, make_staff(session, role)).get(page).text
    assert set(re.findall(r'aria-current="true">([^<]+)<', text)) == {place}
