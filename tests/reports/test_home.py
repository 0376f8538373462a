"""Each person's home page: what waits on them, the most urgent first, in their language."""

from collections.abc import Callable
from datetime import date, datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from fund.i18n import speaking
from fund.money import Money
from fund.permissions import Role
from fund.reports import home
from fund.waiting import Waiting
from tests.people.factories import make_staff

TODAY = date(2026, 11, 24)


def waiting(section: str = "Evidence due", due_on: date | None = None, **more: object) -> Waiting:
    return Waiting(section, "Term report", "reports.home", "Write", due_on=due_on, **more)


@pytest.mark.parametrize("role", list(Role))
def test_everyone_has_a_home_page_with_a_way_out(
    client: FlaskClient, session: Session, sign_in: Callable[..., FlaskClient], role: Role
):
    page = sign_in(client, make_staff(session, role, name="Kanya Thongdee")).get("/staff/")
    assert page.status_code == 200
    assert "Leave quickly" in page.text
    assert 'aria-current="page">Waiting on me</a>' in page.text
    assert ">KT</a>" in page.text
    assert page.headers["Cache-Control"] == "no-store"


def test_whoever_has_nothing_to_do_is_told_so(
    client: FlaskClient, session: Session, sign_in: Callable[..., FlaskClient], now: datetime
):
    staff = make_staff(session, Role.DATA_PROTECTION)
    staff.sealed_totp, staff.totp_enrolled_at = b"sealed", now
    session.flush()
    assert "Nothing waits on you" in sign_in(client, staff).get("/staff/").text


def test_a_stranger_is_asked_to_sign_in(client: FlaskClient):
    answer = client.get("/staff/")
    assert answer.status_code == 302
    assert answer.location.startswith("/staff/sign-in?next=/staff/")


def test_what_is_due_first_stands_first(app: Flask):
    found = [
        waiting("Finish a draft"),
        waiting("Evidence due", date(2026, 12, 12)),
        waiting("Answer the committee", date(2026, 11, 26)),
        waiting("Evidence due", date(2026, 11, 20)),
    ]
    with app.app_context(), speaking("en"):
        sections = home.sections_of(found, TODAY)
    shown = [(name, [(row.due, row.due_kind) for row in rows]) for name, rows in sections]
    assert shown == [
        ("Evidence due", [("overdue since 20 Nov", "due"), ("due 12 Dec", "plain")]),
        ("Answer the committee", [("due Thu 26 Nov", "due")]),
        ("Finish a draft", [("", "plain")]),
    ]
    assert home.count_due_soon(found, TODAY) == 2


def test_a_text_is_filled_with_amounts_and_days_as_people_write_them(app: Flask):
    row = Waiting(
        "Payments",
        "Receipt for %(amount)s of %(day)s",
        "reports.home",
        "Add",
        params={"amount": Money(850_000, "THB"), "day": TODAY},
    )
    with app.app_context(), speaking("en"):
        ((_, (shown,)),) = home.sections_of([row], TODAY)
    assert shown.title == "Receipt for ฿8,500 of 24 Nov"
