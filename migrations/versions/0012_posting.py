"""Posting hashes in the database, books late facts on an open day, and names every refusal."""

from importlib import import_module

from alembic import op

revision = "0012"
down_revision = "0011"

# `shard` says to which of the account's sixteen rows a journal's amounts were added, so that each
# can be added up again exactly. What was booked before moves to shard 0, where it then stands.
COLUMNS = """
ALTER TABLE ledger.journal DISABLE TRIGGER refuse_change;
ALTER TABLE ledger.journal
    ADD COLUMN occurred_on date,
    ADD COLUMN shard smallint NOT NULL DEFAULT 0,
    ADD CONSTRAINT ck_journal_shard CHECK (shard BETWEEN 0 AND 15);
UPDATE ledger.journal SET occurred_on = effective_on;
ALTER TABLE ledger.journal
    ALTER COLUMN occurred_on SET NOT NULL,
    ALTER COLUMN shard DROP DEFAULT,
    ADD CONSTRAINT ck_journal_days CHECK (occurred_on <= effective_on);
ALTER TABLE ledger.journal ENABLE TRIGGER refuse_change;

CREATE TEMPORARY TABLE totals ON COMMIT DROP AS
    SELECT account_id, sum(debits) AS debits, sum(credits) AS credits
    FROM ledger.balance_shard GROUP BY account_id;
DELETE FROM ledger.balance_shard;
INSERT INTO ledger.balance_shard SELECT account_id, 0, debits, credits FROM totals;

ALTER TABLE ledger.transfer
    ADD CONSTRAINT ck_transfer_amount_zero CHECK (amount_minor <> 0),
    ADD CONSTRAINT ck_transfer_amount_negative CHECK (amount_minor >= 0),
    DROP CONSTRAINT ck_transfer_amount;
"""

POSTING = """
-- The day on which a fact of `p_day` is booked: that day, or if its period is closed and the fact
-- may move, the first open day after it. Null if there is none.
CREATE FUNCTION ledger.booking_day(p_day date, p_may_move boolean) RETURNS date
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT min(candidates.day)
    FROM (
        SELECT p_day
        UNION ALL
        SELECT upper(days) FROM ledger.period
        WHERE p_may_move AND status = 'closed' AND upper(days) > p_day
    ) candidates (day)
    WHERE NOT EXISTS (
        SELECT FROM ledger.period t WHERE t.status = 'closed' AND t.days @> candidates.day)
$$;

-- Posts journals with their balances and audit events; the ids of all, in the order given, those
-- of journals posted before included. The order of locks is that of the whole service: guards by
-- fund, journal keys, balance shards by account.
CREATE FUNCTION ledger.post_journals(p jsonb, p_actor varchar, p_at timestamptz) RETURNS uuid[]
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_at text := to_char(p_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"');
    v_shard smallint := pg_backend_pid() % 16;
    v_fault record;
    v_ids uuid[];
BEGIN
    -- 1. Whoever closes a period, a fund or an account waits for running posts; or we see it here.
    LOCK TABLE ledger.journal IN ROW EXCLUSIVE MODE;

    -- 2. What lowers a fund's cash, or is part of a grant, waits its turn at the fund's guard.
    PERFORM 1
    FROM ledger.fund_guard g
    WHERE (g.fund_id, g.currency) IN (
        SELECT d.fund_id, d.currency
        FROM ROWS FROM (jsonb_to_recordset(p) AS (transfers jsonb)) WITH ORDINALITY
            j (transfers, place)
        CROSS JOIN jsonb_array_elements(j.transfers) e
        JOIN ledger.account d ON d.id = (e ->> 0)::uuid
        JOIN ledger.account c ON c.id = (e ->> 1)::uuid
        GROUP BY j.place, d.fund_id, d.currency
        HAVING bool_or('grants' IN (d.role, c.role))
            OR sum((e ->> 2)::bigint
                * (ledger.is_cash(d.role)::int - ledger.is_cash(c.role)::int)) < 0
    )
    ORDER BY g.fund_id, g.currency
    FOR UPDATE;

    -- 3. A concurrent post of the same key is waited for here, and then nothing is done.
    WITH given AS MATERIALIZED (
        SELECT g.*, ledger.booking_day(g.occurred_on, g.may_move) AS effective_on
        FROM ROWS FROM (jsonb_to_recordset(p) AS (
            id uuid, kind varchar, occurred_on date, may_move boolean, source varchar,
            key varchar, reverses_id uuid, concerns varchar, transfers jsonb,
            event_id uuid, payload_commit bytea
        )) WITH ORDINALITY g (id, kind, occurred_on, may_move, source, key, reverses_id,
            concerns, transfers, event_id, payload_commit, place)
    ), entry AS MATERIALIZED (
        SELECT g.place, e.position, (e.line ->> 0)::uuid AS debit, (e.line ->> 1)::uuid AS credit,
            (e.line ->> 2)::bigint AS amount
        FROM given g CROSS JOIN jsonb_array_elements(g.transfers) WITH ORDINALITY e (line, position)
    ), hashed AS MATERIALIZED (
        SELECT g.*, e.lines, sha256(convert_to(
            '{"concerns":' || coalesce(to_json(g.concerns)::text, 'null')
            || ',"effective_on":"' || to_char(g.occurred_on, 'YYYY-MM-DD')
            || '","kind":' || to_json(g.kind)
            || ',"reverses_id":' || coalesce('"' || g.reverses_id || '"', 'null')
            || ',"transfers":[' || coalesce(e.lines, '') || ']}', 'UTF8')) AS request_sha256
        FROM given g
        LEFT JOIN (
            SELECT place, string_agg('["' || debit || '","' || credit || '","' || amount || '"]',
                ',' ORDER BY position) AS lines
            FROM entry GROUP BY place
        ) e USING (place)
    ), posted AS (
        INSERT INTO ledger.journal (id, kind, effective_on, occurred_on, recorded_at, source,
            idempotency_key, request_sha256, reverses_id, concerns, actor, shard)
        SELECT id, kind, coalesce(effective_on, occurred_on), occurred_on, p_at, source,
            key, request_sha256, reverses_id, concerns, p_actor, v_shard
        FROM hashed ORDER BY source, key
        ON CONFLICT (source, idempotency_key) DO NOTHING
        RETURNING id
    ), moved AS (
        INSERT INTO ledger.transfer (journal_id, position, debit_account_id, credit_account_id,
            fund_id, currency, amount_minor)
        SELECT g.id, e.position, e.debit, e.credit, a.fund_id, a.currency, e.amount
        FROM posted
        JOIN given g USING (id)
        JOIN entry e USING (place)
        LEFT JOIN ledger.account a ON a.id = e.debit
        RETURNING debit_account_id, credit_account_id, amount_minor
    ), added AS (
        INSERT INTO ledger.balance_shard AS s (account_id, shard, debits, credits)
        SELECT account_id, v_shard, sum(debit), sum(credit)
        FROM (
            SELECT debit_account_id, amount_minor, 0 FROM moved
            UNION ALL
            SELECT credit_account_id, 0, amount_minor FROM moved
        ) AS sides (account_id, debit, credit)
        GROUP BY account_id ORDER BY account_id
        ON CONFLICT (account_id, shard) DO UPDATE
            SET debits = s.debits + excluded.debits, credits = s.credits + excluded.credits
    ), told AS (
        INSERT INTO audit.event (id, name, actor, subject_kind, subject_id, data, at,
            payload_commit, leaf_hash)
        SELECT d.event_id, 'journal_posted', p_actor, 'journal', d.id, d.data::jsonb, p_at,
            d.payload_commit, sha256('\\x00'::bytea || convert_to(
                '{"actor":' || to_json(p_actor)
                || ',"at":"' || v_at
                || '","data":' || d.data
                || ',"id":"' || d.event_id
                || '","name":"journal_posted","payload_commit":"'
                || encode(d.payload_commit, 'hex')
                || '","subject_id":"' || d.id
                || '","subject_kind":"journal"}', 'UTF8'))
        FROM (
            SELECT h.id, h.event_id, h.payload_commit,
                '{"effective_on":"' || to_char(h.effective_on, 'YYYY-MM-DD')
                || '","key":' || to_json(h.key)
                || ',"kind":' || to_json(h.kind)
                || ',"reverses_id":' || coalesce('"' || h.reverses_id || '"', 'null')
                || ',"rows_sha256":"' || encode(sha256(convert_to(
                    '{"actor":' || to_json(p_actor)
                    || ',"concerns":' || coalesce(to_json(h.concerns)::text, 'null')
                    || ',"effective_on":"' || to_char(h.effective_on, 'YYYY-MM-DD')
                    || '","id":"' || h.id
                    || '","key":' || to_json(h.key)
                    || ',"kind":' || to_json(h.kind)
                    || CASE WHEN h.occurred_on <> h.effective_on
                        THEN ',"occurred_on":"' || to_char(h.occurred_on, 'YYYY-MM-DD') || '"'
                        ELSE '' END
                    || ',"recorded_at":"' || v_at
                    || '","request_sha256":"' || encode(h.request_sha256, 'hex')
                    || '","reverses_id":' || coalesce('"' || h.reverses_id || '"', 'null')
                    || ',"source":' || to_json(h.source)
                    || ',"transfers":[' || h.lines || ']}', 'UTF8')), 'hex')
                || '","source":' || to_json(h.source) || '}' AS data
            FROM posted JOIN hashed h USING (id)
            WHERE h.effective_on IS NOT NULL AND h.lines IS NOT NULL
        ) d
    )
    SELECT h.key, CASE
            WHEN h.effective_on IS NULL THEN 'LF002'
            WHEN h.lines IS NULL THEN 'LF003'
            WHEN NOT (d.is_open AND c.is_open) THEN 'LF004'
            WHEN NOT f.is_open THEN 'LF005'
        END AS code
    INTO v_fault
    FROM posted
    JOIN hashed h USING (id)
    LEFT JOIN entry e USING (place)
    LEFT JOIN ledger.account d ON d.id = e.debit
    LEFT JOIN ledger.account c ON c.id = e.credit
    LEFT JOIN ledger.fund f ON f.id = d.fund_id
    ORDER BY code LIMIT 1;

    -- 4. What was posted before must have said the same.
    IF v_fault.code IS NULL THEN
        SELECT j.idempotency_key AS key, 'LF006' AS code
        INTO v_fault
        FROM ROWS FROM (jsonb_to_recordset(p) AS (kind varchar, occurred_on date, source varchar,
            key varchar, reverses_id uuid, concerns varchar, transfers jsonb)) g
        JOIN ledger.journal j ON j.source = g.source AND j.idempotency_key = g.key
        WHERE j.request_sha256 <> sha256(convert_to(
            '{"concerns":' || coalesce(to_json(g.concerns)::text, 'null')
            || ',"effective_on":"' || to_char(g.occurred_on, 'YYYY-MM-DD')
            || '","kind":' || to_json(g.kind)
            || ',"reverses_id":' || coalesce('"' || g.reverses_id || '"', 'null')
            || ',"transfers":[' || coalesce((
                SELECT string_agg('["' || (e ->> 0)::uuid || '","' || (e ->> 1)::uuid || '","'
                    || (e ->> 2)::bigint || '"]', ',' ORDER BY position)
                FROM jsonb_array_elements(g.transfers) WITH ORDINALITY t (e, position)), '')
            || ']}', 'UTF8'))
        LIMIT 1;
    END IF;
    IF v_fault.code IS NOT NULL THEN
        RAISE EXCEPTION 'journal % is refused', v_fault.key
            USING ERRCODE = v_fault.code, DETAIL = v_fault.key;
    END IF;

    SELECT array_agg(j.id ORDER BY g.place) INTO v_ids
    FROM jsonb_array_elements(p) WITH ORDINALITY g (journal, place)
    JOIN ledger.journal j ON j.source = g.journal ->> 'source'
        AND j.idempotency_key = g.journal ->> 'key';
    RETURN v_ids;
END
$$;
REVOKE EXECUTE ON FUNCTION ledger.booking_day, ledger.post_journals FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ledger.booking_day, ledger.post_journals TO fund_app;
"""


def upgrade() -> None:
    _run(COLUMNS)
    _run(
        """
        DROP FUNCTION ledger.post_journals;
        DROP TYPE ledger.journal_to_post, ledger.entry_to_post;
        """
    )
    _run(POSTING)


def downgrade() -> None:
    _run(
        """
        DROP FUNCTION ledger.post_journals, ledger.booking_day;
        ALTER TABLE ledger.transfer
            ADD CONSTRAINT ck_transfer_amount CHECK (amount_minor > 0),
            DROP CONSTRAINT ck_transfer_amount_zero,
            DROP CONSTRAINT ck_transfer_amount_negative;
        ALTER TABLE ledger.journal DROP COLUMN occurred_on, DROP COLUMN shard;
        """
    )
    before = import_module("migrations.versions.0003_ledger")
    _run(before.POSTING)
    _run(
        """
        REVOKE EXECUTE ON FUNCTION ledger.post_journals FROM PUBLIC;
        GRANT EXECUTE ON FUNCTION ledger.post_journals TO fund_app;
        """
    )


def _run(script: str) -> None:
    op.get_bind().connection.driver_connection.execute(script)
