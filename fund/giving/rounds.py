"""What giving does by itself as time passes."""

from fund import clock, jobs
from fund.db import transaction
from fund.giving import operations


@jobs.app.periodic(cron="23 * * * *")
@jobs.task("giving.expire_gifts")
def expire_gifts(**_: int) -> None:
    """Hourly: PromptPay codes that nobody paid in a week are waited for no longer."""
    with transaction() as session:
        operations.expire_gifts(session, now=clock.now())


@jobs.app.periodic(cron="33 3 * * *")
@jobs.task("giving.mark_donors")
def mark_donors(**_: int) -> None:
    """Nightly: records from before marks were kept can be found to be alike too."""
    with transaction() as session:
        operations.mark_donors(session)
