"""Journals and transfers: each rule asked again, and each row as the log tells it."""

# Rule -> a query of (row, detail), empty where the rule holds.
RULES: dict[str, str] = {
    "transfer_breaks_a_rule": """
        SELECT format('transfer %s/%s', t.journal_id, t.position) AS row,
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
        SELECT format('journal %s', j.id) AS row, format('%s transfers, at places %s to %s',
            coalesce(t.number, 0), t.first, t.last) AS detail
        FROM ledger.journal j
        LEFT JOIN (
            SELECT journal_id, count(*) AS number, count(DISTINCT position) AS places,
                min(position) AS first, max(position) AS last
            FROM ledger.transfer GROUP BY journal_id
        ) t ON t.journal_id = j.id
        WHERE (t.number, t.places, t.first) IS DISTINCT FROM (t.last::bigint, t.last::bigint, 1)
    """,
    "journal_repeated": """
        SELECT format('journal %s', min(id::text)) AS row,
            format('%s times %s %s', count(*), source, idempotency_key)
            AS detail
        FROM ledger.journal GROUP BY source, idempotency_key HAVING count(*) > 1
    """,
    # A reversal takes back just what its journal moved, and there is one.
    "reversal_differs": """
        SELECT format('journal %s', r.id) AS row, CASE
            WHEN o.id IS NULL THEN format('it reverses %s, which is gone', r.reverses_id)
            WHEN others.number > 1
                THEN format('it reverses %s, which %s journals do', o.id, others.number)
            ELSE format('it moves %s, which is not %s back', of_r.moved, of_o.moved) END AS detail
        FROM ledger.journal r
        LEFT JOIN ledger.journal o ON o.id = r.reverses_id
        CROSS JOIN LATERAL (
            SELECT count(*) AS number FROM ledger.journal WHERE reverses_id = r.reverses_id
        ) others
        CROSS JOIN LATERAL (
            SELECT array_agg((debit_account_id, credit_account_id, amount_minor)::text
                ORDER BY debit_account_id, credit_account_id, amount_minor) AS moved
            FROM ledger.transfer WHERE journal_id = r.id
        ) of_r
        CROSS JOIN LATERAL (
            SELECT array_agg((credit_account_id, debit_account_id, amount_minor)::text
                ORDER BY credit_account_id, debit_account_id, amount_minor) AS moved
            FROM ledger.transfer WHERE journal_id = o.id
        ) of_o
        WHERE r.reverses_id IS NOT NULL AND (o.id IS NULL OR others.number > 1
            OR of_r.moved IS DISTINCT FROM of_o.moved)
    """,
    # Only a fact that was told after its period was closed is booked on another day than its own,
    # and then on the first day after a closed period.
    "journal_on_a_wrong_day": """
        SELECT format('journal %s', j.id) AS row,
            format('it is of %s and booked on %s', j.occurred_on, j.effective_on) AS detail
        FROM ledger.journal j
        WHERE j.effective_on <> j.occurred_on AND (j.effective_on < j.occurred_on
            OR NOT EXISTS (SELECT FROM ledger.period p
                WHERE p.status = 'closed' AND p.days @> j.occurred_on)
            OR NOT EXISTS (SELECT FROM ledger.period p
                WHERE p.status = 'closed' AND upper(p.days) = j.effective_on))
    """,
    "event_missing": """
        SELECT format('journal %s', j.id) AS row,
            format('%s %s', j.source, j.idempotency_key) AS detail
        FROM ledger.journal j
        LEFT JOIN audit.event e ON e.subject_id = j.id AND e.subject_kind = 'journal'
            AND e.name = 'journal_posted'
        WHERE e.id IS NULL
    """,
    "journal_missing": """
        SELECT format('journal %s', e.subject_id) AS row, format('event %s', e.id) AS detail
        FROM audit.event e LEFT JOIN ledger.journal j ON j.id = e.subject_id
        WHERE e.subject_kind = 'journal' AND e.name = 'journal_posted' AND j.id IS NULL
    """,
    "event_repeated": """
        SELECT format('journal %s', subject_id) AS row,
            format('%s events', count(*)) AS detail
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
        SELECT format('journal %s', r.id) AS row, format('rows hash to %s, event %s says %s',
            r.rows_sha256, e.id, e.data ->> 'rows_sha256') AS detail
        FROM r
        JOIN audit.event e ON e.subject_id = r.id AND e.subject_kind = 'journal'
            AND e.name = 'journal_posted'
        WHERE r.rows_sha256 IS DISTINCT FROM e.data ->> 'rows_sha256'
    """,
}
