"""Jobs of the ground itself: taking up what a killed worker left, forgetting old form nonces."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import structlog
from procrastinate import JobContext
from procrastinate.exceptions import ConnectorException, UniqueViolation
from procrastinate.jobs import Job, Status
from procrastinate.worker import Worker
from sqlalchemy import delete

from fund import clock, jobs
from fund.db import transaction
from fund.web import FormNonce

HEARTBEAT_SECONDS = 10.0
STALLED_SECONDS = 30.0
NONCE_AGE = timedelta(days=7)

log = structlog.get_logger(__name__)


# Without a lock: one that was killed in the middle of this would hold it for ever.
@jobs.app.periodic(cron="* * * * * */10")
@jobs.app.task(name="upkeep.take_up_stalled", pass_context=True)
async def take_up_stalled(context: JobContext, timestamp: int) -> None:  # noqa: ARG001
    """Queue again each job whose worker stopped giving signs of life, each in its own try.

    One that has used up its tries, or whose queueing lock another job has taken meanwhile, is
    closed as failed. `stalled_seconds` comes from the worker that runs this.
    """
    seconds = context.additional_context["stalled_seconds"]
    for job in await context.app.job_manager.get_stalled_jobs(seconds_since_heartbeat=seconds):
        try:
            outcome = await _take_up(context, job)
        except ConnectorException as error:
            outcome = type(error).__name__
        log.warning("stalled_job", job=job.id, task=job.task_name, outcome=outcome)


async def give_way(
    run: Callable[[], Awaitable[Any]],
    context: JobContext,
    worker: Worker,  # noqa: ARG001 procrastinate's signature
) -> Any:
    """Around every job: a failed try is the last one if another with its queueing lock waits.

    procrastinate would fail to queue it again, and leave it marked as being done for ever.
    """
    try:
        return await run()
    except Exception:
        lock = context.job.queueing_lock
        manager = context.app.job_manager
        if lock is None or not await manager.list_jobs_async(queueing_lock=lock, status="todo"):
            raise
        log.warning("job_gave_way", job=context.job.id, task=context.job.task_name)


async def _take_up(context: JobContext, job: Job) -> str:
    manager = context.app.job_manager
    if job.attempts < jobs.MOST_TRIES:
        try:
            await manager.retry_job(job)
        except UniqueViolation:
            pass  # another with its queueing lock waits already
        else:
            return "taken up"
    await manager.finish_job(job, Status.FAILED, delete_job=False)
    return "closed"


@jobs.app.periodic(cron="41 3 * * *")
@jobs.task("upkeep.forget_nonces")
def forget_nonces(timestamp: int) -> None:  # noqa: ARG001
    """Forget forms done longer ago than anybody repeats them."""
    with transaction() as session:
        session.execute(delete(FormNonce).where(FormNonce.used_at < clock.now() - NONCE_AGE))
