"""Periods, their snapshots, and the totals by day, added anew from the transfers."""

_MOVED = """
    SELECT j.effective_on AS day, side.account_id,
        sum(side.debit) AS debits, sum(side.credit) AS credits
    FROM ledger.journal j
    JOIN ledger.transfer t ON t.journal_id = j.id
    CROSS JOIN LATERAL (VALUES
        (t.debit_account_id, t.amount_minor, 0), (t.credit_account_id, 0, t.amount_minor)
    ) side (account_id, debit, credit)
"""

# Rule -> a query of (row, detail), empty where the rule holds.
RULES: dict[str, str] = {
    "period_out_of_order": """
        SELECT format('period %s', p.id) AS row, format('%s %s, the one before it %s %s',
            p.status, p.days, coalesce(before.status, 'is'), coalesce(before.days::text, 'missing'))
            AS detail
        FROM ledger.period p
        LEFT JOIN LATERAL (
            SELECT * FROM ledger.period b WHERE lower(b.days) IS NULL AND b.id <> p.id
                OR lower(b.days) < lower(p.days)
            ORDER BY lower(b.days) DESC NULLS LAST LIMIT 1
        ) before ON true
        WHERE lower(p.days) IS DISTINCT FROM upper(before.days)
            OR p.status = 'closed' AND before.status <> 'closed'
    """,
    "snapshot_changed": """
        SELECT format('period %s', p.id) AS row, format('its snapshot hashes to %s, it says %s',
            encode(kept.sha256, 'hex'), encode(p.snapshot_sha256, 'hex')) AS detail
        FROM ledger.period p
        CROSS JOIN LATERAL (
            SELECT sha256(coalesce(string_agg(convert_to(format(E'%s %s %s\\n',
                s.account_id, s.debits, s.credits), 'UTF8'), '' ORDER BY s.account_id), ''))
            FROM ledger.period_snapshot s WHERE s.period_id = p.id
        ) kept (sha256)
        WHERE p.status = 'closed' AND kept.sha256 IS DISTINCT FROM p.snapshot_sha256
    """,
    "snapshot_differs": f"""
        WITH moved AS MATERIALIZED ({_MOVED} GROUP BY j.effective_on, side.account_id), added AS (
            SELECT p.id AS period_id, m.account_id,
                sum(m.debits) AS debits, sum(m.credits) AS credits
            FROM ledger.period p JOIN moved m ON m.day < upper(p.days)
            WHERE p.status = 'closed' GROUP BY p.id, m.account_id
        )
        SELECT format('period %s, account %s', period_id, account_id) AS row,
            format('its snapshot says %s/%s, transfers up to its last day say %s/%s',
                s.debits, s.credits, a.debits, a.credits) AS detail
        FROM added a FULL JOIN ledger.period_snapshot s USING (period_id, account_id)
        WHERE (a.debits, a.credits) IS DISTINCT FROM (s.debits, s.credits)
    """,
    "day_differs": f"""
        WITH added AS (
            {_MOVED}
            JOIN audit.event e ON e.subject_kind = 'journal' AND e.subject_id = j.id
                AND e.name = 'journal_posted'
            JOIN audit.leaf l ON l.event_id = e.id
            WHERE l.index < (SELECT max(leaves) FROM ledger.roll_up)
            GROUP BY j.effective_on, side.account_id
        )
        SELECT format('day %s, account %s', day, account_id) AS row,
            format('the day says %s/%s, transfers say %s/%s',
                d.debits, d.credits, a.debits, a.credits) AS detail
        FROM added a FULL JOIN ledger.balance_day d USING (day, account_id)
        WHERE (a.debits, a.credits) IS DISTINCT FROM (d.debits, d.credits)
    """,
    "roll_up_lost": """
        SELECT 'roll_up' AS row, CASE WHEN r.leaves IS NULL THEN 'there is no such row'
            ELSE format('%s leaves, the last %s', r.leaves, r.event_id) END AS detail
        FROM (VALUES (true)) one (is_only) FULL JOIN ledger.roll_up r USING (is_only)
        LEFT JOIN audit.leaf l ON l.index = r.leaves - 1
        WHERE NOT is_only OR (r.leaves, r.epoch, r.xid, r.event_id) IS DISTINCT FROM (
            coalesce(l.index + 1, 0), coalesce(l.epoch, 0), coalesce(l.xid, 0),
            coalesce(l.event_id, '00000000-0000-0000-0000-000000000000'))
    """,
}
