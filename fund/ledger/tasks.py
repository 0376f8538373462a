"""Jobs of the books."""

from sqlalchemy import func, select

from fund import jobs
from fund.db import transaction

BATCH_LEAVES = 50_000


@jobs.app.periodic(cron="* * * * *")
@jobs.task("ledger.roll_up_days")
def roll_up_days(**_: int) -> None:
    """Add up by day what the log has numbered since the last time, a transaction a batch."""
    while True:
        with transaction() as session:
            done: int = session.scalar(select(func.ledger.roll_up_days(BATCH_LEAVES))) or 0
        if done < BATCH_LEAVES:
            return
