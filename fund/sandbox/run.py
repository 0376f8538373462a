"""`make run`: PostgreSQL, migrations, the demo world, then web, worker, twin and mail together."""

import os
import socket
import subprocess
import sys
from urllib.parse import urlsplit

from honcho.manager import Manager

from config.settings import ROOT, VAR, ConfigurationError, Settings
from fund import migrating, postgres

WEB_PORT = 8000
PROCESSES = {
    "web": "{python} -m gunicorn --config config/gunicorn.py wsgi:app",
    "worker": "{python} -m flask --app wsgi worker",
    "twin": "{python} -m fund.sandbox.stripe_twin",
    "mail": "{python} -m fund.sandbox.mailbox",
}


def main() -> None:
    """Start everything, say where it is, stop everything at Ctrl-C."""
    settings = _practice_settings()
    _require_free_ports(settings)
    VAR.mkdir(exist_ok=True)
    _say("Starting PostgreSQL …")
    cluster = postgres.start()
    try:
        environment = _prepare(cluster)
        _load_demo(environment)
        status = _serve(environment)
    except KeyboardInterrupt:
        status = 130
    finally:
        cluster.stop()
    sys.exit(status)


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _practice_settings() -> Settings:
    try:
        settings = Settings.from_environ()
    except ConfigurationError as error:
        sys.exit(f"These settings cannot be used:\n{error}")
    if settings.is_production:
        sys.exit("The practice world does not start in production (FUND_ENV=production).")
    return settings


def _require_free_ports(settings: Settings) -> None:
    smtp = urlsplit(settings.smtp_url).port or 25
    twin = urlsplit(settings.stripe_api_base or "").port or 8010
    for port in (WEB_PORT, twin, smtp):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                sys.exit(f"Port {port} is taken: is the service running already?")


def _prepare(cluster: postgres.Cluster) -> dict[str, str]:
    cluster.ensure_database("fund")
    _say("Building the database …")
    migrating.upgrade(cluster.url("fund", postgres.OWNER))
    return os.environ | {
        "DATABASE_URL": cluster.url("fund"),
        "DATABASE_OWNER_URL": cluster.url("fund", postgres.OWNER),
        "PYTHONPATH": str(ROOT),
        "PYTHONUNBUFFERED": "1",
    }


def _load_demo(environment: dict[str, str]) -> None:
    """Fill an empty database; the twin must answer meanwhile, for it is asked for the gifts."""
    twin = subprocess.Popen(
        [sys.executable, "-m", "fund.sandbox.stripe_twin"], env=environment, cwd=ROOT
    )
    try:
        subprocess.run(
            [sys.executable, "-m", "flask", "--app", "wsgi", "demo"],
            env=environment,
            cwd=ROOT,
            check=True,
        )
    finally:
        twin.terminate()
        twin.wait(timeout=10)


def _serve(environment: dict[str, str]) -> int:
    manager = Manager()
    for name, command in PROCESSES.items():
        manager.add_process(
            name, command.format(python=sys.executable), env=environment, cwd=str(ROOT)
        )
    manager.loop()
    return 0 if manager.returncode in (None, 0, 130, 143) else int(manager.returncode)


if __name__ == "__main__":
    main()
