"""The `flask …` commands. Each takes `--json`; exit 0 fine, 1 something found, 2 misuse."""

from flask import Flask

from fund.cli import audit, backup, database, demo, ledger, settlement, setup, staff, worker

GROUPS = (
    setup.command,
    staff.group,
    database.group,
    backup.make,
    backup.restore,
    ledger.group,
    settlement.group,
    audit.group,
    worker.command,
    demo.command,
)


def init(app: Flask) -> None:
    """Register the commands on `app`."""
    for group in GROUPS:
        app.cli.add_command(group)
