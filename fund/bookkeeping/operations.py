"""Every write of this room: what finance proposes for the books, and what becomes of it."""

import json
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from fund.audit import operations as audit
from fund.audit.events import EntryBooked, EntryDeclined, EntryProposed, EntryWithdrawn
from fund.bookkeeping import gifts, plans
from fund.bookkeeping.models import ALONE, OF_THE_BANK, WITHOUT_PAPER, BookEntry, EntryPaper
from fund.clock import bangkok_day
from fund.errors import Refused, require
from fund.ids import new_id
from fund.ledger import operations as ledger
from fund.ledger.journals import JournalDraft
from fund.ledger.models import Commitment
from fund.ledger.operations.calling import refusing
from fund.permissions import Actor, Permission

# The database's own refusals, see migration 0014.
RULES = {
    "donor_restriction": "donor_restriction",
    "transfer_overspends": "transfer_overspends",
    "manual_between_funds": "manual_between_funds",
    "entry_paper_missing": "entry_paper_missing",
    "award_changed": "entry_changed",
    "uq_bookkeeping_entry_live_reverses_id": "already_reversed",
    "ck_bookkeeping_entry_second_person": "proposed_it_yourself",
}


def propose(
    session: Session,
    *,
    kind: str,
    plan: plans.Plan,
    effective_on: date,
    reason: str,
    paper: EntryPaper | None = None,
    actor: Actor,
    now: datetime,
) -> BookEntry:
    """Propose something for the books, frozen as it is: an approval is for exactly this.

    Raises Denied; Refused: `entry_needs_paper`, `day_to_come`, `donor_restriction`,
    `already_reversed`, `fund_closed`, and what `plans.draft_of` refuses.
    """
    require(actor.may(Permission.PROPOSE_ENTRIES))
    if paper is None and kind not in WITHOUT_PAPER and not is_on_bank_line(kind, plan):
        raise Refused("entry_needs_paper", field="file")
    if effective_on > bangkok_day(now):
        raise Refused("day_to_come", field="effective_on")
    entry_id = new_id()
    draft = plans.draft_of(session, kind, plan, entry_id=entry_id, day=effective_on)
    entry = entry_of(
        kind=kind,
        plan=plan,
        draft=draft,
        effective_on=effective_on,
        reason=reason,
        paper=paper,
        entry_id=entry_id,
        actor=actor,
        now=now,
    )
    session.add(entry)
    _flush(session)
    audit.record(session, proposed(entry), actor=actor, now=now)
    return entry


def entry_of(
    *,
    kind: str,
    plan: plans.Plan,
    draft: JournalDraft | None,
    effective_on: date,
    reason: str,
    entry_id: UUID,
    actor: Actor,
    now: datetime,
    paper: EntryPaper | None = None,
    gift_import_id: UUID | None = None,
) -> BookEntry:
    """A proposal as it will stand, not yet kept."""
    content = {
        "effective_on": effective_on.isoformat(),
        "journal": plans.journal_json(draft) if draft else None,
        "kind": kind,
        "paper_sha256": paper.content_sha256.hex() if paper else None,
        "plan": plan,
        "reason": reason,
    }
    entry = BookEntry(
        id=entry_id,
        kind=kind,
        state="proposed",
        effective_on=effective_on,
        reason=reason,
        fund_ids=plans.funds_of(plan, draft),
        content=_canonical(content),
        reverses_id=draft.reverses_id if draft else None,
        award_entry_id=UUID(plan["award_entry_id"]) if "award_entry_id" in plan else None,
        paper_id=paper.id if paper else None,
        gift_import_id=gift_import_id,
        proposed_by=actor.staff_id,
        proposed_at=now,
    )
    entry.content_sha256 = entry.hash_content()
    return entry


def proposed(entry: BookEntry) -> EntryProposed:
    """What the log says of it."""
    return EntryProposed(
        entry.id,
        kind=entry.kind,
        effective_on=entry.effective_on,
        content_sha256=entry.content_sha256.hex(),
        paper_id=entry.paper_id,
    )


def is_on_bank_line(kind: str, plan: plans.Plan) -> bool:
    """Whether a line of a recorded bank statement is the entry's document."""
    return kind in OF_THE_BANK and plan.get("bank_line_id") is not None


def can_book(actor: Actor, entry: BookEntry) -> bool:
    """Whether this person may book it: another than who proposed it, unless one is enough."""
    if entry.state != "proposed" or entry.gift_import_id is not None:
        return False  # those that undo a list are decided together, on the list's page
    if entry.proposed_by == actor.id:
        return entry.kind in ALONE and actor.may(Permission.PROPOSE_ENTRIES)
    return actor.may(Permission.APPROVE_ENTRIES)


def book(
    session: Session, entry: BookEntry, *, seen_sha256: str, actor: Actor, now: datetime
) -> None:
    """Book exactly what was seen, once.

    Raises as `begin_booking` and `finish_booking`, and what `ledger.operations.post` refuses.
    """
    draft = begin_booking(session, entry, seen_sha256=seen_sha256, actor=actor, now=now)
    journal_id = ledger.post(session, [draft], actor=actor, now=now)[0] if draft else None
    finish_booking(session, entry, journal_id, actor=actor, now=now)


def begin_booking(
    session: Session, entry: BookEntry, *, seen_sha256: str, actor: Actor, now: datetime
) -> JournalDraft | None:
    """The journal of exactly what was seen, to be posted before `finish_booking`.

    Raises Denied; Refused: `entry_changed`, `proposed_it_yourself`, `decided_together`,
    `wrong_state`, and what the commitments refuse.
    """
    require(actor.may(Permission.APPROVE_ENTRIES) or actor.may(Permission.PROPOSE_ENTRIES))
    session.refresh(entry, with_for_update=True)
    if entry.state != "proposed":
        raise Refused("wrong_state", state=entry.state, wanted="booked")
    if seen_sha256 != entry.content_sha256.hex():
        raise Refused("entry_changed")
    _check_alone(entry)
    if not can_book(actor, entry):
        raise Refused("proposed_it_yourself")
    plan = entry.said["plan"]
    draft = plans.draft_of(session, entry.kind, plan, entry_id=entry.id, day=entry.effective_on)
    if draft and plans.journal_json(draft) != entry.said["journal"]:
        raise Refused("entry_changed")
    _change_award(session, entry, plan, actor, now)
    gifts.take_back(session, entry, actor=actor, now=now)
    return draft


def finish_booking(
    session: Session, entry: BookEntry, journal_id: UUID | None, *, actor: Actor, now: datetime
) -> None:
    """The entry is in the books. Raises Refused: `entry_paper_missing`, `transfer_overspends`."""
    entry.journal_id = journal_id
    _decide(session, entry, "booked", actor, now)
    booked = EntryBooked(
        entry.id,
        kind=entry.kind,
        content_sha256=entry.content_sha256.hex(),
        journal_id=entry.journal_id,
    )
    audit.record(session, booked, actor=actor, now=now)


def decline(
    session: Session, entry: BookEntry, *, reason: str, actor: Actor, now: datetime
) -> None:
    """A second person says no, and why.

    Raises Denied; Refused: `wrong_state`, `withdraw_it_instead`, `decided_together`.
    """
    require(actor.may(Permission.APPROVE_ENTRIES))
    session.refresh(entry, with_for_update=True)
    _check_alone(entry)
    if entry.proposed_by == actor.id:
        raise Refused("withdraw_it_instead")
    entry.decline_reason = reason
    _decide(session, entry, "declined", actor, now)
    declined = EntryDeclined(entry.id, content_sha256=entry.content_sha256.hex())
    audit.record(session, declined, actor=actor, now=now)


def withdraw(session: Session, entry: BookEntry, *, actor: Actor, now: datetime) -> None:
    """Who proposed it takes it back. Raises Denied for anybody else; Refused: `wrong_state`,
    `decided_together`."""
    session.refresh(entry, with_for_update=True)
    _check_alone(entry)
    require(entry.proposed_by == actor.id)
    _decide(session, entry, "withdrawn", actor, now)
    withdrawn = EntryWithdrawn(entry.id, content_sha256=entry.content_sha256.hex())
    audit.record(session, withdrawn, actor=actor, now=now)


def _change_award(
    session: Session, entry: BookEntry, plan: dict[str, Any], actor: Actor, now: datetime
) -> None:
    """What the entry does to an award of before: hold it, use a part, hold that again, free it."""
    if entry.kind == "opening_award":
        ledger.reserve_adopted(
            session,
            fund_id=UUID(plan["fund_id"]),
            award_id=entry.id,
            amount_minor=plan["amount_minor"],
            actor=actor,
            now=now,
        )
    elif entry.kind == "award_payment":
        ledger.liquidate(
            session,
            _commitment_of(session, entry.award_entry_id),
            plan["amount_minor"],
            cause=str(entry.id),
            actor=actor,
            now=now,
        )
    elif entry.kind == "award_freeing":
        ledger.free(session, _commitment_of(session, entry.award_entry_id), actor=actor, now=now)
    elif entry.kind == "reversal":
        paid = session.scalar(
            select(BookEntry).where(
                BookEntry.journal_id == entry.reverses_id, BookEntry.kind == "award_payment"
            )
        )
        if paid:
            ledger.reserve_again(
                session,
                _commitment_of(session, paid.award_entry_id),
                paid.said["plan"]["amount_minor"],
                cause=str(entry.id),
                actor=actor,
                now=now,
            )


def _commitment_of(session: Session, award_entry_id: UUID | None) -> UUID:
    query = select(Commitment.id).where(Commitment.award_id == award_entry_id)
    return session.scalars(query).one()


def _check_alone(entry: BookEntry) -> None:
    if entry.gift_import_id is not None:
        raise Refused("decided_together")


def _decide(session: Session, entry: BookEntry, state: str, actor: Actor, now: datetime) -> None:
    entry.move_to(state)
    entry.decided_by, entry.decided_at = actor.staff_id, now
    _flush(session)


def _flush(session: Session) -> None:
    """Raises Refused where a rule of the database refuses."""
    with refusing(RULES):
        session.flush()


def _canonical(content: dict[str, Any]) -> str:
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
