"""The page that explains the events says what their classes say."""

from dataclasses import fields

import pytest

from config.settings import ROOT
from fund.audit.events import EVENTS
from fund.audit.events.page import meaning, page


def test_the_page_is_as_the_classes_are():
    """`make events` writes it anew."""
    assert (ROOT / "docs/events.md").read_text() == page()


@pytest.mark.parametrize("event", EVENTS.values(), ids=list(EVENTS))
def test_every_event_and_every_field_is_explained(event):
    told = event.__dict__["__doc__"]
    assert not told.startswith(f"{event.__name__}("), "a dataclass wrote this, nobody else"
    assert told.rstrip().endswith(".")
    for field in fields(event):
        assert field.name == "subject_id" or meaning(field.name)


def test_the_page_names_every_event_once():
    headings = [line[4:] for line in page().splitlines() if line.startswith("### ")]
    assert sorted(headings) == sorted(EVENTS)
