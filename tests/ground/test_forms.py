"""A form does its work once, however often and by whomever it is sent; a strange post does none."""

from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest
from sqlalchemy import text

from fund import db
from fund.permissions import Role
from tests.people.factories import make_staff


def _worked() -> int:
    with db.reading() as session:
        return session.scalar(text("SELECT count(*) FROM vault.data_key WHERE owner_kind='trial'"))


@pytest.fixture
def browser(small_app, fresh_url):
    return small_app.test_client


def test_a_repeated_form_leads_to_the_same_place_and_works_once(browser):
    form = {"nonce": str(uuid4())}
    first, second = (browser().post("/trial/work", data=form) for _ in range(2))
    assert (first.status_code, second.status_code) == (303, 303)
    assert first.location == second.location
    assert _worked() == 1


def test_two_posts_at_once_work_once_and_are_answered_alike(browser):
    form = {"nonce": str(uuid4()), "slow": "1"}
    with ThreadPoolExecutor(2) as both:
        answers = list(both.map(lambda _: browser().post("/trial/work", data=form), range(2)))
    assert [answer.status_code for answer in answers] == [303, 303]
    assert answers[0].location == answers[1].location
    assert _worked() == 1


def test_another_form_works_anew(browser):
    locations = {
        browser().post("/trial/work", data={"nonce": str(uuid4())}).location for _ in range(3)
    }
    assert len(locations) == 3
    assert _worked() == 3


def test_a_refused_form_may_be_mended_and_sent_again(browser):
    form = {"nonce": str(uuid4())}
    assert browser().post("/trial/work", data=form | {"fail": "1"}).status_code == 422
    assert _worked() == 0
    assert browser().post("/trial/work", data=form).status_code == 303
    assert _worked() == 1


def test_who_sends_anothers_nonce_does_nothing_and_learns_nothing(browser, sign_in):
    with db.transaction() as session:
        first, second = (make_staff(session, Role.AUDITOR) for _ in range(2))
    form = {"nonce": str(uuid4())}
    done = sign_in(browser(), first).post("/trial/work", data=form)
    other = sign_in(browser(), second).post("/trial/work", data=form)
    assert other.status_code == 303
    assert other.location != done.location
    assert other.location == "/trial/work"
    assert _worked() == 1


@pytest.mark.parametrize("nonce", [None, "", "7", "'; --"])
def test_a_form_without_a_nonce_is_not_whole(browser, nonce):
    answer = browser().post("/trial/work", data={} if nonce is None else {"nonce": nonce})
    assert answer.status_code == 422
    assert "The form did not arrive whole. Please send it again." in answer.text
    assert _worked() == 0


def test_a_form_without_its_token_gets_a_calm_page_and_does_nothing(small_app, browser):
    small_app.config["WTF_CSRF_ENABLED"] = True
    try:
        for language, words in (
            ("en", "The form did not arrive whole."),
            ("th", "แบบฟอร์มส่งมาไม่ครบ"),
        ):
            answer = browser().post(
                "/trial/work",
                data={"nonce": str(uuid4())},
                headers={"Accept-Language": language},
            )
            assert answer.status_code == 400
            assert words in answer.text
    finally:
        small_app.config["WTF_CSRF_ENABLED"] = False
    assert _worked() == 0
