"""A small book that holds something of everything, and a burglar who changes it at random."""

import dataclasses
import random
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import psycopg
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from psycopg.rows import dict_row
from sqlalchemy.orm import Session

from fund import crypto, keys
from fund.audit import checkpoints, cosignatures, queries
from fund.audit import operations as audit
from fund.audit.events import GiftPaid
from fund.db import transaction
from fund.ids import new_id
from fund.ledger import journals, operations, tasks
from fund.ledger.journals import Book
from fund.ledger.models import Office
from fund.permissions import SYSTEM, Role
from tests.audit.factories import record_private, sequence_all, sign
from tests.bookkeeping.factories import at, between, booked, make_finance
from tests.ledger.factories import close_until, give_cash, make_fund, make_office
from tests.people.factories import make_staff

NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
BEFORE, DAY = date(2026, 10, 20), date(2026, 11, 20)
SCHEMAS = ("ledger", "audit")


# --- The book ---------------------------------------------------------------------------------


def write_book() -> None:
    """Commit it: every kind of row in both schemas, some 300 events, four checkpoints."""
    with transaction() as session:
        offices = make_office(session, "th"), make_office(session, "nz")
        fund, other = make_fund(session), make_fund(session, "education")
        books = [Book.load(session, fund.id, office.id, office.currency) for office in offices]
        give_cash(session, fund, 500_000, now=NOW - timedelta(days=30))
        give_cash(session, other, 200_000, now=NOW - timedelta(days=30))
        _post(
            session, [journals.charge(books[1], f"old_{n}", BEFORE, 900 + n, 30) for n in range(4)]
        )
    with transaction() as session:
        close_until(session, date(2026, 10, 31), now=NOW)
    with transaction() as session:
        charge_id = _money(session, *books)
        _awards(session, fund.id, other.id)
        finance = make_finance(session)
        office = session.get_one(Office, offices[0].id)
        booked(session, finance, "transfer", between(fund, other, office, 700))
        booked(session, finance, "bank_charge", at(fund, office, 25))
        booked(session, finance, "reversal", {"journal_id": str(charge_id)})
        operations.open_period(session, date(2026, 11, 30), actor=SYSTEM, now=NOW)
        officer = make_staff(session, Role.FINANCE_OFFICER).actor_at(NOW)
        for day, rate in ((DAY, "20.5"), (BEFORE, "21")):
            operations.enter_rate(
                session,
                currency="NZD",
                valid_on=day,
                thb_per_unit=Decimal(rate),
                source="Bank of Thailand",
                actor=officer,
                now=NOW,
            )
    _seal()
    with transaction() as session:
        checkpoints.rotate_key(session, actor=SYSTEM, now=NOW)
        audit.begin_epoch(session, now=NOW)
    with transaction() as session:
        key_id = keys.create(session, "survivor", now=NOW)
        for name in ("Malee", "Somchai"):
            record_private(session, private={"name": name}, key_id=key_id)
        for amount in range(220):
            gift = GiftPaid(new_id(), amount_minor=amount, currency="THB", payment_intent="pi_1")
            audit.record(session, gift, actor=SYSTEM, now=NOW)
    _seal()
    _witness()
    tasks.roll_up_days()
    with transaction() as session:
        give_cash(session, fund, 700, now=NOW)
    _seal()
    sequence_all()


def _post(session: Session, drafts: list[journals.JournalDraft]) -> list[Any]:
    return operations.post(session, drafts, actor=SYSTEM, now=NOW)


def _money(session: Session, thai: Book, other: Book) -> UUID:
    """What Stripe and the bank report; the charge that finance will take back."""
    late = journals.refund(other, "late", BEFORE, 90, charge_txn_id="old_1")
    first, *_ = _post(
        session,
        [
            journals.charge(other, "txn_1", DAY, 700, 30),
            journals.charge(other, "txn_2", DAY, 800, 30),
            journals.became_available(other, "txn_1", DAY, 670),
            journals.refund(other, "txn_3", DAY, 50, charge_txn_id="txn_1"),
            journals.payout([(other, 600)], "txn_4", DAY),
            journals.payment_sent(thai, new_id(), DAY, 20_000),
            late,
        ],
    )
    return first


def _awards(session: Session, *fund_ids: Any) -> None:
    for fund_id in fund_ids:
        known: dict[str, Any] = {"actor": SYSTEM, "now": NOW}
        held = operations.reserve(
            session, fund_id=fund_id, award_id=new_id(), amount_minor=50_000, **known
        )
        operations.liquidate(session, held, 20_000, cause="payment:1", **known)
        operations.reserve_again(session, held, 20_000, cause="payment:1:returned", **known)
        operations.liquidate(session, held, 10_000, cause="payment:2", **known)
        operations.free(session, held, **known)
        for cause in ("one", "two"):
            hold_id = operations.hold(
                session,
                fund_id=fund_id,
                currency="THB",
                amount_minor=700,
                concerns=None,
                cause=f"{fund_id}:{cause}",
                **known,
            )
            operations.release(session, hold_id, **known)


def _seal() -> None:
    sequence_all()
    sign(NOW)


def _witness() -> None:
    """Two witnesses sign the newest checkpoint."""
    with transaction() as session:
        note = queries.get_checkpoint(session).note
        for name in ("one.example", "two.example"):
            line = cosignatures.cosign(note, name, Ed25519PrivateKey.generate(), now=NOW)
            checkpoints.keep_cosignature(
                session, queries.get_checkpoint(session).size, name, line, at=NOW, now=NOW
            )


def with_two_seeds(keyring: crypto.Keyring) -> crypto.Keyring:
    """The keyring with a seed for the log's next key."""
    seeds = {1: keyring.log_seeds[1], 2: bytes(range(32))}
    return dataclasses.replace(keyring, log_seeds=seeds)


def open_every_door(connection: psycopg.Connection) -> None:
    """Drop every constraint but the primary keys: the burglar is the superuser."""
    found = connection.execute(
        "SELECT conrelid::regclass::text, conname FROM pg_constraint"
        " WHERE connamespace::regnamespace::text = ANY(%s) AND contype IN ('c', 'f', 'u', 'x')"
        " AND conrelid <> 0 ORDER BY contype = 'u', conname",
        [list(SCHEMAS)],
    ).fetchall()
    for table, name in found:
        connection.execute(f'ALTER TABLE {table} DROP CONSTRAINT IF EXISTS "{name}" CASCADE')
    for (index,) in connection.execute(
        "SELECT indexrelid::regclass::text FROM pg_index JOIN pg_class c ON c.oid = indrelid"
        " WHERE relnamespace::regnamespace::text = ANY(%s) AND indisunique AND NOT indisprimary",
        [list(SCHEMAS)],
    ).fetchall():
        connection.execute(f"DROP INDEX {index}")


# --- The burglar ------------------------------------------------------------------------------

# What a value of each type becomes.
CHANGES: dict[str, tuple[str, ...]] = {
    "int2": ("{c} + 1", "{c} - 1"),
    "int4": ("{c} + 1", "{c} * 2 + 1"),
    "int8": ("{c} + 1", "{c} - 1", "0"),
    "numeric": ("{c} + 0.0001", "{c} * 2"),
    "varchar": ("{c} || 'x'", "''", "reverse({c})", "upper({c})"),
    "uuid": ("uuidv7()", "'00000000-0000-0000-0000-000000000000'"),
    "bytea": ("{c} || '\\x00'", "set_byte({c}, 0, get_byte({c}, 0) # 1)", "sha256({c})"),
    "bool": ("NOT {c}",),
    "date": ("{c} + 1", "{c} - 1"),
    "timestamptz": ("{c} + interval '1 microsecond'", "{c} - interval '1 day'"),
    "jsonb": (
        "CASE jsonb_typeof({c}) WHEN 'object' THEN {c} || '{{\"more\": 1}}' ELSE {c} || '[1]' END",
        "CASE jsonb_typeof({c}) WHEN 'object' THEN '{{}}'::jsonb ELSE '[1, 2]' END",
    ),
    "_varchar": ("array_append({c}, 'x')", "'{{}}'"),
    "daterange": ("daterange(lower({c}), upper({c}) + 1)", "daterange(lower({c}), upper({c}) - 1)"),
}
# What nothing becomes.
FILLED = {
    "int8": "1",
    "varchar": "'x'",
    "uuid": "uuidv7()",
    "bytea": "sha256('')",
    "date": "'2026-11-01'",
    "timestamptz": "'2026-11-01'",
    "jsonb": "'[1]'",
}


class Burglar:
    """Changes one table a time, as a superuser with all triggers off."""

    def __init__(self, connection: psycopg.Connection, choose: random.Random) -> None:
        self.connection = connection
        self.choose = choose
        self.columns: dict[str, list[dict[str, Any]]] = {}
        for column in connection.cursor(row_factory=dict_row).execute(
            "SELECT table_schema || '.' || table_name AS table, column_name AS name,"
            " udt_name AS type, is_nullable = 'YES' AS is_nullable FROM information_schema.columns"
            " JOIN information_schema.tables USING (table_schema, table_name)"
            " WHERE table_schema = ANY(%s) AND table_type = 'BASE TABLE'"
            " ORDER BY table_schema, table_name, ordinal_position",
            [list(SCHEMAS)],
        ):
            self.columns.setdefault(column.pop("table"), []).append(column)

    def tamper(self, table: str, column: str | None = None) -> str:
        """Change something, whatever it takes; what was done, in words."""
        before = self._content(table)
        while True:
            way = self.choose.choice(self.ways()) if column is None else self.change
            try:
                with self.connection.transaction():
                    done = way(table) if column is None else self.change(table, column)
            except psycopg.errors.Error as refused:
                if refused.sqlstate not in {"23505", "23502", "2202E", "22000"}:
                    raise
                continue  # a key that is taken: try something else
            if self._content(table) != before:
                return f"{table}: {done}"

    def ways(self) -> list[Callable[[str], str]]:
        return [
            self.change,
            self.change_many,
            self.delete,
            self.insert,
            self.swap,
            self.cut_tail,
            self.empty,
        ]

    def change(self, table: str, name: str | None = None) -> str:
        """One column of one row."""
        columns = [c for c in self.columns[table] if name in (None, c["name"])]
        column = self.choose.choice(columns)
        row = self._pick(table)
        value = self._value(table, column)
        self._execute(f'UPDATE {table} SET "{column["name"]}" = {value} WHERE ctid = %s', row)
        return f"{column['name']} of one row became {value}"

    def change_many(self, table: str) -> str:
        """One column of all rows."""
        column = self.choose.choice(self.columns[table])
        value = self._value(table, column)
        self._execute(f'UPDATE {table} SET "{column["name"]}" = {value}')
        return f"{column['name']} of all rows became {value}"

    def delete(self, table: str) -> str:
        """One row."""
        self._execute(f"DELETE FROM {table} WHERE ctid = %s", self._pick(table))
        return "a row deleted"

    def insert(self, table: str) -> str:
        """A copy of a row, but for one or two columns, its key at least."""
        key = self._key(table)
        changed = {self.choose.choice(key), self.choose.choice(self.columns[table])["name"]}
        names, values = [], []
        for column in self.columns[table]:
            names.append(f'"{column["name"]}"')
            is_kept = column["name"] not in changed
            values.append(names[-1] if is_kept else self._value(table, column))
        self._execute(
            f"INSERT INTO {table} ({', '.join(names)}) SELECT {', '.join(values)} FROM {table}"
            " WHERE ctid = %s",
            self._pick(table),
        )
        return f"a row inserted, {sorted(changed)} of its own"

    def swap(self, table: str) -> str:
        """What two rows say in one column, or all but their key."""
        key = self._key(table)
        names = [c["name"] for c in self.columns[table]]
        others = [name for name in names if name not in key]
        chosen = others if others and self.choose.random() < 0.3 else [self.choose.choice(names)]
        one, two = self._pick(table), self._pick(table)
        sets = ", ".join(f'"{name}" = o."{name}"' for name in chosen)
        self._execute(
            f"UPDATE {table} t SET {sets} FROM {table} o WHERE t.ctid <> o.ctid"
            " AND t.ctid = ANY(%s::tid[]) AND o.ctid = ANY(%s::tid[])",
            [one, two],
            [one, two],
        )
        return f"{chosen} of two rows swapped"

    def cut_tail(self, table: str) -> str:
        """The last rows."""
        key = ", ".join(f'"{name}" DESC' for name in self._key(table))
        count = self.choose.randint(1, 5)
        self._execute(
            f"DELETE FROM {table} WHERE ctid IN (SELECT ctid FROM {table} ORDER BY {key} LIMIT %s)",
            count,
        )
        return f"its last {count} rows deleted"

    def empty(self, table: str) -> str:
        """All rows."""
        self._execute(f"DELETE FROM {table}")
        return "emptied"

    def _value(self, table: str, column: dict[str, Any]) -> str:
        """SQL for another value than the row has: made up, nothing, or that of another row."""
        name, type_ = f'"{column["name"]}"', column["type"]
        dice = self.choose.random()
        if dice < 0.15:
            return f"(SELECT o.{name} FROM {table} o WHERE o.ctid = '{self._pick(table)}')"
        if column["is_nullable"]:
            if dice < 0.3:
                return "NULL"
            changed = self.choose.choice(CHANGES[type_]).format(c=name)
            return f"coalesce({changed}, {FILLED[type_]})"
        return self.choose.choice(CHANGES[type_]).format(c=name)

    def _pick(self, table: str) -> str:
        key = ", ".join(f'"{name}"' for name in self._key(table))
        rows = self.connection.execute(f"SELECT ctid::text FROM {table} ORDER BY {key}").fetchall()
        return str(self.choose.choice(rows)[0])

    def _key(self, table: str) -> list[str]:
        if table not in self._keys:
            found = self.connection.execute(
                "SELECT attname FROM pg_index JOIN pg_attribute ON attrelid = indrelid"
                " AND attnum = ANY(indkey) WHERE indrelid = %s::regclass AND indisprimary"
                " ORDER BY attnum",
                [table],
            )
            self._keys[table] = [name for (name,) in found]
        return self._keys[table]

    _keys: dict[str, list[str]] = {}

    def _content(self, table: str) -> str:
        query = f"SELECT md5(string_agg(t::text, ';' ORDER BY t::text)) FROM {table} t"
        [(content,)] = self.connection.execute(query)
        return str(content)

    def _execute(self, statement: str, *values: Any) -> None:
        self.connection.execute(statement.encode(), values or None)
