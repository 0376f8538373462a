"""`flask worker`: jobs, and the two loops that must be quick."""

import asyncio
import threading
from collections.abc import Callable
from types import ModuleType

import click
import procrastinate
import structlog
from flask import Flask, current_app
from flask.cli import with_appcontext

from config.settings import Settings
from fund import jobs
from fund.audit import tasks as audit_tasks
from fund.giving import checkout
from fund.giving import tasks as giving_tasks
from fund.people import tasks as people_tasks
from fund.settlement import tasks as settlement_tasks
from fund.survivors import tasks as survivors_tasks

log = structlog.get_logger(__name__)

# Each is called again and again until `stop` is set: (name, one round, seconds between rounds).
Loop = tuple[str, Callable[[], object], float]
LOOPS: list[Loop] = [
    ("sequencer", audit_tasks.sequence_events, 1),
    ("checkpoint", audit_tasks.sign_tree, 30),
    ("inbox", settlement_tasks.drain_inbox, settlement_tasks.INBOX_PAUSE_SECONDS),
    ("feed", settlement_tasks.pull_woken_feeds, settlement_tasks.FEED_PAUSE_SECONDS),
]

# Importing them registers their tasks.
TASK_MODULES: tuple[ModuleType, ...] = (
    checkout,
    giving_tasks,
    people_tasks,
    settlement_tasks,
    survivors_tasks,
)


@click.command("worker", help="Run jobs, the webhook inbox and the audit sequencer.")
@with_appcontext
def command() -> None:
    """Work until SIGINT or SIGTERM, then finish the job in hand."""
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    stop = threading.Event()
    threads = [threading.Thread(target=_repeat, args=(app, *loop, stop)) for loop in LOOPS]
    for thread in threads:
        thread.start()
    try:
        settings: Settings = app.config["SETTINGS"]
        asyncio.run(_work(procrastinate.PsycopgConnector(conninfo=settings.database_url or "")))
    finally:
        stop.set()
        for thread in threads:
            thread.join()


async def _work(connector: procrastinate.PsycopgConnector) -> None:
    with jobs.app.replace_connector(connector) as app:
        async with app.open_async():
            await app.run_worker_async(delete_jobs="successful", update_heartbeat_interval=10)


def _repeat(
    app: Flask, name: str, round_once: Callable[[], object], pause: float, stop: threading.Event
) -> None:
    with app.app_context():
        while not stop.wait(pause):
            try:
                round_once()
            except Exception:  # one bad round must not end the loop; it is logged and tried again
                log.exception("loop_failed", loop=name)
                stop.wait(2)
