"""Nothing is unguarded: every route × method × role, by real requests, against a table."""

from uuid import uuid4

import pytest
from werkzeug.routing import IntegerConverter, UUIDConverter

from fund.permissions import Role
from fund.web import access_of
from tests.access_matrix import DONOR, EVERYONE, LETTERS, MATRIX
from tests.giving.factories import make_donor, visit
from tests.people.factories import make_staff

SAMPLES = {"office": "nz", "filename": "fund.css"}
KINDS = {UUIDConverter: uuid4(), IntegerConverter: 1}
# These would end or change the walk's own sign-in; the rooms' tests go through them for real.
CHANGES_WHO_WALKS = {
    "POST people.sign_out",
    "POST giving.my_sign_out",
    "GET reports.leave",
    "POST sandbox.step",
}


def _routes(app) -> dict[str, tuple[str, str]]:
    """`METHOD endpoint` -> (method, path with samples filled in)."""
    routes = {}
    for rule in app.url_map.iter_rules():
        values = {
            name: SAMPLES.get(name) or KINDS.get(type(converter), "x")
            for name, converter in rule._converters.items()
        }
        with app.test_request_context():
            path = app.url_map.bind("localhost").build(rule.endpoint, values)
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}:
            routes[f"{method} {rule.endpoint}"] = (method, path)
    return routes


def test_the_table_names_every_route_and_no_other(app):
    assert sorted(_routes(app)) == sorted(MATRIX)


def test_every_endpoint_declares_its_access(app):
    assert [name for name in app.view_functions if access_of(app, name) is None] == []


@pytest.mark.parametrize("role", [None, DONOR, *Role], ids=lambda role: role or "nobody")
def test_each_role_gets_just_what_the_table_says(app, session, client, sign_in, role):
    letter = LETTERS.get(role, role)
    if role == DONOR:
        visit(session, client, make_donor(session))
    elif role is not None:
        sign_in(client, make_staff(session, role))
    wrong = []
    for name, (method, path) in sorted(_routes(app).items()):
        if name in CHANGES_WHO_WALKS:
            continue
        allowed = MATRIX[name] == EVERYONE or (letter and letter in MATRIX[name])
        answer = client.open(path, method=method)
        answer.close()
        if _admitted(answer, is_staff=role in LETTERS) != bool(allowed):
            wrong.append(f"{name}: {answer.status_code} for {role or 'nobody'}")
    assert wrong == []


def _admitted(answer, *, is_staff: bool) -> bool:
    """Past the gate: whatever the view then says (404 for a made-up id, 422 for an empty form)."""
    if answer.status_code in (401, 403):
        return False
    sent_to = answer.headers.get("Location", "")
    if sent_to == "/my/sign-in":
        return False
    return is_staff or not sent_to.startswith("/staff/sign-in?next=")
