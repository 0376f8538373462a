"""Another ledger on the same server, in the same round: django-hordak by its own API.

It runs in a virtual environment of its own under `var/bench`, made here and pinned.
"""

import os
import subprocess
import sys
from pathlib import Path
from statistics import median

from config.settings import VAR
from fund import postgres
from fund.ids import new_id
from tests.bench.clients import processes
from tests.bench.posting import bare, make_bare_table
from tests.bench.rows import row

PINS = ("django==5.2.19", "django-hordak==2.0.0", "psycopg[binary]==3.3.9")
HOME = VAR / "bench" / "hordak"
SCRIPT = Path(__file__).with_name("peer_hordak.py")
SECONDS, ROUNDS, CONNECTIONS = 3.0, 3, 8
NAME = "django-hordak, a transfer by its own API ÷ bare insert, processes"


def measure(cluster: postgres.Cluster) -> list[dict[str, object]]:
    """A row for the peer, in words if it cannot be had here."""
    if not _installed():
        return [row(NAME, "cannot be installed here", "", None)]
    name = f"bench_{new_id().hex[:12]}"
    cluster.ensure_database(name)
    try:
        _hordak(cluster, name, "migrate")
        make_bare_table(cluster, name)
        rounds = []
        for _ in range(ROUNDS):
            ours = processes(lambda: bare(cluster.url(name)), CONNECTIONS, SECONDS)
            theirs = float(_hordak(cluster, name, "transfer", str(CONNECTIONS), str(SECONDS)))
            rounds.append((ours, theirs))
    finally:
        with cluster.admin() as connection:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
    return [
        row("django-hordak, 8 processes", median(r[1] for r in rounds), "per second", None),
        row(NAME, median(theirs / ours for ours, theirs in rounds), "ratio", None),
    ]


def _installed() -> bool:
    if (HOME / "ready").exists():
        return True
    commands = (
        [sys.executable, "-m", "venv", "--clear", HOME],
        [HOME / "bin" / "python", "-m", "pip", "install", "--quiet", *PINS],
    )
    for command in commands:
        if subprocess.run(command, capture_output=True).returncode:
            return False
    (HOME / "ready").touch()
    return True


def _hordak(cluster: postgres.Cluster, name: str, *words: str) -> str:
    place = {"HORDAK_HOST": cluster.socket_dir, "HORDAK_DATABASE": name}
    done = subprocess.run(
        [HOME / "bin" / "python", SCRIPT, *words],
        env={"PATH": os.environ["PATH"], **place},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(done.stderr)
    return done.stdout.strip()
