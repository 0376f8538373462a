"""What giving does by itself as time passes."""

import structlog

from fund import clock, jobs
from fund.db import reading, transaction
from fund.errors import FundError
from fund.giving import operations, pledges

log = structlog.get_logger(__name__)


@jobs.app.periodic(cron="23 * * * *")
@jobs.task("giving.expire_gifts")
def expire_gifts(**_: int) -> None:
    """Hourly: PromptPay codes that nobody paid in time are waited for no longer."""
    with transaction() as session:
        pledges.expire_gifts(session, now=clock.now())


# From eight in the morning in Thailand until five: no mail wakes anybody.
@jobs.app.periodic(cron="11 1-10 * * *")
@jobs.task("giving.ask_for_pledges")
def ask_for_pledges(**_: int) -> None:
    """By day: pledges whose day has come are asked for, and those asked for are told again."""
    now = clock.now()
    with reading() as session:
        due, unpaid = pledges.list_due(session, now=now), pledges.list_unpaid(session, now=now)
    for plan_id in due:
        try:
            with transaction() as session:
                pledges.ask_for(session, plan_id, now=now)
        except FundError as error:  # the others need not wait for this one
            log.error("pledge_not_asked_for", plan=str(plan_id), error=error.code)
    for gift_id in unpaid:
        with transaction() as session:
            pledges.remind(session, gift_id, now=now)


@jobs.app.periodic(cron="33 3 * * *")
@jobs.task("giving.mark_donors")
def mark_donors(**_: int) -> None:
    """Nightly: records from before marks were kept can be found to be alike too."""
    with transaction() as session:
        operations.mark_donors(session)
