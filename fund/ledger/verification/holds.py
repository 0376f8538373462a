"""What inquiries hold, and what the log tells of it, compared as text as for commitments."""

# Rule -> a query of (row, detail), empty where the rule holds.
RULES: dict[str, str] = {
    "hold_changed": """
        WITH told AS (
            SELECT data ->> 'hold_id' AS id, subject_id AS fund_id, data ->> 'currency' AS currency,
                data ->> 'amount_minor' AS amount_minor, data ->> 'concerns' AS concerns,
                data ->> 'cause' AS cause, at AS recorded_at, actor::text
            FROM audit.event WHERE subject_kind = 'fund' AND name = 'money_held'
        )
        SELECT format('hold %s', id) AS row, CASE
            WHEN kept IS NULL THEN 'the log tells of it, but it is gone'
            WHEN told IS NULL THEN 'the log does not tell of it'
            ELSE format('it says %s, the log says %s', kept, told) END AS detail
        FROM (SELECT id::text, fund_id, currency::text, amount_minor::text, concerns::text,
                cause::text, recorded_at, actor::text
            FROM ledger.hold) AS kept
        FULL JOIN told USING (id)
        WHERE kept IS DISTINCT FROM told
    """,
    "hold_release_changed": """
        WITH told AS (
            SELECT data ->> 'hold_id' AS hold_id, at AS recorded_at, actor::text
            FROM audit.event WHERE subject_kind = 'fund' AND name = 'hold_released'
        )
        SELECT format('hold_release %s', hold_id) AS row, CASE
            WHEN kept IS NULL THEN 'the log tells of it, but it is gone'
            WHEN told IS NULL THEN 'the log does not tell of it'
            ELSE format('it says %s, the log says %s', kept, told) END AS detail
        FROM (SELECT hold_id::text, recorded_at, actor::text FROM ledger.hold_release) AS kept
        FULL JOIN told USING (hold_id)
        WHERE kept IS DISTINCT FROM told
    """,
    "hold_breaks_a_rule": """
        SELECT format('hold %s', coalesce(h.id, r.hold_id)) AS row, CASE
            WHEN h.id IS NULL THEN 'it was released, but there is no such hold'
            ELSE format('%s %s for %s', h.amount_minor, h.currency, h.cause) END AS detail
        FROM ledger.hold h FULL JOIN ledger.hold_release r ON r.hold_id = h.id
        LEFT JOIN ledger.fund_guard g ON (g.fund_id, g.currency) = (h.fund_id, h.currency)
        WHERE h.id IS NULL OR h.amount_minor <= 0 OR g.fund_id IS NULL
            OR (SELECT count(*) FROM ledger.hold o WHERE o.cause = h.cause) > 1
    """,
}
