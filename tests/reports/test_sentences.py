"""Every event is told in a whole sentence, in both languages."""

import re
from dataclasses import fields

import pytest
from flask_babel import force_locale

from fund.audit.events import EVENTS, SUBJECTS
from fund.ids import new_id
from fund.reports.trails.sentences import SENTENCES, SUBJECT_NAMES, Sentence
from fund.reports.trails.telling import NOTHING, Names, say
from tests.words import PLACEHOLDER

NAMES = Names({}, {}, {}, {}, {}, {}, set())
# What a page reads from the books beside the event.
READ = {"journal_posted": {"amount_minor"}}
SAMPLES = {"date": "2026-11-24", "int": 1500, "bool": True, "tuple": ["one", "two"]}

# Public fields that no sentence says, besides ids and hashes: a reader of the proof sees them.
UNSAID = frozenset(
    {"source", "key", "cause", "concerns", "payment_intent", "payout", "event", "size", "root"}
    | {"about_kind", "wording", "assent_wording", "given_how", "assent_how"}
    | {"lawful_basis", "relation", "verifier_key"}
)


def said(sentence: Sentence) -> set[str]:
    """The fields of which a reader learns; an amount is said with its currency."""
    named = {name[2:-2] for text in sentence.texts() for name in PLACEHOLDER.findall(text)}
    named |= {name for name, _ in sentence.instead}
    return named | {"currency"} if any(name.endswith("_minor") for name in named) else named


def fields_of(event) -> set[str]:
    return {field.name for field in fields(event)} - {"subject_id"}


def sample(event) -> dict[str, object]:
    kinds = {
        field.name: re.findall(r"\w+", str(field.type).replace("class", ""))
        for field in fields(event)
    }
    plain = {
        name: next((SAMPLES[word] for word in words if word in SAMPLES), "code")
        for name, words in kinds.items()
    }
    return plain | {name: str(new_id()) for name in plain if name.endswith("_id")}


def test_every_event_has_a_sentence_and_none_is_left_over():
    assert sorted(set(EVENTS) - set(SENTENCES)) == []
    assert sorted(set(SENTENCES) - set(EVENTS)) == []


def test_every_kind_of_subject_has_a_name():
    assert SUBJECT_NAMES.keys() == SUBJECTS


def test_a_sentence_says_all_that_an_event_holds_but_ids_and_hashes():
    silent = {
        f"{name}.{unsaid}"
        for name, sentence in SENTENCES.items()
        for unsaid in fields_of(EVENTS[name]) - said(sentence) - UNSAID
        if not unsaid.endswith(("_id", "_ids", "_sha256"))
    }
    assert sorted(silent) == []
    for name, sentence in SENTENCES.items():
        known = fields_of(EVENTS[name]) | READ.get(name, set()) | {"currency"}
        assert said(sentence) <= known, name


@pytest.mark.parametrize("language", ["en", "th"])
def test_each_sentence_is_whole(app, language):
    with app.test_request_context(), force_locale(language):
        for name, sentence in SENTENCES.items():
            read = dict.fromkeys(READ.get(name, ()), 1500)
            text = say(sentence, sample(EVENTS[name]) | read | {"currency": "THB"}, NAMES)
            assert "%(" not in text, name
            assert text.endswith(".") == (language == "en"), text


def test_what_is_left_empty_reads_as_such(app):
    with app.test_request_context():
        team = SENTENCES["staff_team_changed"]
        assert say(team, {"supervisor_id": None}, NAMES) == "This person now works in no team."
        assert NOTHING in say(team, {"supervisor_id": str(new_id())}, NAMES)
