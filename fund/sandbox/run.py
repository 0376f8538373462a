"""`make run`: PostgreSQL, migrations, the demo world, then web, worker, twin and mail together."""

import os
import signal
import socket
import subprocess
import sys
import time
from types import FrameType
from urllib.parse import urlsplit

from honcho.manager import Manager

from config.settings import ROOT, VAR, ConfigurationError, Settings
from fund import migrating, postgres
from fund.sandbox import refuse_production

# The demo world is loaded under the second name and renamed when it is whole, so that an
# interrupted first run leaves nothing half done.
DATABASE, LOADING = "fund", "fund_loading"
PROCESSES = {
    "web": "{python} -m gunicorn --config config/gunicorn.py --log-level warning wsgi:app",
    "worker": "{python} -m flask --app wsgi worker",
    "twin": "{python} -m fund.sandbox.stripe_twin",
    "mail": "{python} -m fund.sandbox.mailbox",
}


def main() -> None:
    """Start everything, say where it is, stop everything at Ctrl-C."""
    refuse_production()
    settings = _practice_settings()
    twin_port = urlsplit(settings.stripe_api_base or "").port or 8010
    web_port = int(os.environ.get("FUND_BIND", ":8000").rpartition(":")[2])
    _require_free_ports(web_port, twin_port, urlsplit(settings.smtp_url).port or 25)
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _interrupt)
    VAR.mkdir(exist_ok=True)
    _say("Starting PostgreSQL …")
    cluster = postgres.start()
    try:
        status = _run(cluster, twin_port)
    except KeyboardInterrupt:
        status = 0
    except subprocess.CalledProcessError:
        status = 1  # it has said why itself
    finally:
        _say("Stopping PostgreSQL …")
        cluster.stop()
    sys.exit(status)


def _run(cluster: postgres.Cluster, twin_port: int) -> int:
    if not _exists(cluster, DATABASE):
        _load(cluster, twin_port)
    _say("Bringing the database up to date …")
    migrating.upgrade(cluster.url(DATABASE, postgres.OWNER))
    environment = _environment(cluster, DATABASE)
    _say(_demo(environment))
    return _serve(environment)


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _practice_settings() -> Settings:
    try:
        settings = Settings.from_environ()
    except ConfigurationError as error:
        sys.exit(f"These settings cannot be used:\n{error}")
    return settings


def _require_free_ports(*ports: int) -> None:
    taken = []
    for port in ports:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                taken.append(str(port))
    if taken:
        sys.exit(
            f"Taken by another program: port {', '.join(taken)}. Is the practice world running "
            "already? Stop what listens there, then start again."
        )


def _environment(cluster: postgres.Cluster, database: str) -> dict[str, str]:
    return os.environ | {
        "DATABASE_URL": cluster.url(database),
        "DATABASE_OWNER_URL": cluster.url(database, postgres.OWNER),
        "PYTHONPATH": str(ROOT),
        "PYTHONUNBUFFERED": "1",
    }


# --- The demo world ---------------------------------------------------------------------------


def _exists(cluster: postgres.Cluster, database: str) -> bool:
    with cluster.admin() as connection:
        found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [database])
        return found.fetchone() is not None


def _load(cluster: postgres.Cluster, twin_port: int) -> None:
    """Build the database with the demo world; the twin answers meanwhile for Stripe."""
    _say("Building the database …")
    with cluster.admin() as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {LOADING} WITH (FORCE)")
    cluster.ensure_database(LOADING)
    migrating.upgrade(cluster.url(LOADING, postgres.OWNER))
    _say("Loading three years of practice gifts, requests and payments …")
    environment = _environment(cluster, LOADING)
    twin = subprocess.Popen([sys.executable, "-m", "fund.sandbox.stripe_twin"], env=environment)
    try:
        _wait_for(twin_port, twin)
        _demo(environment)
    finally:
        twin.terminate()
        twin.wait(timeout=10)
    with cluster.admin() as connection:
        connection.execute(f"ALTER DATABASE {LOADING} RENAME TO {DATABASE}")


def _wait_for(port: int, process: subprocess.Popen[bytes], seconds: float = 20) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until and process.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    sys.exit("The practice Stripe did not start.")


def _demo(environment: dict[str, str]) -> str:
    """Load the demo world unless it is there; what to tell about it."""
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "demo"]
    done = subprocess.run(  # noqa: S603 our own program
        command, env=environment, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True
    )
    return done.stdout


# --- Serving ----------------------------------------------------------------------------------


def _serve(environment: dict[str, str]) -> int:
    """Run all parts until Ctrl-C, or until one of them ends by itself; 0 or what that one said."""
    manager = Manager()
    for name, command in PROCESSES.items():
        manager.add_process(
            name, command.format(python=sys.executable), env=environment, cwd=str(ROOT)
        )
    # The parts live in sessions of their own, so a closed terminal must be passed on to them.
    signal.signal(signal.SIGHUP, lambda *_: os.kill(os.getpid(), signal.SIGTERM))
    manager.loop()
    return 0 if manager.returncode in (None, 0, 130, 143) else int(manager.returncode)


if __name__ == "__main__":
    main()
