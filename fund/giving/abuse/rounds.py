"""What the gate does by itself as time passes."""

from sqlalchemy import delete

from fund import clock, jobs
from fund.db import transaction
from fund.giving.abuse import breaker, policy
from fund.giving.models import CheckoutFailure, CheckoutGate


@jobs.app.periodic(cron="* * * * *")
@jobs.task("giving.calm_breakers")
def calm_breakers(**_: int) -> None:
    """Each minute: breakers of offices where it is calm fall by a level."""
    with transaction() as session:
        breaker.calm_down(session, now=clock.now())


@jobs.app.periodic(cron="33 * * * *")
@jobs.task("giving.forget_gates")
def forget_gates(**_: int) -> None:
    """Hourly: who came and what failed is forgotten after a day, when it counts no more."""
    since = clock.now() - policy.DAY
    with transaction() as session:
        session.execute(delete(CheckoutFailure).where(CheckoutFailure.failed_at < since))
        session.execute(delete(CheckoutGate).where(CheckoutGate.came_at < since))
