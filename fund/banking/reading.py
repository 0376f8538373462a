"""A statement's sealed file opened and read: what recording it would bring, and what is wrong."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from zoneinfo import ZoneInfo

from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session

from fund import keys
from fund.banking import camt, csv_lines
from fund.banking.csv_lines import ColumnMapping
from fund.banking.files import FileLine, ParsedFile
from fund.banking.models import BankLine, BankStatement
from fund.banking.operations.accounts import index_number
from fund.tables import BadFile, Fault

_NOWHERE = frozenset[int]()


@dataclass(frozen=True)
class Reading:
    """`known`: places of lines that are here from another file. `alike`: of lines with the day
    and amount of one that is here, but other words: perhaps the same, told in another format.

    `columns`: of a CSV file, to choose among. `gap_minor`: by how much the balance before is not
    the one after the last statement; `gap_since`: its last day.
    """

    parsed: ParsedFile
    columns: Sequence[str] = ()
    known: frozenset[int] = _NOWHERE
    alike: frozenset[int] = _NOWHERE
    gap_minor: int = 0
    gap_since: date | None = None

    @property
    def is_sound(self) -> bool:
        return not self.parsed.faults

    def new_lines(self) -> list[FileLine]:
        return [line for line in self.parsed.lines if line.place not in self.known]


def read_statement(session: Session, statement: BankStatement) -> Reading:
    """The file as it would be recorded now; faults are told in it and nothing is raised."""
    content = open_file(session, statement)
    account = statement.account
    columns: Sequence[str] = ()
    try:
        if statement.kind == "camt053":
            parsed = camt.read(content, account.office.currency)
        else:
            columns = csv_lines.columns_of(content)
            mapping = ColumnMapping.of(account.csv_mapping)
            if mapping is None:
                return Reading(ParsedFile(faults=[Fault("csv_not_mapped")]), columns)
            parsed = csv_lines.read(content, account.office.currency, mapping)
        if parsed.account_number and index_number(parsed.account_number) != account.number_index:
            raise BadFile("other_account")
    except BadFile as bad:
        return Reading(ParsedFile(faults=[bad.fault]), columns)
    faults = parsed.faults or _ahead(statement, parsed)
    if faults:
        return Reading(replace(parsed, faults=faults), columns)
    return _compared(session, statement, parsed, columns)


def open_file(session: Session, statement: BankStatement) -> bytes:
    """The file as it was sent."""
    sealed = statement.sealed_file
    if sealed is None:
        raise ValueError(f"statement {statement.id} was dropped")
    return keys.unseal_bytes(session, statement.key_id, sealed, context=statement.context)


def fingerprint(line: FileLine) -> bytes:
    """By what a line is known again in another file of its account."""
    said = json.dumps([line.booked_on.isoformat(), line.amount_minor, line.text])
    return keys.keyring().blind_index("bank_line", said)


def numbered(lines: Sequence[FileLine]) -> Iterator[tuple[FileLine, bytes, int]]:
    """Each line with its fingerprint and its number among those that are equal in all."""
    seen: Counter[bytes] = Counter()
    for line in lines:
        mark = fingerprint(line)
        yield line, mark, seen[mark]
        seen[mark] += 1


def _ahead(statement: BankStatement, parsed: ParsedFile) -> list[Fault]:
    """Lines of days that had not come at the bank when the file did: days read in a wrong order."""
    zone = ZoneInfo(statement.account.office.timezone)
    came_on = statement.uploaded_at.astimezone(zone).date()
    return [Fault("line_ahead", line.place) for line in parsed.lines if line.booked_on > came_on]


def _compared(
    session: Session, statement: BankStatement, parsed: ParsedFile, columns: Sequence[str]
) -> Reading:
    """What of the file is here already, and whether it follows on what is here."""
    marks = {(mark, ordinal): line for line, mark, ordinal in numbered(parsed.lines)}
    ours = (BankLine.account_id == statement.account_id, BankLine.state != "undone")
    key = tuple_(BankLine.fingerprint, BankLine.ordinal)
    found = session.execute(
        select(BankLine.fingerprint, BankLine.ordinal).where(*ours, key.in_(list(marks)))
    )
    known = frozenset(marks[row.fingerprint, row.ordinal].place for row in found)
    here = session.execute(
        select(BankLine.booked_on, BankLine.amount_minor)
        .where(*ours, BankLine.booked_on.between(parsed.first_on, parsed.last_on))
        .where(~key.in_(list(marks)))
    )
    told = {(row.booked_on, row.amount_minor) for row in here}
    alike = frozenset(
        line.place
        for line in parsed.lines
        if line.place not in known and (line.booked_on, line.amount_minor) in told
    )
    gap, since = _gap(session, statement, parsed)
    return Reading(parsed, columns, known, alike, gap, since)


def _gap(session: Session, statement: BankStatement, parsed: ParsedFile) -> tuple[int, date | None]:
    """Between the last statement before this one and this one, where both tell their balance."""
    before = session.execute(
        select(BankStatement.closing_minor, BankStatement.last_on)
        .where(
            BankStatement.account_id == statement.account_id,
            BankStatement.state == "recorded",
            BankStatement.closing_minor.is_not(None),
            BankStatement.last_on < parsed.first_on,
        )
        .order_by(BankStatement.last_on.desc())
        .limit(1)
    ).first()
    if before is None or parsed.opening_minor is None:
        return 0, None
    return parsed.opening_minor - before.closing_minor, before.last_on


def seen_sha256(reading: Reading) -> str:
    """Names exactly what a preview showed."""
    said = [reading.parsed.digest(), sorted(reading.known)]
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()
