"""The service's texts as a reader sees them, for tests and papers that quote them."""

import re
from functools import cache

from babel.messages.pofile import read_po

from config.settings import ROOT

CATALOGUE = ROOT / "fund/translations/th/LC_MESSAGES/messages.po"
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]")


@cache
def texts(language: str) -> dict[str, tuple[str, ...]]:
    """msgid -> how it reads in the language, both numbers of it if it has two."""
    with CATALOGUE.open("rb") as file:
        messages = [message for message in read_po(file) if message.id]
    ids = [m.id if isinstance(m.id, tuple) else (m.id,) for m in messages]
    strings = [m.string if isinstance(m.string, tuple) else (m.string,) for m in messages]
    return {own[0]: own if language == "en" else th for own, th in zip(ids, strings, strict=True)}


def shape(text: str) -> str:
    """A regular expression for the text, with anything where a figure or a name stands."""
    return ".+".join(re.escape(part.replace("%%", "%")) for part in PLACEHOLDER.split(text))


def is_shown(msgid: str, language: str, where: str) -> bool:
    """Whether the text stands there in that language; what is no msgid reads the same in both."""
    return any(re.search(shape(text), where) for text in texts(language).get(msgid, (msgid,)))
