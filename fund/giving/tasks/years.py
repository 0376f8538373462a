"""What happens to gifts once a year is over."""

import structlog

from fund import clock, jobs
from fund.db import reading, transaction
from fund.errors import where
from fund.giving import operations, queries
from fund.giving.years import list_told_in
from fund.ledger.queries import list_offices

log = structlog.get_logger(__name__)


# From the tenth, so that refunds of the last days are told too; daily, for whoever was missed.
@jobs.app.periodic(cron="23 5 10-31 * *")
@jobs.task("giving.issue_statements")
def issue_statements(**_: int) -> None:
    """Tell each donor what they gave an office in the year that ended last month; each alone."""
    now = clock.now()
    with reading() as session:
        due = [
            (donor_id, office.id, year)
            for office in list_offices(session)
            for year in list_told_in(clock.bangkok_day(now), office.country)
            for donor_id in queries.list_statements_due(session, office.id, year)
        ]
    for donor_id, office_id, year in due:
        try:
            with transaction() as session:
                operations.issue_statement(
                    session, donor_id=donor_id, office_id=office_id, year=year, now=now
                )
        except Exception as error:  # the others need not wait for this one
            log.error("statement_not_issued", donor=str(donor_id), **where(error))
