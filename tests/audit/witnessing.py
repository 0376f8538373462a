"""Witnesses as processes of their own, and logs under names of their own that they know."""

import os
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from config.settings import ROOT, WitnessAddress
from fund import clock
from fund.audit import notes, witness
from fund.crypto import VerifierKey

NAMES = tuple(f"{letter}.example/log" for letter in "abcdefghijklmnop")


@dataclass
class Running:
    """A witness that runs, and what the log has to know of it."""

    process: subprocess.Popen
    address: WitnessAddress
    folder: Path

    @property
    def setting(self) -> str:
        """Its entry in FUND_WITNESSES."""
        return f"{self.address.url} {self.address.key}"


def _start(name: str, folder: Path, keys: Sequence[str], port: int) -> subprocess.Popen:
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "audit", "witness"]
    command += ["--name", name, "--folder", str(folder), "--port", str(port)]
    for key in keys:
        command += ["--log", key]
    quiet = {k: v for k, v in os.environ.items() if not k.startswith(("FUND_", "DATABASE_"))}
    return subprocess.Popen(command, cwd=ROOT, env=quiet, stdout=subprocess.PIPE, text=True)


def _await(process: subprocess.Popen, folder: Path) -> Running:
    url, _, key = process.stdout.readline().strip().partition(" ")
    return Running(
        process, WitnessAddress(url, VerifierKey.parse(key, VerifierKey.WITNESS)), folder
    )


@contextmanager
def witnesses_running(
    *folders: tuple[str, Path], keys: Sequence[str] | None = None, port: int = 0
) -> Iterator[list[Running]]:
    """One for each (name, folder), all started at once. `keys`: of the logs that they know."""
    known = keys or [str(notes.verifier_key(1, name)) for name in NAMES]
    with ExitStack() as stack:
        started = []
        for name, folder in folders:
            process = _start(name, folder, known, port)
            stack.callback(process.stdout.close)
            stack.callback(process.wait)
            stack.callback(process.kill)
            started.append((process, folder))
        yield [_await(process, folder) for process, folder in started]


@contextmanager
def witness_served(own: witness.Witness) -> Iterator[witness.Server]:
    """This one in a thread of the test's own process."""
    with witness.serve(own, "127.0.0.1", 0, clock=clock.now) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()
