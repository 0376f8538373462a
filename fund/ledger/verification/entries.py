"""What two persons of finance enter: the log's word on who did what, and the entries themselves.

The entries are of a room above this one, so they are read by the names of their columns alone.
"""

# Rule -> a query of (row, detail), empty where the rule holds.
RULES: dict[str, str] = {
    "entry_by_one_person": """
        SELECT format('entry %s', b.subject_id) AS row, CASE
            WHEN p.id IS NULL THEN format('%s booked what nobody proposed', b.actor)
            ELSE format('%s both proposed and booked it', b.actor) END AS detail
        FROM audit.event b
        LEFT JOIN audit.event p ON p.subject_kind = 'entry' AND p.subject_id = b.subject_id
            AND p.name = 'entry_proposed'
        WHERE b.subject_kind = 'entry' AND b.name = 'entry_booked' AND (p.id IS NULL
            OR p.actor = b.actor AND b.data ->> 'kind' NOT IN (
                'bank_charge', 'interest', 'tax_on_fees', 'tax_remitted'))
    """,
    "entry_changed": """
        WITH told AS (
            SELECT p.subject_id AS id, p.data ->> 'kind' AS kind,
                p.data ->> 'effective_on' AS effective_on,
                p.data ->> 'content_sha256' AS said, p.data ->> 'content_sha256' AS content,
                p.data ->> 'paper_id' AS paper_id, p.actor::text AS proposed_by,
                p.at AS proposed_at, coalesce(substr(d.name, 7), 'proposed') AS state,
                d.actor::text AS decided_by, d.at AS decided_at, d.data ->> 'journal_id' AS journal
            FROM audit.event p
            LEFT JOIN audit.event d ON d.subject_kind = 'entry' AND d.subject_id = p.subject_id
                AND d.name IN ('entry_booked', 'entry_declined', 'entry_withdrawn')
            WHERE p.subject_kind = 'entry' AND p.name = 'entry_proposed'
        )
        SELECT format('entry %s', id) AS row, CASE
            WHEN kept IS NULL THEN 'the log tells of it, but it is gone'
            WHEN told IS NULL THEN 'the log does not tell of it'
            ELSE format('it says %s, the log says %s', kept, told) END AS detail
        FROM (
            SELECT id, kind::text, effective_on::text, encode(content_sha256, 'hex'),
                encode(sha256(convert_to(content, 'UTF8')), 'hex'), paper_id::text,
                'staff:' || proposed_by, proposed_at, state::text,
                'staff:' || decided_by, decided_at, journal_id::text
            FROM public.bookkeeping_entry
        ) AS kept
        FULL JOIN told USING (id)
        WHERE kept IS DISTINCT FROM told
    """,
    "journal_without_entry": """
        SELECT format('journal %s', j.id) AS row,
            format('%s of %s, entered by nobody', j.kind, j.effective_on) AS detail
        FROM ledger.journal j
        WHERE j.source = 'bookkeeping' AND j.reverses_id IS NULL AND NOT EXISTS (
            SELECT FROM audit.event e WHERE e.subject_kind = 'entry' AND e.name = 'entry_booked'
                AND e.data ->> 'journal_id' = j.id::text)
    """,
}
