"""Annual statements."""

from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from uuid import UUID

from sqlalchemy.orm import Session

from fund import jobs
from fund.audit import operations as audit
from fund.audit.events import AnnualStatementIssued, Event, TaxYearStatementIssued
from fund.audit.verify import canonical
from fund.giving import queries, tasks
from fund.giving.donors import records_of
from fund.giving.models import AnnualStatement, Donor
from fund.giving.years import Year
from fund.ids import new_id
from fund.ledger.models import Office
from fund.permissions import SYSTEM


def issue_statement(
    session: Session, *, donor_id: UUID, office_id: UUID, year: Year, now: datetime
) -> AnnualStatement | None:
    """What the donor gave to the office in `year`, mailed to them; None if all of it went back.

    Raises IntegrityError if that statement was made meanwhile.
    """
    statement_id = new_id()
    donor_ids = list(session.scalars(records_of(donor_id)))
    rows = queries.list_statement_rows(
        session, donor_ids=donor_ids, office_id=office_id, year=year, until=statement_id
    )
    if not rows:
        return None
    issued = _event(statement_id, session.get_one(Office, office_id), year, rows)
    key_id = session.get_one(Donor, donor_id).key_id
    statement = AnnualStatement(
        id=statement_id,
        donor_id=donor_id,
        donor_ids=donor_ids,
        office_id=office_id,
        year=year.number,
        is_tax_year=year.country is not None,
        audit_event_id=audit.record(session, issued, actor=SYSTEM, now=now, key_id=key_id),
        made_at=now,
    )
    session.add(statement)
    session.flush()
    jobs.defer(session, tasks.mail_statement, statement_id=statement_id)
    return statement


def _event(
    statement_id: UUID, office: Office, year: Year, rows: Sequence[queries.StatementRow]
) -> Event:
    told = [[row.number, row.amount.amount_minor, row.amount.currency] for row in rows]
    rows_sha256 = sha256(canonical(told).encode()).hexdigest()
    if year.country is None:
        return AnnualStatementIssued(
            statement_id,
            office=office.code,
            year=year.number,
            receipt_count=len(rows),
            rows_sha256=rows_sha256,
        )
    return TaxYearStatementIssued(
        statement_id,
        office=office.code,
        first_on=year.first_on,
        last_on=year.last_on,
        receipt_count=len(rows),
        rows_sha256=rows_sha256,
    )
