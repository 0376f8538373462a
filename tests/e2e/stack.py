"""The whole service as separate processes on free loopback ports, as `make run` starts it."""

import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from config.settings import ROOT
from tests.ports import free_port


@dataclass(frozen=True)
class Stack:
    """Where the parts answer; `environ` runs commands beside them."""

    web: str
    twin: str
    environ: dict[str, str]

    def flask(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "flask", "--app", "wsgi", *arguments],
            env=self.environ, cwd=ROOT, capture_output=True, text=True, check=False,
        )  # fmt: skip


@contextmanager
def running(database_url: str, owner_url: str, folder: Path) -> Iterator[Stack]:
    """Start twin, mail, web and worker; load the demo world; end them all afterwards."""
    web, twin, smtp = (free_port() for _ in range(3))
    environ = os.environ | {
        "FUND_ENV": "practice",
        "DATABASE_URL": database_url,
        "DATABASE_OWNER_URL": owner_url,
        "FUND_BASE_URL": f"http://127.0.0.1:{web}",
        "FUND_BIND": f"127.0.0.1:{web}",
        "FUND_WEB_WORKERS": "1",
        "FUND_VAR": str(folder),
        "STRIPE_API_BASE": f"http://127.0.0.1:{twin}",
        "TWIN_BIND": f"127.0.0.1:{twin}",
        "TWIN_STATE": str(folder / "twin.sqlite3"),
        "TWIN_WEBHOOK_BASE": f"http://127.0.0.1:{web}",
        "SMTP_URL": f"smtp://127.0.0.1:{smtp}",
        "STORAGE_URL": f"file://{folder / 'documents'}",
        "PYTHONPATH": str(ROOT),
    }
    stack = Stack(f"http://127.0.0.1:{web}", f"http://127.0.0.1:{twin}", environ)
    processes: list[subprocess.Popen[bytes]] = []
    log = (folder / "stack.log").open("wb")

    def start(*arguments: str) -> None:
        processes.append(
            subprocess.Popen(
                [sys.executable, "-m", *arguments], env=environ, cwd=ROOT, stdout=log, stderr=log
            )
        )

    try:
        start("fund.sandbox.stripe_twin")
        start("fund.sandbox.mailbox")
        _wait_for(f"{stack.twin}/healthz", folder)
        demo = stack.flask("demo")
        assert demo.returncode == 0, demo.stdout + demo.stderr
        start("gunicorn", "--config", "config/gunicorn.py", "wsgi:app")
        start("flask", "--app", "wsgi", "worker")
        _wait_for(f"{stack.web}/readyz", folder)
        yield stack
    finally:
        for process in reversed(processes):
            process.terminate()
        for process in processes:
            process.wait(timeout=20)
        log.close()


def _wait_for(url: str, folder: Path, seconds: float = 60) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        try:
            with urllib.request.urlopen(url, timeout=2) as answer:
                if answer.status == 200:
                    return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.1)
    raise AssertionError(f"{url} did not answer:\n{(folder / 'stack.log').read_text()[-3000:]}")
