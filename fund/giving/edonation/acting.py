"""Setting the file's columns, confirming them, and that a file was taken."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from fund.audit import operations as audit
from fund.audit.events import EdonationColumnsChanged, EdonationColumnsConfirmed, EdonationExported
from fund.errors import Conflict, Refused, require
from fund.giving.edonation.columns import FIELD_NAMES, LONGEST, STARTING
from fund.giving.edonation.finding import find_mapping, sum_rows
from fund.giving.models import EdonationMapping
from fund.ledger.models import Office
from fund.permissions import SYSTEM, Actor, Permission


def change_columns(
    session: Session,
    office: Office,
    columns: Sequence[tuple[str, str]],
    *,
    version: int,
    actor: Actor,
    now: datetime,
) -> EdonationMapping:
    """Other columns from now on, unconfirmed. `version`: the number of those the actor saw.

    Raises Denied; Conflict if there are newer ones; Refused(`no_columns`, `too_many_columns`).
    """
    require(actor.may(Permission.EXPORT_DONORS))
    if not columns:
        raise Refused("no_columns")
    if len(columns) > LONGEST or any(field not in FIELD_NAMES for _, field in columns):
        raise Refused("too_many_columns")
    _require_seen(session, office, version)
    mapping = _add(session, office, version + 1, columns, entered_by=actor.label, now=now)
    event = EdonationColumnsChanged(
        office.id, mapping=mapping.number, columns=tuple(field for _, field in columns)
    )
    audit.record(session, event, actor=actor, now=now)
    return mapping


def confirm_columns(
    session: Session, office: Office, *, version: int, actor: Actor, now: datetime
) -> None:
    """Somebody held the columns against the Revenue Department's form: they stand for it.

    Raises Denied; Conflict if there are newer ones.
    """
    require(actor.may(Permission.EXPORT_DONORS))
    mapping = _require_seen(session, office, version)
    if mapping.is_confirmed:
        return
    if version == 0:  # those of the beginning are of no row until somebody stands for them
        columns = [(heading, field) for heading, field in STARTING]
        mapping = _add(session, office, 1, columns, entered_by=SYSTEM.label, now=now)
    mapping.checked_by, mapping.checked_at = actor.staff_id, now
    session.flush()
    event = EdonationColumnsConfirmed(office.id, mapping=mapping.number)
    audit.record(session, event, actor=actor, now=now)


def record_export(
    session: Session,
    office: Office,
    *,
    first_on: date,
    last_on: date,
    version: int,
    file_format: str,
    actor: Actor,
    now: datetime,
) -> EdonationMapping:
    """Put on record that somebody takes the file, before anything sealed is opened for it.

    Raises Denied; Conflict if there are newer columns than the actor saw.
    """
    require(actor.may(Permission.EXPORT_DONORS))
    mapping = _require_seen(session, office, version)
    event = EdonationExported(
        office.id,
        first_on=first_on,
        last_on=last_on,
        receipt_count=sum_rows(session, office, first_on, last_on).count,
        mapping=mapping.number,
        is_confirmed=mapping.is_confirmed,
        file_format=file_format,
    )
    audit.record(session, event, actor=actor, now=now)
    return mapping


def _require_seen(session: Session, office: Office, version: int) -> EdonationMapping:
    mapping = find_mapping(session, office)
    if mapping.number != version:
        raise Conflict(row=mapping)
    return mapping


def _add(
    session: Session,
    office: Office,
    number: int,
    columns: Sequence[tuple[str, str]],
    *,
    entered_by: str,
    now: datetime,
) -> EdonationMapping:
    mapping = EdonationMapping(
        office_id=office.id,
        number=number,
        columns=[list(column) for column in columns],
        entered_by=entered_by,
        entered_at=now,
    )
    try:
        with session.begin_nested():
            session.add(mapping)
    except IntegrityError:  # two at once
        raise Conflict(row=find_mapping(session, office))
    return mapping
