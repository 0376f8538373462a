"""Where the twin keeps its world: one SQLite file, objects as JSON documents.

One connection under one lock: every request is a transaction of its own, one after another,
so two submissions of the same payment can never both succeed.
"""

import json
import sqlite3
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

Doc = dict[str, Any]

DEFAULT_SWITCHES: Mapping[str, Any] = {
    "duplicate": False,
    "reorder": False,
    "delay": 0,
    "drop": False,
    "drop_share": 0,
    "drop_types": "*",
    "snapshots_behind": 0,
    "old_api_version": False,
    "late_balance_transaction": False,
    "automatic_payouts": False,
    "available_days": 2,
    "hang": 0,
    "down": False,
    "refunds_need_balance": False,
    "rate_drift_bp": 0,
    "minimum_balance": 0,
    "slow_reconciliation": False,
    "limits": "off",
    "deliveries_at_once": 1,
}

_PAGE = """
    SELECT doc FROM object o
    WHERE account = :account AND kind = :kind
      AND created >= :gte AND created <= :lte
      AND (:after IS NULL OR (created, seq) <
           (SELECT created, seq FROM object WHERE account = :account AND id = :after))
      AND (:before IS NULL OR (created, seq) >
           (SELECT created, seq FROM object WHERE account = :account AND id = :before))
      AND json_extract(doc, '$.deleted') IS NULL
      AND NOT EXISTS (SELECT 1 FROM json_each(:filters) f
                      WHERE json_extract(o.doc, '$.' || f.key) IS NOT f.atom)
      AND NOT EXISTS (SELECT 1 FROM json_each(:bounds) b
                      WHERE json_extract(o.doc, '$.' || b.key)
                            NOT BETWEEN b.value ->> 0 AND b.value ->> 1)
      AND (:types IS NULL OR EXISTS (SELECT 1 FROM json_each(:types) t
                                     WHERE json_extract(o.doc, '$.type') GLOB t.value))
      AND (:delivered IS NULL OR :delivered = NOT EXISTS (
           SELECT 1 FROM delivery d
           WHERE d.account = :account AND d.event = o.id AND d.status <> 'delivered'))
    ORDER BY created DESC, seq DESC LIMIT :limit
"""
_PAGE_FROM_OLDEST = _PAGE.replace("DESC", "ASC")
FOREVER = 2**62


@dataclass(frozen=True)
class Page:
    """Which part of a list is asked for; at most one of the two cursors."""

    limit: int = 10
    after: str | None = None
    before: str | None = None
    created_gte: int = 0
    created_lte: int = FOREVER
    filters: Mapping[str, Any] = field(default_factory=dict)
    bounds: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    types: Sequence[str] | None = None
    is_delivered: bool | None = None


class Store:
    def __init__(self, path: Path | None) -> None:
        """A file that outlives the process, or the memory of this one."""
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
        self._lock = threading.RLock()
        self._db = sqlite3.connect(
            path or ":memory:", check_same_thread=False, isolation_level=None
        )
        self._db.row_factory = sqlite3.Row
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = NORMAL")
        self._db.executescript((Path(__file__).parent / "schema.sql").read_text())
        self.after_commit: Callable[[], None] = lambda: None

    def close(self) -> None:
        with self._lock:
            self._db.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        with self._lock:
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._db.execute("ROLLBACK")
                raise
            self._db.execute("COMMIT")
        self.after_commit()

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        """Inside a transaction: undo this part if it raises, keep the rest."""
        self._db.execute("SAVEPOINT part")
        try:
            yield
        except BaseException:
            self._db.execute("ROLLBACK TO part")
            raise
        finally:
            self._db.execute("RELEASE part")

    def execute(self, statement: str, values: Mapping[str, Any]) -> list[sqlite3.Row]:
        with self._lock:
            return self._db.execute(statement, values).fetchall()

    def put(self, account: str, doc: Doc) -> None:
        self.execute(
            """INSERT INTO object (account, id, kind, created, doc)
               VALUES (:account, :id, :kind, :created, :doc)
               ON CONFLICT (account, id) DO UPDATE SET doc = excluded.doc""",
            {
                "account": account,
                "id": doc["id"],
                "kind": doc["object"],
                "created": doc.get("created", 0),
                "doc": json.dumps(doc),
            },
        )

    def keep_version(self, account: str, doc: Doc) -> None:
        """What an object is before its next change, for events whose snapshot is outdated."""
        self.execute(
            "INSERT INTO version (account, id, doc) VALUES (:account, :id, :doc)",
            {"account": account, "id": doc["id"], "doc": json.dumps(doc)},
        )

    def find_version(self, account: str, object_id: str, behind: int) -> Doc | None:
        """The object as it was so many kept changes ago, or as long ago as is known."""
        rows = self.execute(
            """SELECT doc FROM (SELECT seq, doc FROM version WHERE account = :account AND id = :id
                                ORDER BY seq DESC LIMIT :behind)
               ORDER BY seq LIMIT 1""",
            {"account": account, "id": object_id, "behind": behind},
        )
        return json.loads(rows[0]["doc"]) if rows else None

    def find(self, account: str, object_id: str) -> Doc | None:
        rows = self.execute(
            "SELECT doc FROM object WHERE account = :account AND id = :id",
            {"account": account, "id": object_id},
        )
        return json.loads(rows[0]["doc"]) if rows else None

    def find_account_of(self, object_id: str) -> str | None:
        """Whose object this is, for the pages that a donor opens without a key."""
        rows = self.execute("SELECT account FROM object WHERE id = :id", {"id": object_id})
        return str(rows[0]["account"]) if rows else None

    def list_events_of(self, account: str, object_id: str, limit: int) -> list[Doc]:
        """Events about an object, newest first."""
        rows = self.execute(
            """SELECT doc FROM object WHERE account = :account AND kind = 'event'
               AND json_extract(doc, '$.data.object.id') = :id
               ORDER BY created DESC, seq DESC LIMIT :limit""",
            {"account": account, "id": object_id, "limit": limit},
        )
        return [json.loads(row["doc"]) for row in rows]

    def find_session_by_reference(self, account: str, reference: str) -> Doc | None:
        rows = self.execute(
            """SELECT doc FROM object WHERE account = :account AND kind = 'checkout.session'
               AND json_extract(doc, '$.client_reference_id') = :reference
               ORDER BY seq LIMIT 1""",
            {"account": account, "reference": reference},
        )
        return json.loads(rows[0]["doc"]) if rows else None

    def list_page(self, account: str, kind: str, page: Page) -> tuple[list[Doc], bool]:
        """A part of a list, newest first, and whether more lies beyond it."""
        rows = self.execute(
            _PAGE_FROM_OLDEST if page.before else _PAGE,
            {
                "account": account,
                "kind": kind,
                "gte": page.created_gte,
                "lte": page.created_lte,
                "after": page.after,
                "before": page.before,
                "filters": json.dumps(dict(page.filters)),
                "bounds": json.dumps(dict(page.bounds)),
                "types": None if page.types is None else json.dumps(list(page.types)),
                "delivered": page.is_delivered,
                "limit": page.limit + 1,
            },
        )
        docs = [json.loads(row["doc"]) for row in rows[: page.limit]]
        return (docs[::-1] if page.before else docs), len(rows) > page.limit

    def list_unpaid_transactions(self, account: str, until: int) -> list[Doc]:
        """Balance transactions available by `until` that no payout carries yet, oldest first."""
        rows = self.execute(
            """SELECT doc FROM object WHERE account = :account AND kind = 'balance_transaction'
               AND json_extract(doc, '$._payout') IS NULL
               AND json_extract(doc, '$.available_on') <= :until
               ORDER BY json_extract(doc, '$.available_on'), seq""",
            {"account": account, "until": until},
        )
        return [json.loads(row["doc"]) for row in rows]

    def find_invoice_payment(
        self, account: str, *, invoice: str | None = None, intent: str | None = None
    ) -> Doc | None:
        """The payment made for an invoice, or the one that an intent made; each has one at most."""
        by_invoice = """SELECT doc FROM object WHERE account = :account
            AND kind = 'invoice_payment' AND json_extract(doc, '$.invoice') = :wanted"""
        by_intent = """SELECT doc FROM object WHERE account = :account
            AND kind = 'invoice_payment' AND json_extract(doc, '$.payment.payment_intent') = :wanted
        """
        rows = self.execute(
            by_invoice if intent is None else by_intent,
            {"account": account, "wanted": invoice or intent},
        )
        return json.loads(rows[0]["doc"]) if rows else None

    def find_due(self, account: str, until: int, clock: str | None) -> Doc | None:
        """The subscription or invoice to which something happens first, by `until`."""
        rows = self.execute(
            """SELECT doc FROM object
               WHERE account = :account AND kind IN ('subscription', 'invoice')
                 AND json_extract(doc, '$._due_at') <= :until
                 AND json_extract(doc, '$.test_clock') IS :clock
               ORDER BY json_extract(doc, '$._due_at'), seq LIMIT 1""",
            {"account": account, "until": until, "clock": clock},
        )
        return json.loads(rows[0]["doc"]) if rows else None

    def balance(self, account: str, now: int) -> tuple[int, int]:
        """Net available and net pending, in the settlement currency."""
        rows = self.execute(
            """SELECT coalesce(sum(iif(available_on <= :now, net, 0)), 0) AS available,
                      coalesce(sum(iif(available_on > :now, net, 0)), 0) AS pending
               FROM (SELECT json_extract(doc, '$.net') AS net,
                            json_extract(doc, '$.available_on') AS available_on
                     FROM object WHERE account = :account AND kind = 'balance_transaction')""",
            {"account": account, "now": now},
        )
        return rows[0]["available"], rows[0]["pending"]

    def switches(self) -> Doc:
        rows = self.execute("SELECT name, value FROM switch", {})
        return {**DEFAULT_SWITCHES, **{row["name"]: json.loads(row["value"]) for row in rows}}

    def set_switches(self, values: Mapping[str, Any]) -> None:
        for name, value in values.items():
            self.execute(
                """INSERT INTO switch VALUES (:name, :value)
                   ON CONFLICT (name) DO UPDATE SET value = excluded.value""",
                {"name": name, "value": json.dumps(value)},
            )

    def add_errand(self, account: str, due_at: float, act: str, subject: str) -> None:
        self.execute(
            "INSERT INTO errand (account, due_at, act, subject) VALUES (:account, :at, :act, :on)",
            {"account": account, "at": due_at, "act": act, "on": subject},
        )

    def take_errands(self, now: float) -> list[sqlite3.Row]:
        return self.execute("DELETE FROM errand WHERE due_at <= :now RETURNING *", {"now": now})

    def clear(self) -> None:
        for statement in (
            "DELETE FROM object",
            "DELETE FROM version",
            "DELETE FROM delivery",
            "DELETE FROM idempotency",
            "DELETE FROM errand",
            "DELETE FROM switch",
        ):
            self.execute(statement, {})
