"""What open inquiries hold: every column of a hold and of its release stands in the log."""

# Rule -> a query of (row, detail), empty where the rule holds.
RULES: dict[str, str] = {
    "hold_changed": """
        WITH kept AS (
            SELECT id, to_jsonb(h) - 'recorded_at' AS content, recorded_at FROM ledger.hold h
        ), told AS (
            SELECT (data ->> 'hold_id')::uuid AS id, jsonb_build_object(
                    'id', data ->> 'hold_id', 'fund_id', subject_id, 'currency', data -> 'currency',
                    'amount_minor', data -> 'amount_minor', 'concerns', data -> 'concerns',
                    'cause', data -> 'cause', 'actor', actor) AS content, at AS recorded_at
            FROM audit.event WHERE subject_kind = 'fund' AND name = 'money_held'
        )
        SELECT id::text AS row, format('it says %s at %s, the log says %s at %s', kept.content,
            kept.recorded_at, told.content, told.recorded_at) AS detail
        FROM kept FULL JOIN told USING (id)
        WHERE (kept.content, kept.recorded_at) IS DISTINCT FROM (told.content, told.recorded_at)
    """,
    "hold_release_changed": """
        WITH told AS (
            SELECT (data ->> 'hold_id')::uuid AS hold_id, actor, at AS recorded_at
            FROM audit.event WHERE subject_kind = 'fund' AND name = 'hold_released'
        )
        SELECT hold_id::text AS row, format('it says %s at %s, the log says %s at %s', kept.actor,
            kept.recorded_at, told.actor, told.recorded_at) AS detail
        FROM ledger.hold_release kept FULL JOIN told USING (hold_id)
        WHERE (kept.actor, kept.recorded_at) IS DISTINCT FROM (told.actor, told.recorded_at)
    """,
}
