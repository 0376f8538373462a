"""One award in the log: application, votes, award, instalments, runs, payments, journals, evidence.

Only what events say in public: ids, codes, amounts and states. Nothing here opens the vault.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from fund.applications.choices import KINDS
from fund.audit.queries import EventRow, list_events
from fund.awards import queries as awards
from fund.awards.choices import CONDITIONS, EVIDENCE_CLASSES
from fund.awards.models import Award, Evidence
from fund.committee.choices import CHOICES, OUTCOMES
from fund.disbursements.choices import RETURN_REASONS
from fund.disbursements.models import Payment
from fund.i18n import N_, format_money, gettext
from fund.ledger import journals
from fund.ledger.choices import KIND_NAMES
from fund.ledger.models import Journal
from fund.money import Money, baht
from fund.people.queries import staff_names
from fund.permissions import Actor
from fund.survivors.queries import case_code

# One award has a few dozen events; this many would be a fault of its own.
MOST_EVENTS = 1000

TITLES = {
    "application_drafted": N_("Application begun"),
    "application_submitted": N_("Application submitted"),
    "review_started": N_("Review begun"),
    "conflict_declared": N_("Declaration of conflict"),
    "vote_cast": N_("Vote cast"),
    "application_decided": N_("Decided"),
    "award_made": N_("Award made"),
    "funds_reserved": N_("Money reserved"),
    "award_accepted": N_("Award accepted"),
    "condition_confirmed": N_("Condition confirmed"),
    "instalment_ready": N_("Instalment ready"),
    "run_prepared": N_("Run prepared"),
    "run_approved": N_("Run approved"),
    "run_cancelled": N_("Run cancelled"),
    "run_sent": N_("Run sent to the bank"),
    "commitment_liquidated": N_("Reserved money used"),
    "funds_reserved_again": N_("Money reserved again"),
    "commitment_freed": N_("Reserved money freed"),
    "payment_sent": N_("Payment sent"),
    "payment_confirmed": N_("Payment confirmed by the bank"),
    "payment_returned": N_("Payment returned"),
    "journal_posted": N_("Booked"),
    "evidence_attached": N_("Evidence attached"),
    "award_completed": N_("Award completed"),
}
NO_CONFLICT, CONFLICT = N_("none"), N_("recused")
# Field -> what its codes are called.
WORDS: dict[str, Mapping[str, str]] = {
    "choice": CHOICES,
    "outcome": OUTCOMES,
    "kind": {**KINDS, **CONDITIONS, **EVIDENCE_CLASSES, **KIND_NAMES},
    "reason": RETURN_REASONS,
}


@dataclass(frozen=True)
class Entry:
    """One event, in the reader's language; `who` is a staff member's name, or who else it was."""

    event_id: UUID
    title: str
    note: str
    who: str
    at: datetime
    journal_id: UUID | None
    is_sealed: bool


@dataclass(frozen=True)
class Trail:
    """An award and all that the log holds about it, oldest first."""

    award: Award
    code: str
    entries: list[Entry]

    @property
    def amount(self) -> Money:
        return baht(self.award.amount_minor)


def get_trail(session: Session, award_id: UUID, *, actor: Actor) -> Trail:
    """Raises NotFound."""
    award = awards.get_award(session, award_id, actor=actor)
    events = list_events(session, _subjects(session, award), limit=MOST_EVENTS)[::-1]
    names = staff_names(session, [found for e in events if (found := _staff_id(e)) is not None])
    return Trail(
        award,
        case_code(session, award.survivor_id),
        [_entry(event, names) for event in events],
    )


def _subjects(session: Session, award: Award) -> list[tuple[str, UUID]]:
    instalments = [instalment.id for instalment in award.instalments]
    evidence = session.scalars(select(Evidence.id).where(Evidence.instalment_id.in_(instalments)))
    payments = session.execute(
        select(Payment.id, Payment.run_id).where(Payment.instalment_id.in_(instalments))
    ).all()
    booked = _journals_of(session, [payment.id for payment in payments])
    return [
        ("application", award.application_id),
        ("award", award.id),
        *(("instalment", row) for row in instalments),
        *(("evidence", row) for row in evidence),
        *(("run", row) for row in {payment.run_id for payment in payments}),
        *(("payment", payment.id) for payment in payments),
        *(("journal", row) for row in booked),
    ]


def _journals_of(session: Session, payment_ids: Sequence[UUID]) -> Sequence[UUID]:
    keys = [
        f"{payment_id}:{what}"
        for payment_id in payment_ids
        for what in ("sent", "confirmed", "returned")
    ]
    rows = select(Journal.id).where(
        Journal.source == journals.PAYMENTS, Journal.idempotency_key.in_(keys)
    )
    return session.scalars(rows).all()


def _entry(event: EventRow, names: Mapping[UUID, str]) -> Entry:
    staff_id = _staff_id(event)
    return Entry(
        event_id=event.id,
        title=gettext(TITLES.get(event.name, event.name)),
        note=" · ".join(_notes(event.data)),
        who=names.get(staff_id, event.actor) if staff_id else gettext("the service itself"),
        at=event.at,
        journal_id=event.subject_id if event.subject_kind == "journal" else None,
        is_sealed=event.leaf_index is not None,
    )


def _staff_id(event: EventRow) -> UUID | None:
    kind, _, found = event.actor.partition(":")
    return UUID(found) if kind == "staff" else None


def _notes(data: Mapping[str, Any]) -> list[str]:
    notes = []
    for field, value in data.items():
        if value is None:
            continue
        if field.endswith("_minor"):
            notes.append(format_money(baht(value)))
        elif field == "has_conflict":
            notes.append(gettext(CONFLICT if value else NO_CONFLICT))
        elif field in WORDS and value in WORDS[field]:
            notes.append(gettext(WORDS[field][value]))
    return notes
