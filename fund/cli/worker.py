"""`flask worker`: jobs, and the two loops that must be quick."""

import asyncio
import logging
import signal
import threading
from collections.abc import Callable
from types import ModuleType

import click
import procrastinate
import structlog
from flask import Flask
from flask.cli import with_appcontext
from flask.globals import app_ctx

from config.settings import Settings
from fund import jobs, upkeep
from fund.audit import tasks as audit_tasks
from fund.bookkeeping import tasks as bookkeeping_tasks
from fund.errors import where
from fund.giving import checkout, rounds
from fund.giving import tasks as giving_tasks
from fund.giving.abuse import rounds as gate_rounds
from fund.giving.plans import checking as plan_checking
from fund.giving.plans import checkout as plan_checkout
from fund.giving.plans import mailing as plan_mailing
from fund.giving.plans import telling as plan_telling
from fund.giving.tasks import healing as giving_healing
from fund.giving.tasks import years as giving_years
from fund.ledger import tasks as ledger_tasks
from fund.people import tasks as people_tasks
from fund.settlement import tasks as settlement_tasks
from fund.survivors import tasks as survivors_tasks

log = structlog.get_logger(__name__)

# Each is called again and again until `stop` is set: (name, one round, seconds between rounds).
Loop = tuple[str, Callable[[], object], float]
LOOPS: list[Loop] = [
    ("sequencer", audit_tasks.sequence_events, 1),
    ("checkpoint", audit_tasks.sign_tree, 30),
    ("witnesses", audit_tasks.send_to_witnesses, 30),
    ("inbox", settlement_tasks.drain_inbox, settlement_tasks.INBOX_PAUSE_SECONDS),
    ("asking", settlement_tasks.ask_stripe, settlement_tasks.FEED_PAUSE_SECONDS),
    ("feed", settlement_tasks.pull_woken_feeds, settlement_tasks.FEED_PAUSE_SECONDS),
]

# Importing them registers their tasks.
TASK_MODULES: tuple[ModuleType, ...] = (
    checkout,
    rounds,
    gate_rounds,
    plan_checking,
    plan_checkout,
    plan_mailing,
    plan_telling,
    giving_tasks,
    giving_healing,
    giving_years,
    ledger_tasks,
    people_tasks,
    bookkeeping_tasks,
    settlement_tasks,
    survivors_tasks,
    upkeep,
)

PAUSE_AFTER_FAILURE_SECONDS = 2.0


@click.command("worker", help="Run jobs, the webhook inbox and the audit sequencer.")
@click.option("--heartbeat", default=upkeep.HEARTBEAT_SECONDS, help="Seconds between heartbeats.")
@click.option(
    "--stalled", default=upkeep.STALLED_SECONDS, help="Seconds without one until a job is retried."
)
@click.option(
    "--only",
    type=click.Choice(["jobs", "loops"]),
    help="Half of it: in a rush, a process for each keeps mails from holding up the inbox.",
)
@with_appcontext
def command(heartbeat: float, stalled: float, only: str | None) -> None:
    """Work until SIGINT or SIGTERM, then finish the job in hand."""
    app = app_ctx.app
    settings: Settings = app.config["SETTINGS"]
    _log_jobs_our_way()
    stop = threading.Event()
    loops = [] if only == "jobs" else LOOPS
    threads = [threading.Thread(target=_repeat, args=(app, *loop, stop)) for loop in loops]
    for thread in threads:
        thread.start()
    try:
        if only == "loops":
            asyncio.run(_wait_for_the_end())
        else:
            asyncio.run(_work(settings.database_url or "", heartbeat, stalled))
    finally:
        stop.set()
        for thread in threads:
            thread.join()


async def _wait_for_the_end() -> None:
    """Until a signal asks to stop."""
    asked_to_stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, asked_to_stop.set)
    await asked_to_stop.wait()


async def _work(url: str, heartbeat: float, stalled: float) -> None:
    """Run jobs until a signal asks to stop; a lost database is waited for."""
    asked = asyncio.create_task(_wait_for_the_end())
    while not asked.done():
        jobs_done = asyncio.create_task(_run_jobs(url, heartbeat, stalled))
        await asyncio.wait({jobs_done, asked}, return_when=asyncio.FIRST_COMPLETED)
        if asked.done():
            jobs_done.cancel()  # to procrastinate: finish the job in hand
        outcome = (await asyncio.gather(jobs_done, return_exceptions=True))[0]
        if not asked.done():
            log.error("jobs_interrupted", kind=type(outcome).__name__)
            await asyncio.wait({asked}, timeout=PAUSE_AFTER_FAILURE_SECONDS)


async def _run_jobs(url: str, heartbeat: float, stalled: float) -> None:
    connector = procrastinate.PsycopgConnector(conninfo=url)
    with jobs.app.replace_connector(connector) as app:
        async with app.open_async():
            await app.run_worker_async(
                delete_jobs="successful",
                update_heartbeat_interval=heartbeat,
                stalled_worker_timeout=stalled,
                additional_context={"stalled_seconds": stalled},
                worker_middleware=[upkeep.give_way],
                install_signal_handlers=False,
            )


def _repeat(
    app: Flask, name: str, round_once: Callable[[], object], pause: float, stop: threading.Event
) -> None:
    with app.app_context():
        while not stop.wait(pause):
            try:
                round_once()
            except Exception as error:  # one bad round must not end the loop
                log.error("loop_failed", loop=name, **where(error))
                stop.wait(PAUSE_AFTER_FAILURE_SECONDS)


def _log_jobs_our_way() -> None:
    logger = logging.getLogger("procrastinate")
    logger.setLevel(logging.INFO)
    logger.addHandler(_WithoutMessages())


class _WithoutMessages(logging.Handler):
    """procrastinate's complaints as our log lines: which job and where, never a row's content."""

    def emit(self, record: logging.LogRecord) -> None:
        action = getattr(record, "action", "worker_complains")
        if record.levelno < logging.WARNING and action != "job_error_retry":
            return
        job = getattr(record, "job", {})
        error = record.exc_info[1] if record.exc_info else None
        facts = where(error) if error else {}
        log.error(action, job=job.get("id"), task=job.get("task_name"), **facts)
