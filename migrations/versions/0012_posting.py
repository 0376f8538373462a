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

-- Few journals take another one back: the others need no place in the index.
ALTER TABLE ledger.journal DROP CONSTRAINT uq_journal_reverses_id;
CREATE UNIQUE INDEX uq_journal_reverses_id ON ledger.journal (reverses_id)
    WHERE reverses_id IS NOT NULL;
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

-- A fund's guard is taken where a journal lowers its cash or is part of a grant: by fund, as
-- everywhere. `p_sizes`: how many of the entries each journal has.
CREATE FUNCTION ledger.lock_guards(p_sizes int[], p_debits uuid[], p_credits uuid[],
    p_amounts bigint[]) RETURNS void LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM 1
    FROM ledger.fund_guard g
    WHERE (g.fund_id, g.currency) IN (
        SELECT d.fund_id, d.currency
        FROM (
            SELECT place, size, sum(size) OVER (ORDER BY place) AS last
            FROM unnest(p_sizes) WITH ORDINALITY sizes (size, place)
        ) j
        CROSS JOIN LATERAL generate_series(j.last - j.size + 1, j.last) m
        JOIN ledger.account d ON d.id = p_debits[m]
        JOIN ledger.account c ON c.id = p_credits[m]
        GROUP BY j.place, d.fund_id, d.currency
        HAVING bool_or('grants' IN (d.role, c.role))
            OR sum(p_amounts[m]
                * (ledger.is_cash(d.role)::int - ledger.is_cash(c.role)::int)) < 0
    )
    ORDER BY g.fund_id, g.currency
    FOR UPDATE;
END
$$;

-- Journals that may not be booked: their day, an account or a fund of theirs is closed.
CREATE FUNCTION ledger.refuse_closed(p_new uuid[], p_unbookable uuid[], p_journals uuid[],
    p_debits uuid[], p_credits uuid[]) RETURNS void LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v record;
BEGIN
    SELECT j.idempotency_key AS key, CASE
            WHEN j.id = ANY (p_unbookable) THEN 'LF002'
            WHEN NOT (d.is_open AND c.is_open) THEN 'LF004'
            WHEN NOT f.is_open THEN 'LF005'
        END AS code
    INTO v
    FROM generate_series(1, cardinality(p_journals)) m
    JOIN ledger.journal j ON j.id = p_journals[m]
    JOIN ledger.account d ON d.id = p_debits[m]
    JOIN ledger.account c ON c.id = p_credits[m]
    JOIN ledger.fund f ON f.id = d.fund_id
    WHERE j.id = ANY (p_new)
    ORDER BY code LIMIT 1;
    IF v.code IS NOT NULL THEN
        RAISE EXCEPTION 'journal % is refused', v.key USING ERRCODE = v.code, DETAIL = v.key;
    END IF;
END
$$;

-- The ids of journals of which some were posted before, which must have said the same.
CREATE FUNCTION ledger.posted_before(p_sources varchar[], p_keys varchar[], p_requests bytea[])
RETURNS uuid[] LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_ids uuid[];
    v_other varchar;
BEGIN
    SELECT array_agg(j.id ORDER BY i),
        min(j.idempotency_key) FILTER (WHERE j.request_sha256 <> p_requests[i])
    INTO v_ids, v_other
    FROM generate_series(1, cardinality(p_keys)) i
    JOIN ledger.journal j ON j.source = p_sources[i] AND j.idempotency_key = p_keys[i];
    IF v_other IS NOT NULL THEN
        RAISE EXCEPTION 'journal % says something else', v_other
            USING ERRCODE = 'LF006', DETAIL = v_other;
    END IF;
    RETURN v_ids;
END
$$;

-- Posts journals with their balances and audit events; the ids of all, in the order given, those
-- of journals posted before included. One array a column: `p_sizes` says how many of the entries
-- (debits, credits, amounts) each journal has. The order of locks is that of the whole service:
-- guards by fund, the balance shard, journal keys.
CREATE FUNCTION ledger.post_journals(
    p_actor varchar, p_at timestamptz,
    p_ids uuid[], p_kinds varchar[], p_days date[], p_sources varchar[], p_keys varchar[],
    p_sizes int[], p_debits uuid[], p_credits uuid[], p_amounts bigint[],
    p_event_ids uuid[], p_commits bytea[],
    p_concerns varchar[] DEFAULT NULL, p_reverses uuid[] DEFAULT NULL,
    p_may_move boolean[] DEFAULT NULL
) RETURNS uuid[]
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    v_at text := to_char(p_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"');
    v_actor text := to_json(p_actor);
    v_count int := cardinality(p_ids);
    v_shard int := pg_backend_pid() % 16;
    v_accounts uuid[];
    v_funds uuid[];
    v_currencies varchar[];
    v_debits bigint[];
    v_credits bigint[];
    v_may_lower boolean;
    v_all_open boolean;
    v_closed_before date;
    v_epoch bigint;
    v_days date[] := p_days;
    v_unbookable uuid[];
    v_requests bytea[];
    v_data text[];
    v_leaves bytea[];
    v_entries int := 0;
    v_journals uuid[];
    v_positions int[];
    v_new uuid[];
    v_ids uuid[] := p_ids;
    v_true_day text;
    v_day text;
    v_kind text;
    v_source text;
    v_key text;
    v_concerns text;
    v_reverses text;
    v_lines text;
    v_place int;
BEGIN
    -- Whoever closes a period, a fund or an account waits for running posts; or it is seen here.
    LOCK TABLE ledger.journal IN ROW EXCLUSIVE MODE;

    SELECT array_agg(a.id), array_agg(a.fund_id), array_agg(a.currency),
        bool_or(a.role = 'grants' OR ledger.is_cash(a.role) AND a.id = ANY (p_credits)),
        bool_and(a.is_open AND f.is_open),
        (SELECT max(coalesce(upper(days), 'infinity')) FROM ledger.period WHERE status = 'closed'),
        (SELECT max(epoch) FROM audit.epoch)
    INTO v_accounts, v_funds, v_currencies, v_may_lower, v_all_open, v_closed_before, v_epoch
    FROM ledger.account a JOIN ledger.fund f ON f.id = a.fund_id
    WHERE a.id = ANY (p_debits || p_credits);

    IF v_may_lower THEN
        PERFORM ledger.lock_guards(p_sizes, p_debits, p_credits, p_amounts);
    END IF;

    -- A shard of one's own as long as others hold theirs, so that nobody waits for its rows.
    FOR i IN 1 .. 16 LOOP
        EXIT WHEN pg_try_advisory_xact_lock(1819305828, v_shard);
        v_shard := (v_shard + 1) % 16;
        IF i = 16 THEN
            PERFORM pg_advisory_xact_lock(1819305828, v_shard);
        END IF;
    END LOOP;

    FOR i IN 1 .. v_count LOOP
        IF (p_sources[i] COLLATE "C", p_keys[i] COLLATE "C")
            < (p_sources[i - 1], p_keys[i - 1]) THEN
            RAISE EXCEPTION 'journals come in the order of their sources and keys';
        END IF;
        IF p_days[i] < v_closed_before THEN
            v_days[i] := ledger.booking_day(p_days[i], p_may_move[i]);
            IF v_days[i] IS NULL THEN
                v_days[i] := p_days[i];
                v_unbookable := v_unbookable || p_ids[i];
            END IF;
        END IF;
        IF p_sizes[i] = 0 THEN
            RAISE EXCEPTION 'journal % is empty', p_keys[i] USING ERRCODE = 'LF003';
        END IF;
        v_lines := NULL;
        FOR m IN 1 .. p_sizes[i] LOOP
            v_entries := v_entries + 1;
            IF p_amounts[v_entries] <= 0 THEN
                RAISE EXCEPTION 'an amount of journal % is %', p_keys[i], p_amounts[v_entries]
                    USING ERRCODE = CASE p_amounts[v_entries] WHEN 0 THEN 'LF009' ELSE 'LF010' END;
            END IF;
            v_journals[v_entries] := p_ids[i];
            v_positions[v_entries] := m;
            v_lines := concat(v_lines || ',', format('["%s","%s","%s"]',
                p_debits[v_entries], p_credits[v_entries], p_amounts[v_entries]));
        END LOOP;
        v_true_day := to_char(p_days[i], 'YYYY-MM-DD');
        v_day := to_char(v_days[i], 'YYYY-MM-DD');
        v_kind := to_json(p_kinds[i]);
        v_source := to_json(p_sources[i]);
        v_key := to_json(p_keys[i]);
        v_concerns := coalesce(to_json(p_concerns[i])::text, 'null');
        v_reverses := coalesce('"' || p_reverses[i] || '"', 'null');
        v_requests[i] := sha256(convert_to(format(
            '{"concerns":%s,"effective_on":"%s","kind":%s,"reverses_id":%s,"transfers":[%s]}',
            v_concerns, v_true_day, v_kind, v_reverses, v_lines), 'UTF8'));
        v_data[i] := format('{"effective_on":"%s","key":%s,"kind":%s,"reverses_id":%s,'
            '"rows_sha256":"%s","source":%s}', v_day, v_key, v_kind, v_reverses,
            encode(sha256(convert_to(format('{"actor":%s,"concerns":%s,"effective_on":"%s",'
                '"id":"%s","key":%s,"kind":%s,%s"recorded_at":"%s","request_sha256":"%s",'
                '"reverses_id":%s,"source":%s,"transfers":[%s]}',
                v_actor, v_concerns, v_day, p_ids[i], v_key, v_kind,
                CASE WHEN v_day <> v_true_day THEN '"occurred_on":"' || v_true_day || '",' END,
                v_at, encode(v_requests[i], 'hex'), v_reverses, v_source, v_lines),
                'UTF8')), 'hex'),
            v_source);
        v_leaves[i] := sha256('\\x00'::bytea || convert_to(format('{"actor":%s,"at":"%s","data":%s,'
            '"id":"%s","name":"journal_posted","payload_commit":"%s","subject_id":"%s",'
            '"subject_kind":"journal"}', v_actor, v_at, v_data[i], p_event_ids[i],
            encode(p_commits[i], 'hex'), p_ids[i]), 'UTF8'));
    END LOOP;

    IF NOT p_debits || p_credits <@ coalesce(v_accounts, '{}')
        OR cardinality(p_debits) <> v_entries THEN
        RAISE EXCEPTION 'no such account' USING ERRCODE = 'LF011';
    END IF;

    -- A concurrent post of the same key is waited for here, and then nothing is done.
    INSERT INTO ledger.journal (id, kind, effective_on, occurred_on, recorded_at, source,
        idempotency_key, request_sha256, reverses_id, concerns, actor, shard)
    SELECT p_ids[i], p_kinds[i], v_days[i], p_days[i], p_at, p_sources[i],
        p_keys[i], v_requests[i], p_reverses[i], p_concerns[i], p_actor, v_shard
    FROM generate_series(1, v_count) i
    ON CONFLICT (source, idempotency_key) DO NOTHING;
    GET DIAGNOSTICS v_place = ROW_COUNT;
    IF v_place < v_count THEN
        v_new := ARRAY(SELECT j.id FROM ledger.journal j WHERE j.id = ANY (p_ids));
        v_ids := ledger.posted_before(p_sources, p_keys, v_requests);
    END IF;
    IF v_unbookable IS NOT NULL OR NOT v_all_open THEN
        PERFORM ledger.refuse_closed(
            coalesce(v_new, p_ids), v_unbookable, v_journals, p_debits, p_credits);
    END IF;

    v_debits := array_fill(0::bigint, ARRAY[cardinality(v_accounts)]);
    v_credits := v_debits;
    FOR m IN 1 .. v_entries LOOP
        CONTINUE WHEN v_new IS NOT NULL AND v_journals[m] <> ALL (v_new);
        v_place := array_position(v_accounts, p_debits[m]);
        v_debits[v_place] := v_debits[v_place] + p_amounts[m];
        v_place := array_position(v_accounts, p_credits[m]);
        v_credits[v_place] := v_credits[v_place] + p_amounts[m];
    END LOOP;
    INSERT INTO ledger.transfer (journal_id, position, debit_account_id, credit_account_id,
        fund_id, currency, amount_minor)
    SELECT v_journals[m], v_positions[m], p_debits[m], p_credits[m],
        v_funds[array_position(v_accounts, p_debits[m])],
        v_currencies[array_position(v_accounts, p_debits[m])], p_amounts[m]
    FROM generate_series(1, v_entries) m
    WHERE v_new IS NULL OR v_journals[m] = ANY (v_new);
    INSERT INTO audit.event (id, epoch, name, actor, subject_kind, subject_id, data, at,
        payload_commit, leaf_hash)
    SELECT p_event_ids[i], v_epoch, 'journal_posted', p_actor, 'journal', p_ids[i],
        v_data[i]::jsonb, p_at, p_commits[i], v_leaves[i]
    FROM generate_series(1, v_count) i
    WHERE v_new IS NULL OR p_ids[i] = ANY (v_new);
    INSERT INTO ledger.balance_shard AS s (account_id, shard, debits, credits)
    SELECT v_accounts[a], v_shard, v_debits[a], v_credits[a]
    FROM generate_series(1, cardinality(v_accounts)) a
    WHERE v_debits[a] + v_credits[a] > 0
    ON CONFLICT (account_id, shard) DO UPDATE
        SET debits = s.debits + excluded.debits, credits = s.credits + excluded.credits;
    RETURN v_ids;
END
$$;

REVOKE EXECUTE ON FUNCTION ledger.booking_day, ledger.lock_guards, ledger.refuse_closed,
    ledger.posted_before, ledger.post_journals FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ledger.post_journals TO fund_app;
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
        DROP FUNCTION ledger.post_journals, ledger.booking_day, ledger.lock_guards,
            ledger.refuse_closed, ledger.posted_before;
        DROP INDEX ledger.uq_journal_reverses_id;
        ALTER TABLE ledger.journal
            ADD CONSTRAINT uq_journal_reverses_id UNIQUE (reverses_id),
            DROP COLUMN occurred_on,
            DROP COLUMN shard;
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
