"""Saying what a line is in the books, and booking it where it is not there yet."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from fund.audit import operations as audit
from fund.audit.events import BankLineLeftAside, BankLineOpened
from fund.banking.models import BankLine, BankMatch
from fund.banking.operations.steps import Step, finish, name_of, record_matches
from fund.banking.queries import list_suggestions, targets_for
from fund.banking.targets import Target, by_token
from fund.bookkeeping import operations as bookkeeping
from fund.disbursements import operations as disbursements
from fund.disbursements import queries as payments
from fund.errors import Refused, require
from fund.ids import new_id
from fund.ledger.queries import get_fund
from fund.permissions import Actor, Permission
from fund.settlement import operations as settlement

GENERAL = "general"


@dataclass(frozen=True)
class Choice:
    """What a line is said to be; `token` as in `targets.Target` or `entry:<kind>`."""

    line_id: UUID
    token: str
    rule: str


def confirm_suggestions(
    session: Session, choices: Sequence[Choice], *, actor: Actor, now: datetime
) -> int:
    """Match every line as it was suggested, all or none; how many.

    Raises Denied; Refused: `suggestions_changed` if one of them is no longer the clear answer,
    and what the rooms refuse to which the facts belong.
    """
    require(actor.may(Permission.MATCH_LINES))
    lines = _lock_open(session, [choice.line_id for choice in choices])
    suggested = {(s.line.id, s.token, s.rule): s for s in list_suggestions(session, lines)}
    steps = []
    for choice in choices:
        suggestion = suggested.get((choice.line_id, choice.token, choice.rule))
        if suggestion is None:
            raise Refused("suggestions_changed")
        line, target = suggestion.line, suggestion.target
        if target is None:
            kind = suggestion.token.partition(":")[2]
            general = get_fund(session, GENERAL).id
            steps.append(_entry(session, line, kind, general, choice.rule, actor, now))
        else:
            steps.append(
                _of_target(session, line, target, line.amount_minor, choice.rule, actor, now)
            )
    finish(session, steps, actor, now)
    return len(choices)


def match_line(
    session: Session, line: BankLine, tokens: Sequence[str], *, actor: Actor, now: datetime
) -> None:
    """Match the line with what a person chose: one thing, or several that come to its amount.

    One that is larger may have other lines besides. Raises Denied; Refused: `nothing_matched`,
    `suggestions_changed`, `match_differs`.
    """
    require(actor.may(Permission.MATCH_LINES))
    (line,) = _lock_open(session, [line.id])
    if not tokens:
        raise Refused("nothing_matched", field="target")
    offered = by_token(targets_for(session, line))
    if not set(tokens) <= set(offered):
        raise Refused("suggestions_changed")
    chosen = [offered[token] for token in dict.fromkeys(tokens)]
    steps = [
        _of_target(session, line, target, amount, "hand", actor, now)
        for target, amount in _parts(line, chosen)
    ]
    finish(session, steps, actor, now)


def book_line(
    session: Session, line: BankLine, *, kind: str, fund_id: UUID, actor: Actor, now: datetime
) -> None:
    """The bank took the line for itself, or paid it: book that, of this fund.

    Raises Denied; Refused: `line_other_way`, and what `bookkeeping.operations.propose` refuses.
    """
    require(actor.may(Permission.MATCH_LINES))
    (line,) = _lock_open(session, [line.id])
    if (kind == "bank_charge") != (line.amount_minor < 0):
        raise Refused("line_other_way")
    finish(session, [_entry(session, line, kind, fund_id, "hand", actor, now)], actor, now)


def return_line(
    session: Session, line: BankLine, *, token: str, reason: str, actor: Actor, now: datetime
) -> None:
    """The line is a payment that came back. Raises Denied; Refused: `suggestions_changed`,
    `match_differs`, and what `disbursements.return_payment` refuses."""
    require(actor.may(Permission.MATCH_LINES))
    (line,) = _lock_open(session, [line.id])
    target = by_token(targets_for(session, line)).get(token)
    if target is None or target.kind != "return":
        raise Refused("suggestions_changed")
    if target.amount_minor != line.amount_minor:
        raise Refused("match_differs")
    journal_id = disbursements.return_payment(
        session,
        payments.get_payment(session, UUID(target.key)),
        reason=reason,
        returned_on=line.booked_on,
        actor=actor,
        now=now,
    )
    step = Step(line, "return", line.amount_minor, "hand", journal_id)
    record_matches(session, [step], actor, now)


def leave_aside(
    session: Session, line: BankLine, *, reason: str, actor: Actor, now: datetime
) -> None:
    """The line is nothing for the books, and why. Raises Denied; Refused: `line_not_open`."""
    require(actor.may(Permission.MATCH_LINES))
    (line,) = _lock_open(session, [line.id])
    line.move_to("ignored")
    session.add(
        BankMatch(
            id=new_id(),
            line_id=line.id,
            kind="ignored",
            amount_minor=line.amount_minor,
            rule="hand",
            reason=reason,
            matched_by=actor.staff_id,
            matched_at=now,
        )
    )
    session.flush()
    event = BankLineLeftAside(
        line.account.office_id, line_id=line.id, amount_minor=line.amount_minor
    )
    audit.record(session, event, actor=actor, now=now)


def open_line(session: Session, line: BankLine, *, actor: Actor, now: datetime) -> None:
    """Take back what was said of the line. What was booked stays booked, and then has no line: it
    is matched with another one, or reversed in the books. Raises Denied; Refused: `wrong_state`.
    """
    require(actor.may(Permission.MATCH_LINES))
    session.refresh(line, ["state"], with_for_update={"of": BankLine})
    line.move_to("open")
    matches = select(BankMatch).where(BankMatch.line_id == line.id, BankMatch.undone_at.is_(None))
    for match in session.scalars(matches):
        match.undone_by, match.undone_at = actor.staff_id, now
    session.flush()
    audit.record(
        session, BankLineOpened(line.account.office_id, line_id=line.id), actor=actor, now=now
    )


def _lock_open(session: Session, line_ids: Sequence[UUID]) -> list[BankLine]:
    """The lines, locked in one order. Raises Refused if one of them is not open any more."""
    rows = session.scalars(
        select(BankLine)
        .where(BankLine.id.in_(line_ids))
        .order_by(BankLine.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    if len(rows) != len(set(line_ids)) or any(row.state != "open" for row in rows):
        raise Refused("line_not_open")
    return list(rows)


def _parts(line: BankLine, chosen: Sequence[Target]) -> list[tuple[Target, int]]:
    """How much of the line each of them is."""
    if len(chosen) == 1:
        (target,) = chosen
        is_part = abs(target.amount_minor) > abs(line.amount_minor) and target.kind == "booked"
        same_way = (target.amount_minor > 0) == (line.amount_minor > 0)
        if target.amount_minor == line.amount_minor or (is_part and same_way):
            return [(target, line.amount_minor)]
        raise Refused("match_differs")
    parts = [(target, target.amount_minor) for target in chosen]
    one_way = {amount > 0 for _, amount in parts} == {line.amount_minor > 0}
    if not one_way or sum(amount for _, amount in parts) != line.amount_minor:
        raise Refused("match_differs")
    return parts


def _of_target(
    session: Session,
    line: BankLine,
    target: Target,
    amount_minor: int,
    rule: str,
    actor: Actor,
    now: datetime,
) -> Step:
    """Note the fact in its own room; its journal is posted with the others."""
    step = Step(line, target.kind, amount_minor, rule, target.journal_id)
    if target.kind == "payout":
        step.draft = settlement.note_arrival(
            session, target.key, arrived_on=line.booked_on, actor=actor, now=now
        )
    elif target.kind == "payment":
        step.draft = disbursements.note_confirmation(
            session,
            payments.get_payment(session, UUID(target.key)),
            bank_reference=name_of(line),
            paid_on=line.booked_on,
            actor=actor,
            now=now,
        )
    elif target.kind == "return":
        raise Refused("return_needs_reason")
    return step


def _entry(
    session: Session,
    line: BankLine,
    kind: str,
    fund_id: UUID,
    rule: str,
    actor: Actor,
    now: datetime,
) -> Step:
    """Propose what the bank took or paid for itself, with the line as its document."""
    entry = bookkeeping.propose(
        session,
        kind=kind,
        plan={
            "fund_id": str(fund_id),
            "office_id": str(line.account.office_id),
            "amount_minor": abs(line.amount_minor),
            "bank_line_id": str(line.id),
        },
        effective_on=line.booked_on,
        reason=name_of(line),
        actor=actor,
        now=now,
    )
    draft = bookkeeping.begin_booking(
        session, entry, seen_sha256=entry.content_sha256.hex(), actor=actor, now=now
    )
    return Step(line, "entry", line.amount_minor, rule, draft=draft, entry=entry)
