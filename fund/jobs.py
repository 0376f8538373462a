"""Jobs: procrastinate tasks in the same PostgreSQL, deferred inside the caller's transaction.

A job exists exactly if its cause was committed. Every task is safe to run twice.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import procrastinate
from procrastinate.tasks import Task
from psycopg.errors import UniqueViolation
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

# The worker opens the real connector (`flask worker`); nothing is deferred through this one.
app = procrastinate.App(connector=procrastinate.PsycopgConnector())

# Tries after 4 s, 16 s, 1 min, 4 min, 17 min … about a day in all; what still fails stays visible.
MOST_TRIES = 9
RETRY = procrastinate.RetryStrategy(max_attempts=MOST_TRIES, exponential_wait=4)

_DEFER = text(
    "SELECT procrastinate_defer_jobs_v1(ARRAY[ROW(:queue, :task, 0, :lock, :queueing_lock,"
    " CAST(:args AS jsonb), CAST(:at AS timestamptz))::procrastinate_job_to_defer_v1])"
)

_DEFER_MANY = text(
    "SELECT procrastinate_defer_jobs_v1(array_agg(ROW(:queue, :task, 0, :lock, NULL, args, NULL)"
    "::procrastinate_job_to_defer_v1 ORDER BY position))"
    " FROM unnest(CAST(:args AS jsonb[])) WITH ORDINALITY AS job (args, position)"
)

AnyTask = Task[Any, Any, Any]
Arg = UUID | str | int | bool | None


def task(name: str, *, retry: procrastinate.BaseRetryStrategy = RETRY) -> Callable[..., AnyTask]:
    """Declare a function as the task `name` (`feature.verb_object`)."""
    return app.task(name=name, retry=retry)


def defer(
    session: Session,
    task: AnyTask,
    *,
    at: datetime | None = None,
    once: str | None = None,
    **args: Arg,
) -> None:
    """Enqueue `task` with `args` (UUIDs travel as text) when the session commits.

    `once`: while a job with this key waits, another is not added. `at`: not before then.
    """
    values = {
        "queue": task.queue,
        "task": task.name,
        "lock": task.lock,
        "queueing_lock": once,
        "args": _plain(args),
        "at": at,
    }
    try:
        with session.begin_nested():
            session.execute(_DEFER, values)
    except IntegrityError as error:
        if not (once and isinstance(error.orig, UniqueViolation)):
            raise


def defer_many(session: Session, task: AnyTask, each: Sequence[Mapping[str, Arg]]) -> None:
    """Enqueue `task` once for each of these arguments when the session commits."""
    if each:
        values = {
            "queue": task.queue,
            "task": task.name,
            "lock": task.lock,
            "args": [_plain(args) for args in each],
        }
        session.execute(_DEFER_MANY, values)


def _plain(args: Mapping[str, Arg]) -> str:
    return json.dumps({k: str(v) if isinstance(v, UUID) else v for k, v in args.items()})
