"""Checks the books against themselves and against the log, by SQL of its own.

Nothing here is shared with posting: balances are added anew, rows are hashed as they now stand,
and the rules are asked again, as if no constraint had held them.
"""

from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.orm import Session


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong: `kind` names the rule, `row` the row, `detail` the difference."""

    kind: str
    row: str
    detail: str

    def __str__(self) -> str:
        return f"{self.kind}: {self.row} ({self.detail})"


# Rule -> a query of (row, detail), empty where the rule holds.
RULES: dict[str, str] = {
    "balance_differs": """
        SELECT format('%s/%s', account_id, shard) AS row,
            format('shard says %s/%s, transfers say %s/%s',
                kept.debits, kept.credits, added.debits, added.credits) AS detail
        FROM (
            SELECT account_id, shard, sum(debit) AS debits, sum(credit) AS credits FROM (
                SELECT debit_account_id, shard, amount_minor, 0
                FROM ledger.transfer t LEFT JOIN ledger.journal j ON j.id = t.journal_id
                UNION ALL
                SELECT credit_account_id, shard, 0, amount_minor
                FROM ledger.transfer t LEFT JOIN ledger.journal j ON j.id = t.journal_id
            ) sides (account_id, shard, debit, credit) GROUP BY account_id, shard
        ) added
        FULL JOIN ledger.balance_shard kept USING (account_id, shard)
        WHERE (added.debits, added.credits) IS DISTINCT FROM (kept.debits, kept.credits)
    """,
    "transfer_breaks_a_rule": """
        SELECT format('%s/%s', t.journal_id, t.position) AS row,
            format('%s %s of fund %s', t.amount_minor, t.currency, t.fund_id) AS detail
        FROM ledger.transfer t
        LEFT JOIN ledger.journal j ON j.id = t.journal_id
        LEFT JOIN ledger.account d ON d.id = t.debit_account_id
        LEFT JOIN ledger.account c ON c.id = t.credit_account_id
        WHERE j.id IS NULL OR t.amount_minor <= 0 OR d.id = c.id
            OR (d.fund_id, d.currency) IS DISTINCT FROM (t.fund_id, t.currency)
            OR (c.fund_id, c.currency) IS DISTINCT FROM (t.fund_id, t.currency)
    """,
    "transfer_missing": """
        SELECT j.id::text AS row, format('%s transfers, last place %s', count(t.journal_id),
            max(t.position)) AS detail
        FROM ledger.journal j LEFT JOIN ledger.transfer t ON t.journal_id = j.id
        GROUP BY j.id HAVING count(t.journal_id) = 0 OR count(t.journal_id) <> max(t.position)
    """,
    "journal_repeated": """
        SELECT min(id::text) AS row, format('%s times %s %s', count(*), source, idempotency_key)
            AS detail
        FROM ledger.journal GROUP BY source, idempotency_key HAVING count(*) > 1
    """,
    "event_missing": """
        SELECT j.id::text AS row, format('%s %s', j.source, j.idempotency_key) AS detail
        FROM ledger.journal j
        LEFT JOIN audit.event e ON e.subject_id = j.id AND e.subject_kind = 'journal'
            AND e.name = 'journal_posted'
        WHERE e.id IS NULL
    """,
    "journal_missing": """
        SELECT e.subject_id::text AS row, format('event %s', e.id) AS detail
        FROM audit.event e LEFT JOIN ledger.journal j ON j.id = e.subject_id
        WHERE e.subject_kind = 'journal' AND e.name = 'journal_posted' AND j.id IS NULL
    """,
    "event_repeated": """
        SELECT subject_id::text AS row, format('%s events', count(*)) AS detail
        FROM audit.event WHERE subject_kind = 'journal' AND name = 'journal_posted'
        GROUP BY subject_id HAVING count(*) > 1
    """,
    "journal_changed": """
        WITH r AS (
        SELECT j.id, encode(sha256(convert_to(
            '{"actor":' || to_json(j.actor)
            || ',"concerns":' || coalesce(to_json(j.concerns)::text, 'null')
            || ',"effective_on":"' || to_char(j.effective_on, 'YYYY-MM-DD') || '"'
            || ',"id":"' || j.id || '"'
            || ',"key":' || to_json(j.idempotency_key)
            || ',"kind":' || to_json(j.kind)
            || CASE WHEN j.occurred_on <> j.effective_on
                THEN ',"occurred_on":"' || to_char(j.occurred_on, 'YYYY-MM-DD') || '"' ELSE '' END
            || ',"recorded_at":"'
            || to_char(j.recorded_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') || '"'
            || ',"request_sha256":"' || encode(j.request_sha256, 'hex') || '"'
            || ',"reverses_id":' || coalesce(to_json(j.reverses_id)::text, 'null')
            || ',"source":' || to_json(j.source)
            || ',"transfers":[' || coalesce(t.lines, '') || ']}', 'UTF8')), 'hex') AS rows_sha256
        FROM ledger.journal j
        LEFT JOIN (
            SELECT journal_id, string_agg(
                    '["' || debit_account_id || '","' || credit_account_id || '","'
                    || amount_minor || '"]', ',' ORDER BY position) AS lines
            FROM ledger.transfer GROUP BY journal_id
        ) t ON t.journal_id = j.id
        )
        SELECT r.id::text AS row, format('rows hash to %s, event %s says %s',
            r.rows_sha256, e.id, e.data ->> 'rows_sha256') AS detail
        FROM r
        JOIN audit.event e ON e.subject_id = r.id AND e.subject_kind = 'journal'
            AND e.name = 'journal_posted'
        WHERE r.rows_sha256 IS DISTINCT FROM e.data ->> 'rows_sha256'
    """,
    "guard_differs": """
        SELECT format('%s %s', g.fund_id, g.currency) AS row,
            format('guard says %s, commitments say %s', g.reserved, held.total) AS detail
        FROM ledger.fund_guard g
        CROSS JOIN LATERAL (
            SELECT coalesce(sum(CASE e.kind WHEN 'reserve' THEN e.amount_minor
                ELSE -e.amount_minor END), 0) AS total
            FROM ledger.commitment c JOIN ledger.commitment_event e ON e.commitment_id = c.id
            WHERE c.fund_id = g.fund_id AND c.currency = g.currency
        ) held
        WHERE g.reserved <> held.total
    """,
    "commitment_overdrawn": """
        SELECT c.id::text AS row, format('holds %s', held.total) AS detail
        FROM ledger.commitment c
        CROSS JOIN LATERAL (
            SELECT coalesce(sum(CASE e.kind WHEN 'reserve' THEN e.amount_minor
                ELSE -e.amount_minor END), 0) AS total, count(*) AS events
            FROM ledger.commitment_event e WHERE e.commitment_id = c.id
        ) held
        WHERE held.total < 0 OR held.events = 0
    """,
    "commitment_unlogged": """
        SELECT c.id::text AS row, format('%s %s, log says %s', kept.kind, kept.total, told.total)
            AS detail
        FROM ledger.commitment c
        CROSS JOIN (VALUES ('reserve'), ('liquidate'), ('free')) kinds (kind)
        CROSS JOIN LATERAL (
            SELECT kinds.kind, coalesce(sum(e.amount_minor), 0) AS total
            FROM ledger.commitment_event e
            WHERE e.commitment_id = c.id AND e.kind = kinds.kind
        ) kept
        CROSS JOIN LATERAL (
            SELECT coalesce(sum((e.data ->> 'amount_minor')::bigint), 0) AS total
            FROM audit.event e
            WHERE e.subject_kind = 'award' AND e.subject_id = c.award_id
                AND e.data ->> 'commitment_id' = c.id::text
                AND CASE kinds.kind
                    WHEN 'reserve' THEN e.name IN ('funds_reserved', 'funds_reserved_again')
                    WHEN 'liquidate' THEN e.name = 'commitment_liquidated'
                    ELSE e.name = 'commitment_freed' END
        ) told
        WHERE kept.total <> told.total
    """,
}


def verify(session: Session) -> list[Finding]:
    """Everything that is wrong with the books, in the order of the rules."""
    return [
        Finding(kind, row.row, row.detail)
        for kind, query in RULES.items()
        for row in session.execute(text(query))
    ]


def count_journals(session: Session) -> int:
    """How many journals there are to check."""
    return int(session.scalar(text("SELECT count(*) FROM ledger.journal")) or 0)
