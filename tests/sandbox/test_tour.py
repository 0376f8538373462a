"""The tour opens each step as the right person, and ticks what was done since it began."""

import re
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from fund import clock
from fund.permissions import Role
from fund.sandbox import tour
from fund.survivors import operations as survivors
from tests.people.factories import make_staff, make_team
from tests.survivors.factories import make_case


def done(client: FlaskClient) -> set[str]:
    found = re.findall(r'id="tour-(\w+)" data-done="yes"', client.get("/sandbox/tour").text)
    return set(found)


def test_every_act_leads_to_a_page_that_exists(app: Flask):
    acts = {act.endpoint for act in tour.ACTS.values()}
    assert acts <= set(app.view_functions)


def test_every_page_leads_to_the_tour(client: FlaskClient):
    assert 'href="/sandbox/tour"' in client.get("/").text


def test_one_click_opens_a_step_as_the_right_person(client: FlaskClient, session: Session):
    treasurer = make_staff(session, Role.TREASURER, email="treasurer@practice.example")
    answer = client.post("/sandbox/tour/confirm")
    assert (answer.status_code, answer.location) == (303, "/staff/runs")
    with client.session_transaction() as browser:
        assert browser["_user_id"] == treasurer.session_id
    assert client.get("/staff/runs").status_code == 200


def test_the_visitors_step_signs_nobody_in(client: FlaskClient):
    assert client.post("/sandbox/tour/give").location == "/give"
    with client.session_transaction() as browser:
        assert "_user_id" not in browser


@pytest.mark.parametrize("key", ["nobody", "confirm"])
def test_a_step_without_its_person_is_not_found(client: FlaskClient, key: str):
    assert client.post(f"/sandbox/tour/{key}").status_code == 404


def test_what_was_done_since_the_tour_began_is_ticked(client: FlaskClient, session: Session):
    supervisor = make_staff(session, Role.SUPERVISOR)
    caseworker = make_staff(session, Role.CASEWORKER)
    make_team(session, supervisor, caseworker)
    survivor = make_case(session, caseworker=caseworker)
    client.set_cookie("tour", str(int((clock.now() - timedelta(hours=1)).timestamp())))
    assert done(client) == set()
    survivors.attest_case(
        session, survivor, way="met_in_person", actor=supervisor.actor, now=clock.now()
    )
    session.flush()
    assert done(client) == {"attest"}


def test_starting_again_forgets_what_was_ticked(client: FlaskClient, session: Session):
    make_staff(session, Role.AUDITOR, email="auditor@practice.example")
    client.post("/sandbox/tour/trail")
    assert done(client) == {"trail"}
    client.post("/sandbox/tour")
    assert done(client) == set()


@pytest.mark.parametrize("cookie", ["", "x", "1e9", "99999999999999999999", "-1.trail.x"])
def test_a_broken_cookie_begins_the_tour_anew_or_is_read_as_far_as_it_goes(
    client: FlaskClient, cookie: str
):
    client.set_cookie("tour", cookie)
    assert client.get("/sandbox/tour").status_code == 200
