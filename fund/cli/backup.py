"""`flask backup` and `flask restore`."""

from pathlib import Path

import click
from sqlalchemy.orm import Session

from fund import backup, clock, db
from fund.audit import operations as audit
from fund.cli.database import owner_url
from fund.cli.output import finish, json_option

folder_type = click.Path(file_okay=False, path_type=Path)


@click.command("backup", help="Write database and documents to FOLDER, the data keys to KEYS.")
@click.argument("folder", type=folder_type)
@click.argument("keys", type=folder_type)
@json_option
def make(folder: Path, keys: Path, as_json: bool) -> None:
    try:
        made = backup.make(owner_url(), folder, keys, now=clock.now())
    except backup.BadBackup as fault:
        finish([str(fault)], as_json=as_json, summary="No backup was made.")
    finish(
        [],
        as_json=as_json,
        summary=f"Backed up to {made.folder} ({made.documents} documents); keys: {made.keys_file}",
        folder=str(made.folder),
        keys_file=str(made.keys_file),
        documents=made.documents,
    )


@click.command("restore", help="Fill an empty database from FOLDER and the KEYS_FILE kept apart.")
@click.argument("folder", type=folder_type)
@click.argument("keys_file", type=click.Path(dir_okay=False, exists=True, path_type=Path))
@json_option
def restore(folder: Path, keys_file: Path, as_json: bool) -> None:
    try:
        documents = backup.restore(owner_url(), folder, keys_file)
        _resume_log(owner_url())
    except backup.BadBackup as fault:
        finish([str(fault)], as_json=as_json, summary="It was not restored.")
    finish(
        [],
        as_json=as_json,
        summary=f"Restored, with {documents} documents. Now run: flask ledger verify; "
        "flask audit verify",
        documents=documents,
    )


def _resume_log(url: str) -> None:
    """Begin the log's next epoch, and number what the backup held without a place."""
    engine = db.make_engine(url)
    with engine.begin() as connection, Session(connection) as session:
        audit.begin_epoch(session, now=clock.now())
        while audit.sequence(session):
            pass
    engine.dispose()
