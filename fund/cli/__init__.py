"""The `flask …` commands. Each takes `--json`; exit 0 fine, 1 something found, 2 misuse."""

from flask import Flask

from fund.cli import backup, database, ledger, settlement, staff, worker

GROUPS = (
    staff.group,
    database.group,
    backup.make,
    backup.restore,
    ledger.group,
    settlement.group,
    worker.command,
)


def init(app: Flask) -> None:
    """Register the commands on `app`."""
    for group in GROUPS:
        app.cli.add_command(group)
