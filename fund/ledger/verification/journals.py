"""Journals and transfers: each rule asked again, and each row as the log tells it."""

# Rule -> a query of (row, detail), empty where the rule holds.
RULES: dict[str, str] = {
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
}
