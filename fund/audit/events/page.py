"""docs/events.md, made from the events' own classes: `python -m fund.audit.events`."""

import inspect
import re
import sys
from collections.abc import Iterator
from dataclasses import fields

from fund.audit.events.base import EVENTS, Event

INTRODUCTION = """\
# What the log holds

Every event that the audit log may hold, as `fund/audit/events/` declares it. This page is made
from those classes: change them there, then run `make events`.

Each event has an id, a time, an actor (`staff:<id>`, `system` or `anonymous`), what it happened to
(a kind of subject, and the subject's id), and the public fields below. Fields are ids, codes,
amounts and states: what an auditor may read and what stays for ever. Names, contacts and free text
never stand in them; an event that has such a part seals it under the key of the person whom it is
about. How an event becomes a leaf of the log's tree is told on the page of the program that checks
it, `fund/audit/verify.py`.

A name never changes once it was used, and an event that is no longer recorded stays listed.
"""

# What a field means, wherever it stands; those of one ending mean the same kind of thing.
MEANINGS = {
    "about_kind": "what the paper is about: a survivor, application, award or instalment",
    "about_id": "id of what the paper is about",
    "assent_how": "how the child agreed",
    "assent_wording": "kind, language and version of the text that the child was told",
    "attempt": "the how many-th attempt to pay",
    "case_code": "the code by which everybody speaks of the survivor",
    "cause": "what led to it, by kind and id",
    "choice": "the vote",
    "code": "short code of the office or fund",
    "concerns": "key of the charge that is asked about",
    "corrects": "number of the receipt whose place this one takes",
    "country": "country code (ISO 3166)",
    "currency": "currency code (ISO 4217)",
    "document_class": "class of the paper",
    "entry_id": "id of the row that was added to the commitment's events",
    "epoch": "how often the database was put back, counted from 1",
    "error": "the code of why the events failed",
    "since": "the moment from which on they came",
    "events": "how many events of Stripe there were",
    "event": "id of the event at Stripe",
    "every": "month or year",
    "from_size": "size of the log from which on the new key signs",
    "fund": "code of the fund",
    "gift_count": "number of gifts",
    "given_how": "how consent was given",
    "giver_kind": "who consented",
    "has_outside_receipts": "whether the givers have their receipts from elsewhere",
    "has_conflict": "true if there is one",
    "instalments": "number of instalments",
    "is_safe_to_contact": "true only if contacting the guardian endangers nobody",
    "key": "the fact's own key at its source, so that it is booked once",
    "is_approved": "whether the second person agreed",
    "is_left": "whether it was left running",
    "is_open": "whether it is still open",
    "kind": "kind, a code of its room's list",
    "language": "en or th",
    "language_of": "whose language of letters stays: kept or merged",
    "lawful_basis": "the other ground, where nobody can consent",
    "line_count": "number of lines that were new",
    "level": "what is asked before the payment: 0 nothing, 1 a proof of work, 2 a mailed link",
    "number": "number, as it is written",
    "name_of": "whose name stays: kept or merged",
    "needs_second": "whether a second person has to agree",
    "noted_as": "answered or accepted",
    "office": "code of the receiving office",
    "origin": "web site, as scheme and host",
    "outcome": "approved, declined or deferred",
    "pages": "number of pages",
    "payment_intent": "id of the payment at Stripe",
    "payments": "number of payments",
    "payout": "id of the payout at Stripe",
    "purpose": "what for, a code of its room's list",
    "receipt_count": "number of receipts",
    "mapping": "number of the columns, counted from the office’s first own ones; 0 for none",
    "file_format": "how the file is written: csv or xlsx",
    "is_confirmed": "whether somebody of finance had confirmed it",
    "columns": "what stands in the columns, in order",
    "reason": "why, a code of its room's list",
    "receipt_kind": "for which country's taxes the office's receipts are, or none",
    "records": "number of records",
    "region": "part of the country",
    "relation": "what the giver is to the survivor",
    "reserve_days": "days for which young gifts are held back",
    "restriction": "none, or purpose",
    "slug": "the last part of the campaign's address",
    "role": "the role",
    "roles": "the roles",
    "root": "hash at the top of the log's tree, in hex",
    "round": "round of the application, counted from 1",
    "rule": "by what it was found",
    "seconds": "for how long",
    "size": "size, of a paper in bytes, of the log in events",
    "source": "who told the fact, and for which office",
    "state": "what became of it",
    "stripe_methods": "ways to pay, as Stripe names them",
    "stripe_refund_id": "id of the refund at Stripe",
    "thing": "what it is about, by its id or code",
    "thb_per_unit": "baht for one unit, as a decimal",
    "unreconciled_count": "number of what was still open",
    "verifier_key": "public key, as C2SP signed-note writes it",
    "year": "calendar year",
    "way": "how the person knows",
    "witness": "name of the witness",
    "wording": "kind, language and version of the text that was read",
}
ENDINGS = {
    "_id": "id of the {}",
    "_minor": "amount in the currency's smallest unit, of THB where the event names no currency",
    "_on": "day",
    "_sha256": "SHA-256 of the {}, in hex",
}


def page() -> str:
    """The page as it should stand."""
    return "\n".join([INTRODUCTION, *_contents(), *_chapters()])


def meaning(name: str) -> str:
    """What the field `name` means. Raises KeyError if nobody said."""
    if name in MEANINGS:
        return MEANINGS[name]
    for ending, text in ENDINGS.items():
        if name.endswith(ending):
            return text.format(name.removesuffix(ending).replace("_", " "))
    raise KeyError(name)


def _contents() -> list[str]:
    rooms = [_title(module) for module in _rooms()]
    return [*(f"- [{room}](#{_anchor(room)})" for room in rooms), ""]


def _chapters() -> Iterator[str]:
    for module, events in _rooms().items():
        yield f"## {_title(module)}\n"
        for event in events:
            yield f"### {event.name}\n"
            yield f"About: {event.subject}. {_told(event)}\n"
            told = [
                f"- `{field.name}`: {meaning(field.name)}"
                for field in fields(event)
                if field.name != "subject_id"
            ]
            yield "\n".join(told) + "\n" if told else "No further fields.\n"


def _rooms() -> dict[str, list[type[Event]]]:
    """The events by the module that declares them, both in order of name and declaration."""
    rooms: dict[str, list[type[Event]]] = {}
    for event in EVENTS.values():
        rooms.setdefault(event.__module__, []).append(event)
    return dict(sorted(rooms.items()))


def _title(module: str) -> str:
    return (sys.modules[module].__doc__ or "").partition(":")[0]


def _anchor(title: str) -> str:
    return re.sub(r"[^\w-]", "", title.lower().replace(" ", "-"))


def _told(event: type[Event]) -> str:
    return " ".join((inspect.getdoc(event) or "").split())
