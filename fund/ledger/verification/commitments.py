"""What awards hold: guards, commitments, and what the log tells of them."""

# Rule -> a query of (row, detail), empty where the rule holds.
RULES: dict[str, str] = {
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
