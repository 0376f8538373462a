"""What the search page looks for: a thing by the code or number that people know it by."""

import re
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from fund.applications.models import Application
from fund.audit.events import EVENTS, SUBJECTS
from fund.audit.search import Match
from fund.awards.models import Award, Evidence, Instalment
from fund.clock import midnight
from fund.disbursements.models import Payee, Payment
from fund.errors import Refused
from fund.giving.models import Gift, Receipt
from fund.i18n import gettext
from fund.ledger.models import Fund, Office
from fund.people.models import Staff
from fund.permissions import ANONYMOUS, SYSTEM, Actor
from fund.reports.actors import OTHERS
from fund.reports.trails.sentences import SUBJECT_NAMES
from fund.reports.trails.telling import title_of
from fund.survivors.models import Consent, Document
from fund.survivors.queries import find_survivor_id

_RECEIPT = re.compile(r"([A-Z]+)-(\d{4})-(\d{1,9})")


@dataclass(frozen=True)
class Wanted:
    """The search form: what is empty does not matter; both days are days in Thailand, included."""

    event: str = ""
    actor: str = ""
    about: str = ""
    first: date | None = None
    last: date | None = None


def matches(session: Session, wanted: Wanted) -> list[Match]:
    """What to look for in the log. Raises Refused beside the field that means nothing."""
    if wanted.event and wanted.event not in EVENTS:
        raise Refused("no_such_event", field="event")
    if wanted.first and wanted.last and wanted.last < wanted.first:
        raise Refused("days_reversed", field="last")
    things = find_things(session, wanted.about) if wanted.about else [Match()]
    return [
        replace(
            thing,
            name=wanted.event or None,
            actor=wanted.actor or None,
            since=midnight(wanted.first) if wanted.first else None,
            until=midnight(wanted.last + timedelta(days=1)) if wanted.last else None,
        )
        for thing in things
    ]


def find_things(session: Session, text: str) -> list[Match]:
    """The things that a case code, receipt number, id, or code of a fund or office means.

    Raises Refused.
    """
    typed = text.strip()
    try:
        return [Match(subjects=[(kind, UUID(typed)) for kind in sorted(SUBJECTS)])]
    except ValueError:
        pass
    survivor_id = find_survivor_id(session, typed)
    if survivor_id is not None:
        return _of_case(survivor_id)
    for find in (_find_receipt, _find_place, _find_payment_at_stripe):
        found = find(session, typed)
        if found:
            return [Match(subjects=found)]
    raise Refused("nothing_is_called_so", field="about")


def list_actors(session: Session) -> list[tuple[str, str]]:
    """(label, name) of everyone who works or worked here, and of who is nobody in particular."""
    staff = session.execute(select(Staff.id, Staff.name).order_by(Staff.name, Staff.id))
    return [
        *((Actor("staff", row.id).label, row.name) for row in staff),
        *((actor.label, str(gettext(OTHERS[actor.label]))) for actor in (SYSTEM, ANONYMOUS)),
    ]


def list_kinds() -> list[tuple[str, list[tuple[str, str]]]]:
    """Every event (code, title), grouped by what it is about, in the reader's words."""
    groups: dict[str, list[tuple[str, str]]] = {kind: [] for kind in SUBJECT_NAMES}
    for name, event in EVENTS.items():
        groups.setdefault(event.subject, []).append((name, title_of(name)))
    return [
        (str(gettext(SUBJECT_NAMES.get(kind, kind))), events)
        for kind, events in groups.items()
        if events
    ]


def _of_case(survivor_id: UUID) -> list[Match]:
    """Everything about one case."""
    mine = {"survivor_id": survivor_id}
    award = select(Award.id).filter_by(**mine)
    instalment = select(Instalment.id).where(Instalment.award_id.in_(award))
    about: dict[str, Any] = {
        "consent": select(Consent.id).filter_by(**mine),
        "document": select(Document.id).filter_by(**mine),
        "application": select(Application.id).filter_by(**mine),
        "award": award,
        "instalment": instalment,
        "evidence": select(Evidence.id).where(Evidence.instalment_id.in_(instalment)),
        "payment": select(Payment.id).where(Payment.instalment_id.in_(instalment)),
        "payee": select(Payee.id).filter_by(**mine),
    }
    return [
        Match(subjects=[("survivor", survivor_id)]),
        *(Match(subject_kind=kind, subject_ids=ids) for kind, ids in about.items()),
    ]


def _find_receipt(session: Session, typed: str) -> list[tuple[str, UUID]]:
    number = _RECEIPT.fullmatch(typed.upper())
    if number is None:
        return []
    prefix, year, count = number.groups()
    row = session.execute(
        select(Receipt.id, Receipt.gift_id)
        .join(Office, Office.id == Receipt.office_id)
        .where(
            Office.receipt_prefix == prefix,
            Receipt.year == int(year),
            Receipt.number == int(count),
        )
    ).one_or_none()
    return [("receipt", row.id), ("gift", row.gift_id)] if row else []


def _find_place(session: Session, typed: str) -> list[tuple[str, UUID]]:
    code = typed.lower()
    fund = session.scalar(select(Fund.id).where(Fund.code == code))
    office = session.scalar(select(Office.id).where(Office.code == code))
    return [(kind, id_) for kind, id_ in (("fund", fund), ("office", office)) if id_]


def _find_payment_at_stripe(session: Session, typed: str) -> list[tuple[str, UUID]]:
    gift = session.scalar(select(Gift.id).where(Gift.stripe_payment_intent_id == typed))
    return [("gift", gift)] if gift else []
