"""What inquiries hold, and what the log tells of it."""

from fund.ledger.verification.told import compared

# Rule -> a query of (row, detail), empty where the rule holds.
RULES: dict[str, str] = {
    "hold_changed": compared(
        "hold",
        "id",
        kept="""
            SELECT id::text, fund_id, currency::text, amount_minor::text, concerns::text,
                cause::text, recorded_at, actor::text
            FROM ledger.hold
        """,
        told="""
            SELECT data ->> 'hold_id' AS id, subject_id AS fund_id, data ->> 'currency' AS currency,
                data ->> 'amount_minor' AS amount_minor, data ->> 'concerns' AS concerns,
                data ->> 'cause' AS cause, at AS recorded_at, actor::text
            FROM audit.event WHERE subject_kind = 'fund' AND name = 'money_held'
        """,
    ),
    "hold_release_changed": compared(
        "hold_release",
        "hold_id",
        kept="SELECT hold_id::text, recorded_at, actor::text FROM ledger.hold_release",
        told="""
            SELECT data ->> 'hold_id' AS hold_id, at AS recorded_at, actor::text
            FROM audit.event WHERE subject_kind = 'fund' AND name = 'hold_released'
        """,
    ),
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
