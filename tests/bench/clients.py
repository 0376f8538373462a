"""Clients that work at once, each a process with a connection of its own, as they do in service.

Threads of one process would wait for each other in Python, the quicker ones the more, and so
flatter every ratio to a quick statement.
"""

import multiprocessing
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.queues import Queue
from multiprocessing.synchronize import Barrier

from fund import db, migrating, postgres
from fund.ids import new_id

WARM_UP = 30  # plans are cached by then

# Does one piece of work and says how much that was; what follows it runs at the end.
Step = Callable[[], int]
Client = Callable[[], tuple[Step, Callable[[], None]]]

_context = multiprocessing.get_context("fork")


@contextmanager
def database(cluster: postgres.Cluster) -> Iterator[str]:
    """A migrated database of its own, which `db` is bound to; its name."""
    name = f"bench_{new_id().hex[:12]}"
    cluster.ensure_database(name)
    try:
        migrating.upgrade(cluster.url(name, postgres.OWNER))
        db.init(cluster.url(name))
        yield name
    finally:
        db.dispose()
        with cluster.admin() as connection:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def rate(client: Client, connections: int, seconds: float) -> float:
    """How much `connections` clients do in a second, all together."""
    db.dispose()  # a forked process must not speak on its parent's connections
    barrier, answers = _context.Barrier(connections), _context.Queue()
    processes = [
        _context.Process(target=_work, args=(client, barrier, answers, seconds))
        for _ in range(connections)
    ]
    for process in processes:
        process.start()
    total = sum(answers.get(timeout=120) for _ in processes)
    for process in processes:
        process.join()
    return float(total)


def _work(client: Client, barrier: Barrier, answers: "Queue[float]", seconds: float) -> None:
    step, close = client()
    for _ in range(WARM_UP):
        step()
    barrier.wait()
    start, done = time.perf_counter(), 0
    while time.perf_counter() < start + seconds:
        done += step()
    answers.put(done / (time.perf_counter() - start))
    close()
