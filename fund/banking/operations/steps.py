"""Parts of lines on their way into the books: all journals at once, then what each line is."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from fund.audit import operations as audit
from fund.audit.events import BankLineMatched
from fund.banking.models import BankLine, BankMatch
from fund.bookkeeping import operations as bookkeeping
from fund.bookkeeping.models import BookEntry
from fund.ids import new_id
from fund.ledger import operations as ledger
from fund.ledger.journals import JournalDraft
from fund.ledger.operations.calling import refusing
from fund.permissions import Actor

RULES = {
    "bank_match_exceeds": "match_taken_already",
    "duty_sender_matches": "sent_it_yourself",
}


@dataclass
class Step:
    """One part of one line on its way into the books."""

    line: BankLine
    kind: str
    amount_minor: int
    rule: str
    journal_id: UUID | None = None
    draft: JournalDraft | None = None
    entry: BookEntry | None = None


def name_of(line: BankLine) -> str:
    """How the books name a line: nothing of it names a person."""
    return f"{line.account.office.code}-{line.booked_on}-{line.id.hex[-8:]}"


def finish(session: Session, steps: Sequence[Step], actor: Actor, now: datetime) -> None:
    """Post all journals at once, then say what each line is."""
    posting = [step for step in steps if step.draft is not None]
    drafts = [step.draft for step in posting if step.draft is not None]
    for step, journal_id in zip(
        posting, ledger.post(session, drafts, actor=actor, now=now), strict=True
    ):
        step.journal_id = journal_id
        if step.entry is not None:
            bookkeeping.finish_booking(session, step.entry, journal_id, actor=actor, now=now)
    record_matches(session, steps, actor, now)


def record_matches(session: Session, steps: Sequence[Step], actor: Actor, now: datetime) -> None:
    with refusing(RULES):
        for step in steps:
            session.add(
                BankMatch(
                    id=new_id(),
                    line_id=step.line.id,
                    kind=step.kind,
                    journal_id=step.journal_id,
                    amount_minor=step.amount_minor,
                    rule=step.rule,
                    matched_by=actor.staff_id,
                    matched_at=now,
                )
            )
            if step.line.state == "open":
                step.line.move_to("matched")
        session.flush()
    for step in steps:
        event = BankLineMatched(
            step.line.account.office_id,
            line_id=step.line.id,
            kind=step.kind,
            journal_id=step.journal_id,
            amount_minor=step.amount_minor,
            rule=step.rule,
        )
        audit.record(session, event, actor=actor, now=now)
