"""The rows of every journal, read again and hashed in Python: a part of `flask audit verify`.

The database hashes them when it posts, and again for `flask ledger verify`. This is the same hash
written a third time, so that no fault of the database's own text functions can hide a change.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from json.encoder import encode_basestring
from typing import Any

from sqlalchemy.orm import Session

from fund.audit.verification.crew import Connection, Crew
from fund.audit.verification.findings import Finding

WIDTH = 10_000  # journals a range
_FIRST, _LAST = "00000000-0000-0000-0000-000000000000", "ffffffff-ffff-ffff-ffff-ffffffffffff"

_BOUNDS = """
    SELECT id::text FROM (SELECT id, row_number() OVER (ORDER BY id) AS n FROM ledger.journal) j
    WHERE n % %s = 0 ORDER BY id
"""
_ROWS = """
    SELECT j.id::text, j.actor, j.concerns, j.effective_on::text, j.idempotency_key, j.kind,
        nullif(j.occurred_on, j.effective_on)::text,
        to_char(j.recorded_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
        j.request_sha256, j.reverses_id::text, j.source, t.lines, e.id::text,
        e.data ->> 'rows_sha256'
    FROM ledger.journal j
    LEFT JOIN (
        SELECT journal_id, string_agg('["' || debit_account_id || '","' || credit_account_id
            || '","' || amount_minor || '"]', ',' ORDER BY position) AS lines
        FROM ledger.transfer WHERE journal_id > %(low)s AND journal_id <= %(high)s
        GROUP BY journal_id
    ) t ON t.journal_id = j.id
    LEFT JOIN audit.event e ON e.subject_kind = 'journal' AND e.subject_id = j.id
        AND e.name = 'journal_posted' AND e.subject_id > %(low)s AND e.subject_id <= %(high)s
    WHERE j.id > %(low)s AND j.id <= %(high)s
    ORDER BY j.id, e.id
"""
_POSTED = (
    "SELECT count(*) FROM audit.event WHERE subject_kind = 'journal' AND name = 'journal_posted'"
)
_GONE = """
    SELECT e.subject_id, e.id FROM audit.event e LEFT JOIN ledger.journal j ON j.id = e.subject_id
    WHERE e.subject_kind = 'journal' AND e.name = 'journal_posted' AND j.id IS NULL
"""
# What the transfers of each currency add up to, and what both sides of its balances do.
_TOTALS = """
    SELECT currency, coalesce(moved.transfers, 0), coalesce(moved.amount, 0)::text,
        coalesce(kept.debits, 0)::text, coalesce(kept.credits, 0)::text
    FROM (
        SELECT currency, count(*) AS transfers, sum(amount_minor) AS amount
        FROM ledger.transfer GROUP BY currency
    ) moved
    FULL JOIN (
        SELECT a.currency, sum(s.debits) AS debits, sum(s.credits) AS credits
        FROM ledger.balance_shard s LEFT JOIN ledger.account a ON a.id = s.account_id
        GROUP BY a.currency
    ) kept USING (currency)
    ORDER BY currency
"""


@dataclass
class Read:
    """What the rows of the journals are; `totals` by currency: transfers and minor units moved."""

    journals: int = 0
    totals: dict[str, tuple[int, int]] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)


def verify_rows(
    session: Session, *, hands: Crew | None = None, advance: Callable[[int], None] = lambda _: None
) -> Read:
    """Hold every journal's rows against the event that was recorded with them, and the totals.

    `hands` and `advance` as in `fund.audit.verification.verify_log`.
    """
    hands = hands or Crew(session)
    read = Read()
    bounds = [id_ for (id_,) in hands.connection.execute(_BOUNDS.replace("%s", str(WIDTH)))]
    ranges = list(zip([_FIRST, *bounds], [*bounds, _LAST], strict=True))
    told = 0
    for part, events in hands.run(check_range, ranges):
        read.journals += part.journals
        read.findings += part.findings
        told += events
        advance(part.journals)
    [(posted,)] = hands.connection.execute(_POSTED)
    if posted != told:
        for id_, event_id in hands.connection.execute(_GONE):
            what = f"event {event_id} tells of it, but it is gone"
            read.findings.append(Finding(f"journal {id_}", "deleted", what))
    _add_totals(hands.connection, read)
    return read


def check_range(connection: Connection, low: str, high: str) -> tuple[Read, int]:
    """Check the journals whose ids are above `low`, up to `high`; and how many events tell of them.

    An id of nothing but zeros is no journal's.
    """
    read, events, before = Read(), 0, None
    bounds = {"low": low, "high": high}
    for id_, *columns, event_id, told in connection.cursor(binary=True).execute(_ROWS, bounds):
        row = f"journal {id_}"
        if id_ == before:
            what = f"event {event_id} tells of it once more"
            read.findings.append(Finding(row, "inserted", what))
        else:
            read.journals += 1
        before = id_
        if event_id is None:
            read.findings.append(Finding(row, "inserted", "the log does not tell of it"))
            continue
        events += 1
        if _hash_of(id_, *columns) != told:
            what = f"its rows are not those of which event {event_id} tells"
            read.findings.append(Finding(row, "edited", what))
    return read, events


def _hash_of(
    id_: str,
    actor: str,
    concerns: str | None,
    effective_on: str,
    key: str,
    kind: str,
    occurred_on: str | None,
    recorded_at: str,
    request_sha256: bytes,
    reverses_id: str | None,
    source: str,
    lines: str | None,
) -> str:
    """SHA-256 in hex over the rows as RFC 8785 writes them; `occurred_on` only if it differs."""
    try:
        content = (
            f'{{"actor":{encode_basestring(actor)},"concerns":{_or_null(concerns)}'
            f',"effective_on":"{effective_on}","id":"{id_}","key":{encode_basestring(key)}'
            f',"kind":{encode_basestring(kind)}'
            + (f',"occurred_on":"{occurred_on}"' if occurred_on else "")
            + f',"recorded_at":"{recorded_at}","request_sha256":"{request_sha256.hex()}"'
            f',"reverses_id":{_or_null(reverses_id)},"source":{encode_basestring(source)}'
            f',"transfers":[{lines or ""}]}}'
        )
    except (AttributeError, TypeError):  # a column that is never empty was emptied
        return ""
    return hashlib.sha256(content.encode()).hexdigest()


def _or_null(value: str | None) -> str:
    return "null" if value is None else encode_basestring(value)


def _add_totals(connection: Connection, read: Read) -> None:
    rows: list[tuple[Any, ...]] = connection.execute(_TOTALS).fetchall()
    for currency, transfers, *sums in rows:
        amount, debits, credits_ = map(int, sums)
        if currency is not None:
            read.totals[currency] = (transfers, amount)
        if not amount == debits == credits_:
            what = f"transfers add up to {amount}, balances to {debits} and {credits_}"
            read.findings.append(Finding(f"control total {currency}", "edited", what))
