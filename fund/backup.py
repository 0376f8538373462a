"""Backup and restore: the database, the sealed documents, and the data keys apart from both.

A backup is a folder: `database.dump` (PostgreSQL's custom format, without the rows of
`vault.data_key`), `documents/`, `key-ids` (which keys it needs) and `manifest.json`. The wrapped
keys go to a file of their own in another folder, to be kept elsewhere and no longer than 30 days:
so an erasure reaches backups.
"""

import hashlib
import json
import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import psycopg

from fund import crypto, keys, postgres
from fund.errors import NotFound
from fund.gateways import storage

KEY_TABLE = "vault.data_key"
KEY_COLUMNS = "id, owner_kind, kek_version, wrapped, created_at, destroyed_at"
_KEYS_TO_CHECK = """
    CREATE TEMPORARY TABLE key_to_check (
        id uuid, owner_kind varchar, kek_version varchar, wrapped bytea,
        created_at timestamptz, destroyed_at timestamptz
    ) ON COMMIT DROP
"""


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
    least every document that the dump knows, and the keys at least every key.
    """
    if folder.exists() and any(folder.iterdir()):
        raise BadBackup(f"{folder} is not empty")
    if keys_folder.resolve().is_relative_to(folder.resolve()):
        raise BadBackup("the keys must lie apart from the rest")
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    keys_folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    _run(
        "pg_dump", "--format=custom", f"--exclude-table-data={KEY_TABLE}",
        f"--file={folder / 'database.dump'}", f"--dbname={owner_url}",
    )  # fmt: skip
    keys_file = keys_folder / f"data-keys-{now:%Y%m%dT%H%M%SZ}.copy"
    _copy_keys(owner_url, keys_file, folder / "key-ids")
    documents = _copy_documents(folder / "documents")
    manifest = {"made_at": now.isoformat(), "files": dict(_digests(folder))}
    (folder / "manifest.json").write_text(json.dumps(manifest, indent=1))
    return Backup(folder, keys_file, documents)


def restore(owner_url: str, folder: Path, keys_file: Path) -> int:
    """Fill the empty database at `owner_url` and the storage; the number of documents.

    Raises BadBackup, before anything is written, if a file is missing, changed or added, if the
    keys do not belong to the backup or to our keyring, or if the database is not empty.
    """
    _check_whole(folder)
    with psycopg.connect(owner_url) as connection:
        if connection.execute("SELECT to_regclass('alembic_version')").fetchone() != (None,):
            raise BadBackup("the database is not empty")
        _check_keys(connection, keys_file, (folder / "key-ids").read_text().split())
        connection.rollback()
    try:
        _fill(owner_url, folder / "database.dump", keys_file)
    except (BadBackup, psycopg.Error) as fault:
        raise BadBackup(f"{fault}: drop this half-filled database and begin anew with an empty one")
    documents = folder / "documents"
    paths = sorted(p for p in documents.rglob("*") if p.is_file()) if documents.exists() else []
    for path in paths:
        storage.put(str(path.relative_to(documents)), path.read_bytes())
    return len(paths)


def _copy_keys(owner_url: str, keys_file: Path, ids_file: Path) -> None:
    with (
        psycopg.connect(owner_url) as connection,
        os.fdopen(os.open(keys_file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as target,
        ids_file.open("w") as ids,
    ):
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        with connection.cursor().copy(f"COPY {KEY_TABLE} ({KEY_COLUMNS}) TO STDOUT") as rows:
            for row in rows:
                target.write(row)
        for (key_id,) in connection.execute(f"SELECT id FROM {KEY_TABLE} ORDER BY id"):  # noqa: S608
            ids.write(f"{key_id}\n")


def _copy_documents(target: Path) -> int:
    count = 0
    for name in storage.list_keys():
        path = target / name
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            path.write_bytes(storage.get(name))
        except NotFound:  # erased since it was listed
            continue
        count += 1
    return count


def _fill(owner_url: str, dump: Path, keys_file: Path) -> None:
    into = ("--exit-on-error", "--no-owner", f"--dbname={owner_url}", str(dump))
    _run("pg_restore", "--section=pre-data", *into)
    _run("pg_restore", "--section=data", *into)
    # Between data and constraints: rows refer to their keys.
    with psycopg.connect(owner_url) as connection:
        _load_keys(connection, keys_file, KEY_TABLE)
    _run("pg_restore", "--section=post-data", *into)


def _load_keys(connection: psycopg.Connection, keys_file: Path, table: str) -> None:
    with connection.cursor().copy(f"COPY {table} ({KEY_COLUMNS}) FROM STDIN") as rows:
        rows.write(keys_file.read_bytes())


def _check_keys(connection: psycopg.Connection, keys_file: Path, needed: list[str]) -> None:
    connection.execute(_KEYS_TO_CHECK)
    try:
        _load_keys(connection, keys_file, "key_to_check")
    except psycopg.Error:
        raise BadBackup(f"{keys_file} is no whole keys file")
    lacking = connection.execute(
        "SELECT count(*) FROM unnest(%s::uuid[]) AS needed (id)"
        " WHERE NOT EXISTS (SELECT FROM key_to_check WHERE id = needed.id)",
        [needed],
    ).fetchone()
    if lacking != (0,):
        raise BadBackup(f"{keys_file} is older than the backup: it lacks keys")
    for key_id, version, wrapped in connection.execute(
        "SELECT DISTINCT ON (kek_version) id, kek_version, wrapped FROM key_to_check"
        " WHERE wrapped IS NOT NULL"
    ):
        try:
            keys.open_wrapped(key_id, version, wrapped)
        except crypto.Unreadable:
            raise BadBackup(f"FUND_KEYRING does not open the keys of version {version!r}")


def _check_whole(folder: Path) -> None:
    try:
        listed = dict(json.loads((folder / "manifest.json").read_text())["files"])
    except (OSError, ValueError, KeyError, TypeError):
        raise BadBackup(f"{folder} has no readable manifest.json")
    present = dict(_digests(folder))
    wrong = {name for name in listed | present if listed.get(name) != present.get(name)}
    wrong |= {"database.dump", "key-ids"} - present.keys()
    if wrong:
        raise BadBackup(f"missing, changed or added: {', '.join(sorted(wrong))}")


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
        raise BadBackup(f"{program}: {' '.join(done.stderr.strip().splitlines()[-1:])}")
