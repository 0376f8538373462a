"""What finance itself entered: two persons, a document, what was approved, and donors' purposes."""

# What was proposed; a row that somebody damaged may hold anything.
_CONTENT = "(CASE WHEN n.content IS JSON THEN n.content::jsonb END)"

# Rule -> a query of (row, detail), empty where the rule holds.
RULES: dict[str, str] = {
    # The row still says what was proposed, and the log tells of it and of its outcome.
    "entry_changed": f"""
        SELECT format('entry %s', n.id) AS row, format('%s %s by %s', n.kind, n.state,
            coalesce(n.decided_by, n.proposed_by)) AS detail
        FROM public.bookkeeping_entry n
        LEFT JOIN audit.event proposed ON proposed.subject_kind = 'entry'
            AND proposed.subject_id = n.id AND proposed.name = 'entry_proposed'
        LEFT JOIN audit.event decided ON decided.subject_kind = 'entry'
            AND decided.subject_id = n.id AND decided.name = 'entry_' || n.state
            AND n.state <> 'proposed'
        WHERE n.content_sha256 <> sha256(convert_to(n.content, 'UTF8'))
            OR (proposed.data ->> 'content_sha256', proposed.data ->> 'kind',
                proposed.data ->> 'effective_on', proposed.actor, proposed.at)
                IS DISTINCT FROM (encode(n.content_sha256, 'hex'), n.kind::text,
                n.effective_on::text, 'staff:' || n.proposed_by, n.proposed_at)
            OR ({_CONTENT} ->> 'kind', {_CONTENT} ->> 'effective_on',
                {_CONTENT} ->> 'reason')
                IS DISTINCT FROM (n.kind::text, n.effective_on::text, n.reason::text)
            OR {_CONTENT} ->> 'paper_sha256' IS DISTINCT FROM (
                SELECT encode(p.content_sha256, 'hex') FROM public.entry_paper p
                WHERE p.id = n.paper_id)
            OR n.state <> 'proposed' AND (decided.data ->> 'content_sha256', decided.actor,
                decided.at) IS DISTINCT FROM (encode(n.content_sha256, 'hex'),
                'staff:' || n.decided_by, n.decided_at)
            OR n.state = 'booked'
                AND decided.data ->> 'journal_id' IS DISTINCT FROM n.journal_id::text
    """,
    "entry_missing": """
        SELECT format('entry %s', e.subject_id) AS row,
            'the log tells of it, but it is gone' AS detail
        FROM audit.event e
        WHERE e.subject_kind = 'entry' AND e.name = 'entry_proposed'
            AND NOT EXISTS (SELECT FROM public.bookkeeping_entry n WHERE n.id = e.subject_id)
    """,
    "entry_by_one_person": """
        SELECT format('entry %s', n.id) AS row, format('%s booked by %s, who proposed it', n.kind,
            n.decided_by) AS detail
        FROM public.bookkeeping_entry n
        WHERE n.state IN ('booked', 'declined') AND n.decided_by = n.proposed_by
            AND NOT (n.state = 'booked'
                AND n.kind IN ('bank_charge', 'interest', 'tax_on_fees', 'tax_remitted'))
        UNION ALL
        SELECT format('entry %s', b.subject_id), CASE
            WHEN p.id IS NULL THEN format('%s booked what nobody proposed', b.actor)
            ELSE format('in the log, %s both proposed and booked it', b.actor) END
        FROM audit.event b
        LEFT JOIN audit.event p ON p.subject_kind = 'entry' AND p.subject_id = b.subject_id
            AND p.name = 'entry_proposed'
        WHERE b.subject_kind = 'entry' AND b.name = 'entry_booked' AND (p.id IS NULL
            OR p.actor = b.actor AND b.data ->> 'kind' NOT IN (
                'bank_charge', 'interest', 'tax_on_fees', 'tax_remitted'))
    """,
    "journal_without_entry": """
        SELECT format('journal %s', j.id) AS row,
            format('%s of %s, entered by nobody', j.kind, j.effective_on) AS detail
        FROM ledger.journal j
        WHERE (j.source = 'bookkeeping' OR j.kind = 'reversal') AND NOT EXISTS (
            SELECT FROM audit.event e WHERE e.subject_kind = 'entry' AND e.name = 'entry_booked'
                AND e.data ->> 'journal_id' = j.id::text)
    """,
    "entry_without_paper": f"""
        SELECT format('entry %s', n.id) AS row, format('%s booked without its paper', n.kind)
            AS detail
        FROM public.bookkeeping_entry n
        LEFT JOIN public.entry_paper p ON p.id = n.paper_id
        WHERE n.state = 'booked' AND coalesce(p.state, '') <> 'stored'
            AND NOT (n.paper_id IS NULL AND n.kind IN ('reversal', 'transfer', 'award_freeing'))
            AND NOT (n.paper_id IS NULL AND n.kind IN ('bank_charge', 'interest') AND EXISTS (
                SELECT FROM public.bank_line l
                WHERE l.id::text = {_CONTENT} #>> '{{plan,bank_line_id}}'
                    AND l.booked_on = n.effective_on
                    AND abs(l.amount_minor)::text = {_CONTENT} #>> '{{plan,amount_minor}}'))
    """,
    "entry_books_something_else": f"""
        SELECT format('entry %s', n.id) AS row, format('journal %s is not what was approved',
            n.journal_id) AS detail
        FROM public.bookkeeping_entry n
        LEFT JOIN ledger.journal j ON j.id = n.journal_id
        WHERE n.state = 'booked' AND {_CONTENT} -> 'journal' <> 'null'
            AND ({_CONTENT} #>> '{{journal,kind}}',
                {_CONTENT} #>> '{{journal,reverses_id}}', n.effective_on,
                {_CONTENT} #> '{{journal,transfers}}')
            IS DISTINCT FROM (j.kind::text, j.reverses_id::text, j.occurred_on, (
                SELECT jsonb_agg(jsonb_build_array(t.debit_account_id, t.credit_account_id,
                    t.amount_minor::text) ORDER BY t.position)
                FROM ledger.transfer t WHERE t.journal_id = j.id))
    """,
    # Money that donors gave for a purpose went to a fund of that purpose or nowhere.
    "restriction_broken": """
        SELECT format('journal %s', j.id) AS row, format('%s of %s for %s went to %s',
            given.amount_minor, giver.code, giver.purpose, taker.code) AS detail
        FROM ledger.journal j
        JOIN ledger.transfer given ON given.journal_id = j.id
        JOIN ledger.account d ON d.id = given.debit_account_id AND d.role = 'transfers_out'
        JOIN ledger.fund giver ON giver.id = d.fund_id AND giver.restriction = 'purpose'
        JOIN ledger.transfer taken ON taken.journal_id = j.id
        JOIN ledger.account c ON c.id = taken.credit_account_id AND c.role = 'transfers_in'
        JOIN ledger.fund taker ON taker.id = c.fund_id
        WHERE j.kind = 'transfer_between_funds' AND taker.purpose IS DISTINCT FROM giver.purpose
    """,
}
