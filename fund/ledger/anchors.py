"""Hashes by which the log vouches for rows of the books that are no journals.

Whoever writes such a row puts its hash, read back after the write, into the event that tells of
it. The newest event about a row must carry the hash that the row has now: `flask ledger verify`
compares. Timestamps are hashed as they look in UTC, which every connection of the service uses.
"""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

# Table -> every column of it. The subject of a row's events has the table's name and the row's id.
ANCHORED: dict[str, tuple[str, ...]] = {
    "office": (
        "id",
        "code",
        "legal_name",
        "country",
        "currency",
        "timezone",
        "address",
        "tax_ids",
        "stripe_account_id",
        "methods",
        "receipt_kind",
        "receipt_prefix",
        "opened_at",
    ),
    "fund": (
        "id",
        "code",
        "name_en",
        "name_th",
        "restriction",
        "purpose",
        "gift_cap_minor",
        "target_minor",
        "is_open",
        "opened_at",
        "reserve_days",
        "closed_on",
        "version",
    ),
    "rate": (
        "id",
        "currency",
        "valid_on",
        "thb_per_unit",
        "source",
        "entered_by",
        "entered_at",
    ),
    "period": (
        "id",
        "days",
        "status",
        "opened_at",
        "opened_by",
        "closing_at",
        "closing_by",
        "closed_at",
        "closed_by",
        "reason",
        "unreconciled",
        "snapshot_sha256",
    ),
}
ACCOUNT = (
    "id",
    "code",
    "fund_id",
    "office_id",
    "currency",
    "role",
    "normal_side",
    "is_open",
)


def row_json(alias: str, columns: tuple[str, ...]) -> str:
    """SQL for the text that is hashed: the columns as one jsonb object, as PostgreSQL writes it."""
    pairs = ", ".join(f"'{column}', {alias}.{column}" for column in columns)
    return f"jsonb_build_object({pairs})::text"


def sha256_of(expression: str) -> str:
    """SQL for the hash of a text, in hex."""
    return f"encode(sha256(convert_to({expression}, 'UTF8')), 'hex')"


def row_sha256(session: Session, table: str, key: UUID | Mapping[str, Any]) -> str:
    """The hash of one row of `ledger.<table>`, in hex; `key` is its id, or names its columns.

    Raises NoResultFound if there is no such row.
    """
    values = dict(key) if isinstance(key, Mapping) else {"id": key}
    where = " AND ".join(f"r.{column} = :{column}" for column in values)
    hashed = sha256_of(row_json("r", ANCHORED[table]))
    found = session.execute(text(f"SELECT {hashed} FROM ledger.{table} r WHERE {where}"), values)
    return str(found.scalar_one())


# All accounts at once, in the order of their codes: they are only ever opened together.
ALL_ACCOUNTS = (
    "SELECT "
    + sha256_of(
        f"coalesce(string_agg({row_json('a', ACCOUNT)}, E'\\n' ORDER BY a.code COLLATE \"C\"), '')"
    )
    + " FROM ledger.account a"
)


def accounts_sha256(session: Session) -> str:
    """The hash over every account of the books, in hex.

    Belongs, as `accounts_sha256`, into each event of an office or a fund by which accounts are
    opened or closed; the newest one must carry the present hash.
    """
    return str(session.execute(text(ALL_ACCOUNTS)).scalar_one())
