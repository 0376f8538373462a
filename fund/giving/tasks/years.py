"""What happens to gifts once a year is over."""

import structlog

from fund import clock, jobs
from fund.db import reading, transaction
from fund.errors import where
from fund.giving import operations, queries

log = structlog.get_logger(__name__)


# From the tenth, so that refunds of the last days are told too; daily, for whoever was missed.
@jobs.app.periodic(cron="23 5 10-31 1 *")
@jobs.task("giving.issue_statements")
def issue_statements(**_: int) -> None:
    """Tell each donor what they gave last year, an office; each on its own."""
    now = clock.now()
    year = clock.bangkok_day(now).year - 1
    with reading() as session:
        due = queries.list_statements_due(session, year)
    for donor_id, office_id in due:
        try:
            with transaction() as session:
                operations.issue_statement(
                    session, donor_id=donor_id, office_id=office_id, year=year, now=now
                )
        except Exception as error:  # the others need not wait for this one
            log.error("statement_not_issued", donor=str(donor_id), **where(error))
