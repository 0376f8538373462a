"""Tasks for the tests of the worker."""

import os
import time
from pathlib import Path

from fund import jobs


@jobs.task("test.note")
def note(path: str, word: str) -> None:
    """Add `word` and the worker's process number to the file."""
    with Path(path).open("a") as lines:
        lines.write(f"{word} {os.getpid()}\n")


@jobs.task("test.wait")
def wait(path: str, until: str) -> None:
    """Note that it began, wait until the file `until` is there, note that it ended."""
    note.func(path, "began")
    while not Path(until).exists():
        time.sleep(0.05)
    note.func(path, "ended")


@jobs.task("test.fail_once")
def fail_once(path: str, secret: str) -> None:
    """Fail at the first try, with a message that must not be logged."""
    if not Path(path).exists():
        note.func(path, "failed")
        raise ValueError(secret)
    note.func(path, "done")


@jobs.task("test.wait_and_fail")
def wait_and_fail(path: str, until: str) -> None:
    """Fail, once the file `until` is there."""
    wait.func(path, until)
    raise ValueError
