"""Upkeep of the donors' own pages."""

from fund import clock, jobs
from fund.db import transaction
from fund.giving import operations


@jobs.app.periodic(cron="13 * * * *")
@jobs.task("giving.forget_visits")
def forget_visits(**_: int) -> None:
    """Forget links and visits that are over."""
    with transaction() as session:
        operations.forget_visits(session, now=clock.now())
