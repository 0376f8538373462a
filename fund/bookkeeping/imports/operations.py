"""A list's course: sent, its columns chosen, looked at, recorded whole or dropped."""

import hashlib
from collections.abc import Collection
from datetime import datetime

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from fund import keys, tables
from fund.audit import operations as audit
from fund.audit.events import GiftImportFileRead, GiftImportRecorded
from fund.bookkeeping.imports import columns as columns_
from fund.bookkeeping.imports.columns import Columns
from fund.bookkeeping.imports.lines import LARGEST_BYTES
from fund.bookkeeping.imports.reading import Reading, read_import, seen_sha256
from fund.bookkeeping.models import EntryPaper, GiftImport, GiftImportLine
from fund.errors import Refused, require
from fund.giving import operations as giving
from fund.ids import new_id
from fund.ledger.models import Office
from fund.ledger.operations.calling import refusing
from fund.ledger.queries import list_funds
from fund.money import Money
from fund.permissions import Actor, Permission
from fund.tables import BadFile

_WORKBOOK = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")  # how files of Excel's own begin


def upload_import(
    session: Session, office: Office, content: bytes, *, actor: Actor, now: datetime
) -> GiftImport:
    """Keep the file, sealed, to be looked at; nothing of it counts yet.

    Its columns are read as in the last list with the same heading, else as their names suggest.
    Raises Denied; Refused: `document_missing`, `import_too_large`, `import_is_workbook`,
    `import_known`.
    """
    require(actor.may(Permission.RECORD_GIFTS))
    if not content:
        raise Refused("document_missing", field="file")
    if len(content) > LARGEST_BYTES:
        raise Refused("import_too_large", field="file")
    if content.startswith(_WORKBOOK):
        raise Refused("import_is_workbook", field="file")
    made = GiftImport(
        id=new_id(),
        office=office,
        state="uploaded",
        key_id=keys.create(session, "gift_import", now=now),
        file_sha256=hashlib.sha256(content).digest(),
        taken=[],
        left_out=[],
        uploaded_by=actor.staff_id,
        uploaded_at=now,
    )
    made.sealed_file = keys.seal_bytes(session, made.key_id, content, context=made.context)
    _guess_columns(session, made, content)
    with refusing({"uq_gift_import_live_file": "import_known"}), session.begin_nested():
        session.add(made)
        session.flush()
    return made


def map_columns(session: Session, made: GiftImport, columns: Columns, *, actor: Actor) -> None:
    """Read the file so. Raises Denied; Refused: `wrong_state`."""
    require(actor.may(Permission.RECORD_GIFTS))
    _lock(session, made, "uploaded")
    made.mapping = columns.kept()
    made.taken, made.left_out = [], []
    session.flush()


def decide_alike(
    session: Session, made: GiftImport, taken: Collection[int], *, actor: Actor, now: datetime
) -> None:
    """Of the rows that look like gifts that are here, record `taken` (places), not the others.

    Raises Denied; Refused: `wrong_state`.
    """
    require(actor.may(Permission.RECORD_GIFTS))
    _lock(session, made, "uploaded")
    alike = read_import(session, made, now=now).alike.keys()
    made.taken = sorted(alike & set(taken))
    made.left_out = sorted(alike - set(taken))
    session.flush()


def record_import(
    session: Session,
    made: GiftImport,
    paper: EntryPaper,
    *,
    has_outside_receipts: bool,
    seen: str,
    actor: Actor,
    now: datetime,
) -> int:
    """Record every gift of the list as it was shown, or none; how many.

    Each is booked, and receipted unless its giver has a receipt from elsewhere. `paper` shows them.
    Raises Denied; Refused: `wrong_state`, `import_faulty`, `import_undecided`, `import_changed`,
    `import_empty`, and what `ledger.post` refuses.
    """
    require(actor.may(Permission.RECORD_GIFTS))
    _lock(session, made, "uploaded")
    reading = read_import(session, made, now=now)
    _check(reading, seen)
    given = _as_given(session, reading, has_outside_receipts=has_outside_receipts)
    try:
        gifts = giving.record_bank_gifts(session, made.office, given, actor=actor, now=now)
    except Refused as refusal:
        if refusal.code == "bank_reference_known":  # recorded by somebody at this very moment
            raise Refused("import_changed")
        raise
    lines = reading.to_record
    session.execute(
        insert(GiftImportLine),
        [
            {"gift_id": gift.id, "import_id": made.id, "place": line.place}
            for gift, line in zip(gifts, lines, strict=True)
        ],
    )
    made.move_to("recorded")
    made.paper, made.has_outside_receipts = paper, has_outside_receipts
    made.line_count, made.gift_count = len(reading.parsed.lines), len(gifts)
    made.total_minor = reading.total.amount_minor
    made.decided_by, made.decided_at = actor.staff_id, now
    session.flush()
    event = GiftImportRecorded(
        made.id,
        office=made.office.code,
        file_sha256=made.file_sha256.hex(),
        paper_id=paper.id,
        gift_count=len(gifts),
        amount_minor=made.total_minor,
        currency=made.office.currency,
        has_outside_receipts=has_outside_receipts,
    )
    audit.record(session, event, actor=actor, now=now)
    return len(gifts)


def drop_import(session: Session, made: GiftImport, *, actor: Actor, now: datetime) -> None:
    """Not this file: it is forgotten. Raises Denied; Refused: `wrong_state`."""
    require(actor.may(Permission.RECORD_GIFTS))
    _lock(session, made, "uploaded")
    made.move_to("dropped")
    made.sealed_file = None
    made.decided_by, made.decided_at = actor.staff_id, now
    session.flush()


def record_file_read(session: Session, made: GiftImport, *, actor: Actor, now: datetime) -> None:
    """Note that this person is about to open the file; committed before it is opened.

    Raises Denied; Refused: `wrong_state` once it was dropped.
    """
    require(actor.may(Permission.READ_ENTRY_PAPERS))
    if made.state == "dropped":
        raise Refused("wrong_state", state=made.state, wanted="recorded")
    audit.record(session, GiftImportFileRead(made.id), actor=actor, now=now)


def lock(session: Session, made: GiftImport) -> None:
    """The import's row as it is now, ours until the transaction ends."""
    session.refresh(made, ["state", "taken", "left_out", "mapping"], with_for_update=True)


def _lock(session: Session, made: GiftImport, state: str) -> None:
    lock(session, made)
    if made.state != state:
        raise Refused("wrong_state", state=made.state, wanted="recorded")


def _guess_columns(session: Session, made: GiftImport, content: bytes) -> None:
    try:
        rows = tables.rows_of(content)
        made.header_sha256 = columns_.header_sha256(columns_.header_of(rows)[1])
        guessed = columns_.guess(rows)
    except BadFile:
        return  # the preview says so
    before = session.scalar(
        select(GiftImport.mapping)
        .where(
            GiftImport.header_sha256 == made.header_sha256,
            GiftImport.mapping.is_not(None),
            GiftImport.state != "uploaded",
        )
        .order_by(GiftImport.id.desc())
        .limit(1)
    )
    made.mapping = before or (guessed.kept() if guessed else None)


def _check(reading: Reading, seen: str) -> None:
    if not reading.is_sound:
        raise Refused("import_faulty")
    if reading.undecided:
        raise Refused("import_undecided")
    if not reading.to_record:
        raise Refused("import_empty")
    if seen_sha256(reading) != seen:
        raise Refused("import_changed")


def _as_given(
    session: Session, reading: Reading, *, has_outside_receipts: bool
) -> list[giving.BankGift]:
    funds = {fund.id: fund for fund in list_funds(session)}
    return [
        giving.BankGift(
            fund=funds[line.fund_id],
            amount=Money(line.amount_minor, reading.currency),
            received_on=line.day,
            bank_reference=line.reference,
            method=line.method,
            email=line.email,
            name=line.name,
            language=line.language,
            tax_id=line.tax_id,
            has_outside_receipt=has_outside_receipts,
        )
        for line in reading.to_record
    ]
