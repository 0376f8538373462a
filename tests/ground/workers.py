"""`flask worker` as real processes on a database of the test's own."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import text

from config.settings import ROOT
from fund import db

QUICK = ("--heartbeat", "0.3", "--stalled", "1")


@contextmanager
def worker(url: str, *options: str, log: Path, **environment: str) -> Iterator[subprocess.Popen]:
    """One worker process, ended by SIGTERM; its log lines go to `log`."""
    with log.open("ab") as lines:
        process = subprocess.Popen(
            [sys.executable, "-m", "flask", "--app", "tests.ground.worker_app", "worker", *options],
            cwd=ROOT,
            env=os.environ
            | {"FUND_ENV": "test", "DATABASE_URL": url, "PYTHONPATH": str(ROOT)}
            | environment,
            stderr=lines,
            stdout=lines,
        )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=20)


def eventually(holds: Callable[[], object], seconds: float = 60) -> None:
    """Wait until `holds()` is true."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it never came about"
        time.sleep(0.05)


def jobs_by_status(task: str) -> dict[str, int]:
    """How many jobs of the task there are, by status."""
    with db.reading() as session:
        rows = session.execute(
            text(
                "SELECT status::text, count(*) FROM procrastinate_jobs"
                " WHERE task_name = :task GROUP BY 1"
            ),
            {"task": task},
        )
        return dict(row[:2] for row in rows)
