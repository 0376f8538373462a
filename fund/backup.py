"""Backup and restore: the database, the sealed documents, and the data keys apart from both.

A backup is a folder: `database.dump` (PostgreSQL's custom format, without the rows of
`vault.data_key`), `documents/` and `manifest.json`. The wrapped keys go to a file of their own in
another folder, to be kept elsewhere and no longer than 30 days: so an erasure reaches backups.
"""

import hashlib
import json
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import psycopg

from fund import postgres
from fund.gateways import storage

KEY_TABLE = "vault.data_key"
KEY_COLUMNS = "id, owner_kind, kek_version, wrapped, created_at, destroyed_at"


class BadBackup(Exception):
    """No whole backup, or the place to restore to is not empty; the text says which."""


@dataclass(frozen=True)
class Backup:
    """Where one backup was written, and how much it holds."""

    folder: Path
    keys_file: Path
    documents: int


def make(owner_url: str, folder: Path, keys_folder: Path, *, now: datetime) -> Backup:
    """Write a backup into `folder` and the keys into `keys_folder`. Raises BadBackup.

    The database is dumped first: documents never change, so the copies made afterwards hold at
    least every document that the dump knows.
    """
    if folder.exists() and any(folder.iterdir()):
        raise BadBackup(f"{folder} is not empty")
    if folder.resolve() == keys_folder.resolve():
        raise BadBackup("the keys must lie apart from the rest")
    folder.mkdir(parents=True, exist_ok=True)
    keys_folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    _run(
        "pg_dump", "--format=custom", f"--exclude-table-data={KEY_TABLE}",
        f"--file={folder / 'database.dump'}", f"--dbname={owner_url}",
    )  # fmt: skip
    keys_file = keys_folder / f"data-keys-{now:%Y%m%dT%H%M%SZ}.copy"
    with psycopg.connect(owner_url) as connection, keys_file.open("wb") as target:
        keys_file.chmod(0o600)
        with connection.cursor().copy(f"COPY {KEY_TABLE} ({KEY_COLUMNS}) TO STDOUT") as rows:
            for row in rows:
                target.write(row)
    names = storage.list_keys()
    for name in names:
        path = folder / "documents" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(storage.get(name))
    manifest = {"made_at": now.isoformat(), "files": dict(_digests(folder))}
    (folder / "manifest.json").write_text(json.dumps(manifest, indent=1))
    return Backup(folder, keys_file, len(names))


def restore(owner_url: str, folder: Path, keys_file: Path) -> int:
    """Fill the empty database at `owner_url` and the storage; the number of documents.

    Raises BadBackup, before anything is written, if a file is missing or changed or the database
    is not empty.
    """
    _check_whole(folder)
    with psycopg.connect(owner_url) as connection:
        if connection.execute("SELECT to_regclass('alembic_version')").fetchone() != (None,):
            raise BadBackup("the database is not empty")
    dump = str(folder / "database.dump")
    into = ("--exit-on-error", "--no-owner", f"--dbname={owner_url}", dump)
    _run("pg_restore", "--section=pre-data", *into)
    _run("pg_restore", "--section=data", *into)
    # Between data and constraints: rows refer to their keys.
    with (
        psycopg.connect(owner_url) as connection,
        connection.cursor().copy(f"COPY {KEY_TABLE} ({KEY_COLUMNS}) FROM STDIN") as rows,
    ):
        rows.write(keys_file.read_bytes())
    _run("pg_restore", "--section=post-data", *into)
    documents = folder / "documents"
    paths = sorted(p for p in documents.rglob("*") if p.is_file()) if documents.exists() else []
    for path in paths:
        storage.put(str(path.relative_to(documents)), path.read_bytes())
    return len(paths)


def _check_whole(folder: Path) -> None:
    try:
        manifest = json.loads((folder / "manifest.json").read_text())
    except (OSError, ValueError):
        raise BadBackup(f"{folder} has no readable manifest.json")
    present = dict(_digests(folder))
    wrong = [name for name, digest in manifest["files"].items() if present.get(name) != digest]
    if wrong:
        raise BadBackup(f"missing or changed: {', '.join(sorted(wrong))}")


def _digests(folder: Path) -> Iterator[tuple[str, str]]:
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.name != "manifest.json":
            with path.open("rb") as content:
                digest = hashlib.file_digest(content, "sha256").hexdigest()
            yield str(path.relative_to(folder)), digest


def _run(program: str, *arguments: str) -> None:
    done = subprocess.run(  # noqa: S603 PostgreSQL's own programs, no shell
        [postgres.BIN / program, *arguments], capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise BadBackup(f"{program}: {done.stderr.strip().splitlines()[-1:]}")
