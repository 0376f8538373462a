"""Events in the reader's words: what happened, who did it, where to look further.

Only what events say in public: ids, codes, amounts and states. Nothing here opens the vault.
"""

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from fund.audit.queries import EventRow
from fund.bookkeeping.models import BookEntry
from fund.disbursements.models import Payee
from fund.i18n import format_day, format_money, gettext, language
from fund.ledger.models import Transfer
from fund.ledger.queries import fund_name, list_funds
from fund.money import Money
from fund.people.queries import staff_names
from fund.permissions import Actor
from fund.reports.actors import actor_names, staff_id_of
from fund.reports.trails.sentences import SENTENCES, Sentence
from fund.survivors.queries import case_codes

NOTHING = "–"


@dataclass(frozen=True)
class Place:
    """A page: its endpoint, and what stands in its address."""

    endpoint: str
    values: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Entry:
    """One event, in the reader's language; `about` is the page of what it happened to."""

    event_id: UUID
    title: str
    text: str
    about: Place
    code: str
    who: str
    staff_id: UUID | None
    at: datetime
    is_sealed: bool


@dataclass(frozen=True)
class Names:
    """What the ids and codes on one page are called, each kind asked for once."""

    actors: Mapping[str, str]
    staff: Mapping[str, str]
    cases: Mapping[str, str]
    funds: Mapping[str, str]
    guardians: Mapping[UUID, str]
    booked: Mapping[UUID, Money]
    adopted: Set[UUID]

    def of(self, name: str, value: str) -> str | None:
        """What the field `name` means by `value`, if it is an id or a code of these kinds."""
        match name:
            case "survivor_id":
                return self.cases.get(value, NOTHING)
            case "staff_id" | "supervisor_id":
                return self.staff.get(value, NOTHING)
            case "fund_id" | "fund":
                return self.funds.get(value, value)
        return None


def tell(session: Session, events: Sequence[EventRow], *, reader: Actor) -> list[Entry]:
    """Each event in words; statements as many as there are kinds of name, not events."""
    names = _names(session, events, reader)
    return [_entry(event, names) for event in events]


def title_of(name: str) -> str:
    """What an event is called, in the reader's language."""
    return str(gettext(SENTENCES[name].title)) if name in SENTENCES else name.replace("_", " ")


def say(sentence: Sentence, data: Mapping[str, Any], names: Names) -> str:
    """The sentence with the event's fields in words."""
    text = next(
        (text for (name, value), text in sentence.instead.items() if str(data.get(name)) == value),
        sentence.text,
    )
    currency = data.get("currency", "THB")
    said = {
        name: _words(name, value, sentence, currency, names)
        for name, value in data.items()
        if f"%({name})s" in text
    }
    return str(gettext(text, **said)) if said else str(gettext(text))


def _words(name: str, value: Any, sentence: Sentence, currency: str, names: Names) -> str:
    if value is None:
        return NOTHING
    if isinstance(value, list):
        return ", ".join(_words(name, one, sentence, currency, names) for one in value)
    if name in sentence.words:
        return str(gettext(sentence.words[name].get(str(value), str(value))))
    if name.endswith("_minor"):
        return format_money(Money(value, currency))
    if name.endswith("_on"):
        return format_day(date.fromisoformat(value), always_year=True)
    return names.of(name, str(value)) or str(value)


def _entry(event: EventRow, names: Names) -> Entry:
    sentence = SENTENCES.get(event.name)
    about, code = _about(event, names)
    data = event.data
    if booked := names.booked.get(event.subject_id):
        data = {**data, "amount_minor": booked.amount_minor, "currency": booked.currency}
    return Entry(
        event_id=event.id,
        title=title_of(event.name),
        text=say(sentence, data, names) if sentence else "",
        about=about,
        code=code,
        who=names.actors[event.actor],
        staff_id=staff_id_of(event.actor),
        at=event.at,
        is_sealed=event.is_sealed,
    )


def _about(event: EventRow, names: Names) -> tuple[Place, str]:
    """Where the thing's own timeline is, or what the log has of it; with a case's code."""
    kind, id_, data = event.subject_kind, event.subject_id, event.data
    match kind:
        case "award" if id_ in names.adopted:
            return Place("bookkeeping.entry_show", {"entry_id": id_}), ""
        case "application" | "award" | "payment" | "gift" | "plan" | "fund" | "staff" | "donor":
            return Place(f"reports.{kind}_trail", {f"{kind}_id": id_}), ""
        case "instalment" | "evidence":
            return Place("reports.award_trail", {"award_id": data["award_id"]}), ""
        case "receipt":
            return Place("reports.gift_trail", {"gift_id": data["gift_id"]}), ""
        case "run":
            return Place("disbursements.run_show", {"run_id": id_}), ""
        case "journal":
            return Place("ledger.journal_show", {"journal_id": id_}), ""
        case "entry":
            return Place("bookkeeping.entry_show", {"entry_id": id_}), ""
        case "gift_import":
            return Place("giving.import_show", {"import_id": id_}), ""
        case "period":
            return Place("bookkeeping.period_show", {"period_id": id_}), ""
        case "rate":
            return Place("bookkeeping.rate_list"), ""
        case "checkpoint":
            return Place("audit.checkpoint", {"size": data["size"]}), ""
        case "survivor" | "consent" | "document":
            code = names.cases.get(_survivor_id(event) or "", "")
            return Place("reports.log", {"about": code or id_}), code
        case "payee":  # of a guardian: "guardian of" the case
            code = names.cases.get(names.guardians.get(id_, ""), "")
            return Place("reports.log", {"about": id_}), code
    return Place("reports.log", {"about": id_}), ""


def _survivor_id(event: EventRow) -> str | None:
    if event.subject_kind == "survivor":
        return str(event.subject_id)
    found: str | None = event.data.get("survivor_id")
    return found


def _guardians(session: Session, payee_ids: set[UUID]) -> dict[UUID, str]:
    """Whose guardian each payee is, by the payee's id."""
    rows = session.execute(
        select(Payee.id, Payee.survivor_id).where(
            Payee.id.in_(payee_ids), Payee.survivor_id.is_not(None)
        )
    )
    return {row.id: str(row.survivor_id) for row in rows}


def _names(session: Session, events: Sequence[EventRow], reader: Actor) -> Names:
    payees = {event.subject_id for event in events if event.subject_kind == "payee"}
    guardians = _guardians(session, payees) if payees else {}
    survivors = {found for event in events if (found := _survivor_id(event))}
    survivors |= set(guardians.values())
    staff = set(_fields(events, "staff_id", "supervisor_id"))
    needs_funds = any(_fields(events, "fund_id", "fund"))
    return Names(
        actors=actor_names(session, {event.actor for event in events}, reader=reader),
        staff=_as_texts(staff_names(session, map(UUID, staff))) if staff else {},
        cases=_as_texts(case_codes(session, map(UUID, survivors))) if survivors else {},
        funds=fund_words(session) if needs_funds else {},
        guardians=guardians,
        booked=_booked(session, {e.subject_id for e in events if e.subject_kind == "journal"}),
        adopted=_adopted(session, {e.subject_id for e in events if e.subject_kind == "award"}),
    )


def _adopted(session: Session, award_ids: set[UUID]) -> set[UUID]:
    """Those awards that were promised before these books began: a finance entry each."""
    if not award_ids:
        return set()
    return set(session.scalars(select(BookEntry.id).where(BookEntry.id.in_(award_ids))))


def _booked(session: Session, journal_ids: set[UUID]) -> dict[UUID, Money]:
    """What each journal's first transfer moved; the others are its fees and the like."""
    if not journal_ids:
        return {}
    first = (
        select(Transfer.journal_id, Transfer.amount_minor, Transfer.currency)
        .ext(distinct_on(Transfer.journal_id))
        .where(Transfer.journal_id.in_(journal_ids))
        .order_by(Transfer.journal_id, Transfer.position)
    )
    rows = session.execute(first)
    return {row.journal_id: Money(row.amount_minor, row.currency) for row in rows}


def fund_words(session: Session) -> dict[str, str]:
    """What each fund is called, by its id and by its code."""
    named = [(fund, fund_name(fund, language())) for fund in list_funds(session)]
    return {key: name for fund, name in named for key in (str(fund.id), fund.code)}


def _fields(events: Iterable[EventRow], *names: str) -> list[str]:
    return [value for event in events for name in names if (value := event.data.get(name))]


def _as_texts(names: Mapping[UUID, str]) -> dict[str, str]:
    return {str(id_): name for id_, name in names.items()}
