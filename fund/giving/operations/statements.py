"""Annual statements."""

from datetime import datetime
from hashlib import sha256
from uuid import UUID

from sqlalchemy.orm import Session

from fund import jobs
from fund.audit import operations as audit
from fund.audit.events import AnnualStatementIssued
from fund.audit.verify import canonical
from fund.giving import queries, tasks
from fund.giving.donors import records_of
from fund.giving.models import AnnualStatement, Donor
from fund.ids import new_id
from fund.ledger.models import Office
from fund.permissions import SYSTEM


def issue_statement(
    session: Session, *, donor_id: UUID, office_id: UUID, year: int, now: datetime
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
    told = [[row.number, row.amount.amount_minor, row.amount.currency] for row in rows]
    issued = AnnualStatementIssued(
        statement_id,
        office=session.get_one(Office, office_id).code,
        year=year,
        receipt_count=len(rows),
        rows_sha256=sha256(canonical(told).encode()).hexdigest(),
    )
    key_id = session.get_one(Donor, donor_id).key_id
    statement = AnnualStatement(
        id=statement_id,
        donor_id=donor_id,
        donor_ids=donor_ids,
        office_id=office_id,
        year=year,
        audit_event_id=audit.record(session, issued, actor=SYSTEM, now=now, key_id=key_id),
        made_at=now,
    )
    session.add(statement)
    session.flush()
    jobs.defer(session, tasks.mail_statement, statement_id=statement_id)
    return statement
