"""A statement's course: sent, looked at, recorded whole or dropped, and undone while it may be."""

import hashlib
import json
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from fund import keys
from fund.audit import operations as audit
from fund.audit.events import BankTextsRead, StatementRecorded, StatementUndone
from fund.banking import camt
from fund.banking.csv_lines import ColumnMapping
from fund.banking.files import LARGEST_BYTES, FileLine
from fund.banking.models import BankAccount, BankLine, BankStatement
from fund.banking.operations.gifts import settle_gifts
from fund.banking.reading import numbered, read_statement, seen_sha256
from fund.errors import Refused, require
from fund.ids import new_id
from fund.ledger.operations.calling import refusing
from fund.permissions import Actor, Permission


def upload_statement(
    session: Session, account: BankAccount, content: bytes, *, actor: Actor, now: datetime
) -> BankStatement:
    """Keep the file, sealed, to be looked at; nothing of it counts yet.

    Raises Denied; Refused: `document_missing`, `statement_too_large`, `statement_known`.
    """
    require(actor.may(Permission.IMPORT_STATEMENTS))
    if not content:
        raise Refused("document_missing", field="file")
    if len(content) > LARGEST_BYTES:
        raise Refused("statement_too_large", field="file")
    statement = BankStatement(
        id=new_id(),
        account=account,
        kind="camt053" if camt.looks_like_camt(content) else "csv",
        state="uploaded",
        key_id=keys.create(session, "bank_statement", now=now),
        file_sha256=hashlib.sha256(content).digest(),
        uploaded_by=actor.staff_id,
        uploaded_at=now,
    )
    statement.sealed_file = keys.seal_bytes(
        session, statement.key_id, content, context=statement.context
    )
    with refusing({"uq_bank_statement_live_file": "statement_known"}), session.begin_nested():
        session.add(statement)
        session.flush()
    return statement


def map_columns(
    session: Session, account: BankAccount, mapping: ColumnMapping, *, actor: Actor
) -> None:
    """From now on this bank's CSV files are read so. Raises Denied."""
    require(actor.may(Permission.IMPORT_STATEMENTS))
    account.csv_mapping = mapping.kept()
    session.flush()


def record_statement(
    session: Session, statement: BankStatement, *, seen: str, actor: Actor, now: datetime
) -> int:
    """Record the file as it was shown, all of its new lines or none; how many.

    Gifts by PromptPay that it shows are settled with it.

    Raises Denied; Refused: `wrong_state`, `statement_faulty`, `statement_changed`.
    """
    require(actor.may(Permission.IMPORT_STATEMENTS))
    _lock(session, statement)
    reading = read_statement(session, statement)
    parsed, new = reading.parsed, reading.new_lines()
    if not reading.is_sound or parsed.first_on is None or parsed.last_on is None:
        raise Refused("statement_faulty")
    if seen_sha256(reading) != seen:
        raise Refused("statement_changed")
    statement.move_to("recorded")
    statement.first_on, statement.last_on = parsed.first_on, parsed.last_on
    statement.opening_minor, statement.closing_minor = parsed.opening_minor, parsed.closing_minor
    statement.line_count = len(parsed.lines)
    statement.known_count = len(reading.known)
    statement.decided_by, statement.decided_at = actor.staff_id, now
    session.flush()
    places = {line.place for line in new}
    rows = [
        (_row(session, statement, line, mark, ordinal), line.text)
        for line, mark, ordinal in numbered(parsed.lines)
        if line.place in places
    ]
    session.add_all([row for row, _ in rows])
    session.flush()
    event = StatementRecorded(
        statement.account.office_id,
        statement_id=statement.id,
        file_sha256=statement.file_sha256.hex(),
        first_on=parsed.first_on,
        last_on=parsed.last_on,
        line_count=len(new),
    )
    audit.record(session, event, actor=actor, now=now)
    settle_gifts(session, rows, actor=actor, now=now)
    return len(new)


def drop_statement(
    session: Session, statement: BankStatement, *, actor: Actor, now: datetime
) -> None:
    """Not this file: it is forgotten. Raises Denied; Refused: `wrong_state`."""
    require(actor.may(Permission.IMPORT_STATEMENTS))
    _lock(session, statement)
    statement.move_to("dropped")
    statement.sealed_file = None
    statement.decided_by, statement.decided_at = actor.staff_id, now
    session.flush()


def undo_statement(
    session: Session, statement: BankStatement, *, actor: Actor, now: datetime
) -> None:
    """Take back a file that was recorded, while none of its lines is matched or ignored.

    Raises Denied; Refused: `wrong_state`, `statement_has_matches`, `statement_is_needed` where a
    later file left out lines because they were here.
    """
    require(actor.may(Permission.IMPORT_STATEMENTS))
    _lock(session, statement)
    if statement.state != "recorded":
        raise Refused("wrong_state", state=statement.state, wanted="undone")
    lines = select(BankLine.id).where(BankLine.statement_id == statement.id)
    if session.scalar(lines.where(BankLine.state != "open").limit(1)):
        raise Refused("statement_has_matches")
    leaning = select(BankStatement.id).where(
        BankStatement.account_id == statement.account_id,
        BankStatement.state == "recorded",
        BankStatement.id != statement.id,
        BankStatement.decided_at >= statement.decided_at,
        BankStatement.known_count > 0,
        BankStatement.first_on <= statement.last_on,
        BankStatement.last_on >= statement.first_on,
    )
    if session.scalar(leaning.limit(1)):
        raise Refused("statement_is_needed")
    session.execute(
        update(BankLine).where(BankLine.statement_id == statement.id).values(state="undone")
    )
    statement.move_to("undone")
    statement.undone_by, statement.undone_at = actor.staff_id, now
    session.flush()
    event = StatementUndone(statement.account.office_id, statement_id=statement.id)
    audit.record(session, event, actor=actor, now=now)


def record_texts_read(
    session: Session, statement: BankStatement, *, actor: Actor, now: datetime
) -> None:
    """Note that this person is about to read what the bank wrote; committed before it is opened.

    Raises Denied; Refused: `wrong_state` unless it is recorded.
    """
    require(actor.may(Permission.READ_BANK_TEXTS))
    if statement.state != "recorded":
        raise Refused("wrong_state", state=statement.state, wanted="recorded")
    event = BankTextsRead(statement.account.office_id, statement_id=statement.id)
    audit.record(session, event, actor=actor, now=now)


def _lock(session: Session, statement: BankStatement) -> None:
    """One file of an account after the other, so that two never bring the same line."""
    account = select(BankAccount.id).where(BankAccount.id == statement.account_id)
    session.execute(account.with_for_update())
    session.refresh(statement, ["state"])


def _row(
    session: Session, statement: BankStatement, line: FileLine, mark: bytes, ordinal: int
) -> BankLine:
    row = BankLine(
        id=new_id(),
        statement_id=statement.id,
        account_id=statement.account_id,
        account=statement.account,
        position=line.place,
        booked_on=line.booked_on,
        amount_minor=line.amount_minor,
        code=line.code,
        fingerprint=mark,
        ordinal=ordinal,
        state="open",
    )
    said = json.dumps({"text": line.text, "bank_reference": line.bank_reference})
    row.sealed_text = keys.seal(session, statement.key_id, said, context=row.context)
    return row
