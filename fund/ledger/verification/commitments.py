"""What awards hold: guards, commitments and their events, and what the log tells of them."""

from fund.ledger.verification.told import compared

# Rule -> a query of (row, detail), empty where the rule holds.
RULES: dict[str, str] = {
    "guard_differs": """
        SELECT format('guard of fund %s in %s', fund_id, currency) AS row,
            format('guard says %s, commitments say %s', g.reserved, held.total) AS detail
        FROM ledger.fund_guard g
        FULL JOIN (
            SELECT c.fund_id, c.currency, sum(CASE e.kind WHEN 'reserve' THEN e.amount_minor
                ELSE -e.amount_minor END) AS total
            FROM ledger.commitment c JOIN ledger.commitment_event e ON e.commitment_id = c.id
            GROUP BY c.fund_id, c.currency
        ) held USING (fund_id, currency)
        WHERE g.reserved IS DISTINCT FROM coalesce(held.total, 0)
    """,
    "commitment_overdrawn": """
        SELECT format('commitment %s', c.id) AS row, format(
            '%s reserved for the award, %s liquidated, %s reserved again, %s freed',
            held.first, held.liquidated, held.again, held.freed) AS detail
        FROM ledger.commitment c
        CROSS JOIN LATERAL (
            SELECT
                coalesce(sum(amount_minor) FILTER (WHERE kind = 'reserve' AND cause = 'award'), 0)
                    AS first,
                coalesce(sum(amount_minor) FILTER (WHERE kind = 'reserve' AND cause <> 'award'), 0)
                    AS again,
                coalesce(sum(amount_minor) FILTER (WHERE kind = 'liquidate'), 0) AS liquidated,
                coalesce(sum(amount_minor) FILTER (WHERE kind = 'free'), 0) AS freed
            FROM ledger.commitment_event WHERE commitment_id = c.id
        ) held
        WHERE held.first = 0 OR held.again > held.liquidated
            OR held.first + held.again < held.liquidated + held.freed
    """,
    "commitment_cause_repeated": """
        SELECT format('commitment %s', commitment_id) AS row,
            format('%s times %s for %s', count(*), kind, cause) AS detail
        FROM ledger.commitment_event WHERE kind <> 'free'
        GROUP BY commitment_id, kind, cause HAVING count(*) > 1
    """,
    "commitment_changed": compared(
        "commitment",
        "id",
        kept="""
            SELECT id::text, award_id, fund_id::text, currency::text, recorded_at, actor::text
            FROM ledger.commitment
        """,
        told="""
            SELECT data ->> 'commitment_id' AS id, subject_id AS award_id,
                data ->> 'fund_id' AS fund_id, 'THB' AS currency, at AS recorded_at,
                actor::text
            FROM audit.event WHERE subject_kind = 'award' AND name = 'funds_reserved'
        """,
    ),
    "commitment_event_changed": compared(
        "commitment_event",
        "id",
        kept="""
            SELECT id::text, commitment_id::text, kind::text, amount_minor::text, cause::text,
                recorded_at, actor::text
            FROM ledger.commitment_event
        """,
        told="""
            SELECT data ->> 'entry_id' AS id, data ->> 'commitment_id' AS commitment_id,
                CASE name WHEN 'commitment_liquidated' THEN 'liquidate'
                    WHEN 'commitment_freed' THEN 'free' ELSE 'reserve' END AS kind,
                data ->> 'amount_minor' AS amount_minor,
                CASE name WHEN 'funds_reserved' THEN 'award'
                    WHEN 'commitment_freed' THEN 'closed' ELSE data ->> 'cause' END AS cause,
                at AS recorded_at, actor::text
            FROM audit.event WHERE subject_kind = 'award' AND name IN ('funds_reserved',
                'funds_reserved_again', 'commitment_liquidated', 'commitment_freed')
        """,
    ),
}
