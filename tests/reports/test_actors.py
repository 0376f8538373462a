"""Who acted is said in words, on every page that shows it."""

import pytest

from fund.ids import new_id
from fund.permissions import ANONYMOUS, SYSTEM, Actor, Role
from fund.reports.actors import actor_names
from tests.people.factories import make_staff


@pytest.fixture(autouse=True)
def in_english(app):
    with app.test_request_context():
        yield


def test_staff_read_each_others_names_and_strangers_read_none(session):
    niran = make_staff(session, Role.CASEWORKER, name="Niran Staff")
    labels = [niran.actor.label, SYSTEM.label, ANONYMOUS.label, f"donor:{new_id()}"]
    assert actor_names(session, labels, reader=niran.actor)[niran.actor.label] == "Niran Staff"
    seen = actor_names(session, labels, reader=ANONYMOUS)
    assert [seen[label] for label in labels] == [
        "a member of staff", "the service itself", "somebody not signed in", "a donor",
    ]  # fmt: skip


def test_an_unknown_label_is_shown_as_it_stands(session):
    reader = Actor("staff", new_id())
    labels = ["staff:nobody", f"staff:{new_id()}", "machine"]
    seen = actor_names(session, labels, reader=reader)
    assert [seen[label] for label in labels] == ["a member of staff"] * 2 + ["machine"]
