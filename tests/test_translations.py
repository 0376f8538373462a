"""Every text that a person can meet exists in Thai, none of it guessed."""

import importlib
import pkgutil
import re
from io import BytesIO
from pathlib import Path

import pytest
from babel.messages import pofile
from babel.messages.extract import extract_from_dir
from marshmallow import fields

import fund
from config.settings import ROOT
from fund.i18n import _refusals
from fund.schemas import CommandSchema

METHODS = [
    ("fund/**.py", "python"),
    ("templates/**.html", "jinja2"),
    ("templates/**.txt", "jinja2"),
]
KEYWORDS = {"_": None, "N_": None, "gettext": None, "lazy_gettext": None, "ngettext": (1, 2)}
PLACEHOLDER = re.compile(r"%\((\w+)\)s")


@pytest.fixture(scope="module")
def catalogue():
    content = (ROOT / "fund/translations/th/LC_MESSAGES/messages.po").read_bytes()
    return pofile.read_po(BytesIO(content), locale="th")


@pytest.fixture(scope="module")
def msgids() -> set[str]:
    # Babel on its own leaves out folders that begin with "_", such as templates/_macros.
    found = extract_from_dir(
        ROOT, METHODS, keywords=KEYWORDS, directory_filter=lambda path: Path(path).name[0] != "."
    )
    return {text[0] if isinstance(text, tuple) else text for _, _, text, _, _ in found}


def test_every_text_has_its_thai(catalogue, msgids):
    translated = {_key(m): m for m in catalogue if m.id}
    assert sorted(msgids - set(translated)) == []
    assert [key for key, m in translated.items() if not _thai(m)] == []
    assert [key for key, m in translated.items() if m.fuzzy] == []


def test_no_thai_is_left_of_texts_that_are_gone(catalogue, msgids):
    assert sorted({_key(m) for m in catalogue if m.id} - msgids) == []


def test_thai_keeps_every_placeholder(catalogue):
    broken = [
        _key(m)
        for m in catalogue
        if m.id
        and set(PLACEHOLDER.findall(_key(m))) != set(PLACEHOLDER.findall(_thai(m)))
        and "num" not in PLACEHOLDER.findall(_key(m))
    ]
    assert broken == []


def test_the_sign_of_repetition_never_begins_a_line(catalogue):
    """A no-break space (U+00A0) stands before it."""
    assert [_thai(m) for m in catalogue if m.id and " ๆ" in _thai(m)] == []


def test_every_message_of_every_form_can_be_translated(app, catalogue):
    for module in pkgutil.walk_packages(fund.__path__, "fund."):
        if module.name.endswith(".schemas"):
            importlib.import_module(module.name)
    translated = {_key(m) for m in catalogue if m.id}
    missing = {
        f"{schema.__name__}.{name}: {field.error_messages[key]}"
        for schema in _subclasses(CommandSchema)
        for name, field in schema().fields.items()
        for key in _reachable(field)
        if field.error_messages[key] not in translated
    }
    assert sorted(missing) == []


def test_every_error_code_has_its_words(app):
    pattern = re.compile(r"\b(?:Refused|Denied|NotFound|Conflict|Unavailable)\(\s*\"(\w+)\"")
    raised = {
        code for path in (ROOT / "fund").rglob("*.py") for code in pattern.findall(path.read_text())
    }
    assert sorted(raised - set(_refusals)) == []


def _reachable(field) -> set[str]:
    """The messages that a posted form can bring about: its values are always texts."""
    keys = {"required"} if field.required else set()
    if not isinstance(field, fields.List) and type(field) is not fields.String:
        keys |= {"invalid", "format"} & set(field.error_messages)
    return keys


def _subclasses(cls: type) -> set[type]:
    direct = set(cls.__subclasses__())
    return direct | {deeper for sub in direct for deeper in _subclasses(sub)}


def _key(message) -> str:
    return message.id if isinstance(message.id, str) else message.id[0]


def _thai(message) -> str:
    return message.string if isinstance(message.string, str) else message.string[0]
