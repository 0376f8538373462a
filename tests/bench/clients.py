"""Clients that work at once, each with a connection of its own.

They are the threads of one process, like a worker of the web server, or a process each. Threads
wait for each other in Python, the quicker work the more, so ratios to a bare insert come out lower
among processes: the table shows both, and never mixes them.
"""

import multiprocessing
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
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


def threads(client: Client, connections: int, seconds: float) -> float:
    """How much `connections` threads do in a second, all together."""
    made = [client() for _ in range(connections)]

    def work(step: Step) -> float:
        for _ in range(WARM_UP):
            step()
        return _count(step, seconds)

    with ThreadPoolExecutor(connections) as pool:
        total = sum(pool.map(work, [step for step, _ in made]))
    for _, close in made:
        close()
    return total


def processes(client: Client, connections: int, seconds: float) -> float:
    """How much `connections` processes do in a second, all together."""
    db.dispose()  # a forked process must not speak on its parent's connections
    barrier, answers = _context.Barrier(connections), _context.Queue()
    started = [
        _context.Process(target=_work, args=(client, barrier, answers, seconds))
        for _ in range(connections)
    ]
    for process in started:
        process.start()
    total = sum(answers.get(timeout=120) for _ in started)
    for process in started:
        process.join()
    return float(total)


def _work(client: Client, barrier: Barrier, answers: "Queue[float]", seconds: float) -> None:
    step, close = client()
    for _ in range(WARM_UP):
        step()
    barrier.wait()
    answers.put(_count(step, seconds))
    close()


def _count(step: Step, seconds: float) -> float:
    start, done = time.perf_counter(), 0
    while time.perf_counter() < start + seconds:
        done += step()
    return done / (time.perf_counter() - start)
