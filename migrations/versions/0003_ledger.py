"""Tables of fund/ledger, and the only functions that write them."""

from alembic import op

revision = "0003"
down_revision = "0002"

TABLES = """
CREATE TABLE ledger.office (
    id uuid CONSTRAINT pk_office PRIMARY KEY,
    code varchar NOT NULL CONSTRAINT uq_office_code UNIQUE,
    legal_name varchar NOT NULL,
    country varchar NOT NULL,
    currency varchar NOT NULL,
    timezone varchar NOT NULL,
    address varchar NOT NULL,
    tax_ids jsonb NOT NULL,
    stripe_account_id varchar CONSTRAINT uq_office_stripe_account_id UNIQUE,
    methods varchar[] NOT NULL,
    receipt_kind varchar NOT NULL,
    receipt_prefix varchar NOT NULL CONSTRAINT uq_office_receipt_prefix UNIQUE,
    opened_at timestamptz NOT NULL
);

CREATE TABLE ledger.fund (
    id uuid CONSTRAINT pk_fund PRIMARY KEY,
    code varchar NOT NULL CONSTRAINT uq_fund_code UNIQUE,
    name_en varchar NOT NULL,
    name_th varchar NOT NULL,
    restriction varchar NOT NULL,
    purpose varchar,
    gift_cap_minor bigint,
    is_open boolean NOT NULL DEFAULT true,
    opened_at timestamptz NOT NULL,
    CONSTRAINT ck_fund_restriction CHECK (restriction IN ('none', 'purpose')),
    CONSTRAINT ck_fund_purpose_value CHECK (purpose IN ('education', 'vocational')),
    CONSTRAINT ck_fund_purpose CHECK ((restriction = 'purpose') = (purpose IS NOT NULL)),
    CONSTRAINT ck_fund_gift_cap CHECK (gift_cap_minor > 0)
);

CREATE TABLE ledger.account (
    id uuid CONSTRAINT pk_account PRIMARY KEY,
    code varchar NOT NULL CONSTRAINT uq_account_code UNIQUE,
    fund_id uuid NOT NULL CONSTRAINT fk_account_fund_id REFERENCES ledger.fund,
    office_id uuid CONSTRAINT fk_account_office_id REFERENCES ledger.office,
    currency varchar NOT NULL,
    role varchar NOT NULL,
    normal_side varchar NOT NULL,
    is_open boolean NOT NULL DEFAULT true,
    CONSTRAINT uq_account_id_fund_id_currency UNIQUE (id, fund_id, currency),
    CONSTRAINT uq_account_fund_id_office_id_currency_role
        UNIQUE NULLS NOT DISTINCT (fund_id, office_id, currency, role),
    CONSTRAINT ck_account_role CHECK (role IN (
        'bank', 'stripe_pending', 'stripe_available', 'payout_in_transit',
        'disbursement_in_transit', 'dispute_receivable', 'contributions', 'interest',
        'transfers_in', 'opening_balances', 'fx_position', 'processing_fees', 'refunds',
        'dispute_losses', 'grants', 'bank_charges', 'transfers_out')),
    CONSTRAINT ck_account_held_at_office CHECK ((office_id IS NOT NULL) = (role IN (
        'bank', 'stripe_pending', 'stripe_available', 'payout_in_transit',
        'disbursement_in_transit', 'dispute_receivable'))),
    CONSTRAINT ck_account_normal_side CHECK ((normal_side = 'debit') = (role IN (
        'bank', 'stripe_pending', 'stripe_available', 'payout_in_transit',
        'dispute_receivable', 'processing_fees', 'refunds', 'dispute_losses', 'grants',
        'bank_charges', 'transfers_out')))
);

CREATE TABLE ledger.journal (
    id uuid CONSTRAINT pk_journal PRIMARY KEY,
    kind varchar NOT NULL,
    effective_on date NOT NULL,
    recorded_at timestamptz NOT NULL,
    source varchar NOT NULL,
    idempotency_key varchar NOT NULL,
    request_sha256 bytea NOT NULL,
    reverses_id uuid CONSTRAINT uq_journal_reverses_id UNIQUE
        CONSTRAINT fk_journal_reverses_id REFERENCES ledger.journal,
    concerns varchar,
    actor varchar NOT NULL,
    CONSTRAINT uq_journal_source_idempotency_key UNIQUE (source, idempotency_key)
);
CREATE INDEX ix_journal_effective_on ON ledger.journal (effective_on);
CREATE INDEX ix_journal_source_concerns ON ledger.journal (source, concerns)
    WHERE concerns IS NOT NULL;

-- Balanced by construction: both accounts are of the transfer's own fund and currency.
CREATE TABLE ledger.transfer (
    journal_id uuid NOT NULL CONSTRAINT fk_transfer_journal_id REFERENCES ledger.journal,
    position smallint NOT NULL,
    debit_account_id uuid NOT NULL,
    credit_account_id uuid NOT NULL,
    fund_id uuid NOT NULL,
    currency varchar NOT NULL,
    amount_minor bigint NOT NULL,
    CONSTRAINT pk_transfer PRIMARY KEY (journal_id, position),
    CONSTRAINT fk_transfer_debit_account_id_fund_id_currency
        FOREIGN KEY (debit_account_id, fund_id, currency)
        REFERENCES ledger.account (id, fund_id, currency),
    CONSTRAINT fk_transfer_credit_account_id_fund_id_currency
        FOREIGN KEY (credit_account_id, fund_id, currency)
        REFERENCES ledger.account (id, fund_id, currency),
    CONSTRAINT ck_transfer_amount CHECK (amount_minor > 0),
    CONSTRAINT ck_transfer_accounts CHECK (debit_account_id <> credit_account_id)
);

CREATE TABLE ledger.balance_shard (
    account_id uuid NOT NULL CONSTRAINT fk_balance_shard_account_id REFERENCES ledger.account,
    shard smallint NOT NULL,
    debits bigint NOT NULL,
    credits bigint NOT NULL,
    CONSTRAINT pk_balance_shard PRIMARY KEY (account_id, shard),
    CONSTRAINT ck_balance_shard_shard CHECK (shard BETWEEN 0 AND 15),
    CONSTRAINT ck_balance_shard_totals CHECK (debits >= 0 AND credits >= 0)
) WITH (fillfactor = 50);

CREATE TABLE ledger.fund_guard (
    fund_id uuid NOT NULL CONSTRAINT fk_fund_guard_fund_id REFERENCES ledger.fund,
    currency varchar NOT NULL,
    reserved bigint NOT NULL DEFAULT 0,
    CONSTRAINT pk_fund_guard PRIMARY KEY (fund_id, currency),
    CONSTRAINT ck_fund_guard_reserved CHECK (reserved >= 0)
) WITH (fillfactor = 50);

CREATE TABLE ledger.commitment (
    id uuid CONSTRAINT pk_commitment PRIMARY KEY,
    award_id uuid NOT NULL CONSTRAINT uq_commitment_award_id UNIQUE,
    fund_id uuid NOT NULL,
    currency varchar NOT NULL,
    recorded_at timestamptz NOT NULL,
    actor varchar NOT NULL,
    CONSTRAINT fk_commitment_fund_id_currency FOREIGN KEY (fund_id, currency)
        REFERENCES ledger.fund_guard (fund_id, currency)
);
CREATE INDEX ix_commitment_fund_id_currency ON ledger.commitment (fund_id, currency);

CREATE TABLE ledger.commitment_event (
    id uuid CONSTRAINT pk_commitment_event PRIMARY KEY DEFAULT uuidv7(),
    commitment_id uuid NOT NULL
        CONSTRAINT fk_commitment_event_commitment_id REFERENCES ledger.commitment,
    kind varchar NOT NULL,
    amount_minor bigint NOT NULL,
    cause varchar NOT NULL,
    recorded_at timestamptz NOT NULL,
    actor varchar NOT NULL,
    CONSTRAINT ck_commitment_event_kind CHECK (kind IN ('reserve', 'liquidate', 'free')),
    CONSTRAINT ck_commitment_event_amount CHECK (amount_minor > 0)
);
CREATE UNIQUE INDEX uq_commitment_event_cause
    ON ledger.commitment_event (commitment_id, kind, cause) WHERE kind <> 'free';

CREATE TABLE ledger.period (
    id uuid CONSTRAINT pk_period PRIMARY KEY,
    days daterange NOT NULL,
    status varchar NOT NULL,
    CONSTRAINT ex_period_days EXCLUDE USING gist (days WITH &&),
    CONSTRAINT ck_period_status CHECK (status IN ('open', 'closing', 'closed'))
);
"""

# Not even the owner changes what is booked; a correction is a journal of its own.
APPEND_ONLY = """
CREATE FUNCTION ledger.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% on %.% is refused: what is booked stays',
        TG_OP, TG_TABLE_SCHEMA, TG_TABLE_NAME USING ERRCODE = 'LF001';
END
$$;
"""
BOOKED = ("journal", "transfer", "commitment", "commitment_event")

CHART = """
-- Every fund has its own accounts, and for each office those in that office's currency.
CREATE FUNCTION ledger.open_accounts() RETURNS void LANGUAGE sql
SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    INSERT INTO ledger.fund_guard (fund_id, currency)
    SELECT f.id, c.currency
    FROM ledger.fund f
    CROSS JOIN (SELECT 'THB' UNION SELECT currency FROM ledger.office) c (currency)
    ON CONFLICT DO NOTHING;

    WITH chart (role, normal_side, is_held) AS (VALUES
        ('bank', 'debit', true),
        ('stripe_pending', 'debit', true),
        ('stripe_available', 'debit', true),
        ('payout_in_transit', 'debit', true),
        ('disbursement_in_transit', 'credit', true),
        ('dispute_receivable', 'debit', true),
        ('contributions', 'credit', false),
        ('interest', 'credit', false),
        ('transfers_in', 'credit', false),
        ('opening_balances', 'credit', false),
        ('fx_position', 'credit', false),
        ('processing_fees', 'debit', false),
        ('refunds', 'debit', false),
        ('dispute_losses', 'debit', false),
        ('grants', 'debit', false),
        ('bank_charges', 'debit', false),
        ('transfers_out', 'debit', false)
    ), places (office_id, office_code, currency) AS (
        SELECT id, code, currency FROM ledger.office
    )
    INSERT INTO ledger.account (id, code, fund_id, office_id, currency, role, normal_side)
    SELECT uuidv7(), concat_ws(':', f.code, p.office_code, p.currency, c.role),
        f.id, p.office_id, p.currency, c.role, c.normal_side
    FROM ledger.fund f
    CROSS JOIN chart c
    JOIN (
        SELECT office_id, office_code, currency, true FROM places
        UNION ALL
        SELECT NULL, NULL, currency, false
        FROM (SELECT 'THB' UNION SELECT currency FROM places) currencies (currency)
    ) p (office_id, office_code, currency, is_held) USING (is_held)
    ON CONFLICT DO NOTHING;
$$;

CREATE FUNCTION ledger.open_office(p jsonb) RETURNS void LANGUAGE sql
SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    INSERT INTO ledger.office SELECT (jsonb_populate_record(NULL::ledger.office, p)).*;
    SELECT ledger.open_accounts();
$$;

CREATE FUNCTION ledger.open_fund(p jsonb) RETURNS void LANGUAGE sql
SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    INSERT INTO ledger.fund
    SELECT (jsonb_populate_record(NULL::ledger.fund, p || '{"is_open": true}')).*;
    SELECT ledger.open_accounts();
$$;
"""

POSTING = """
CREATE TYPE ledger.journal_to_post AS (
    id uuid, kind varchar, effective_on date, recorded_at timestamptz, source varchar,
    idempotency_key varchar, request_sha256 bytea, reverses_id uuid, concerns varchar,
    actor varchar, transfers jsonb, event jsonb
);
CREATE TYPE ledger.entry_to_post AS (debit uuid, credit uuid, amount bigint);

-- Posts journals with their balances and audit events; the ids of all, in the order given, those
-- of journals posted before included. The order of locks is that of the whole service: guards by
-- fund, journal keys, balance shards by account.
CREATE FUNCTION ledger.post_journals(p jsonb) RETURNS uuid[] LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_fault record;
    v_ids uuid[];
BEGIN
    -- 1. What lowers a fund's cash, or is part of a grant, waits its turn at the fund's guard.
    PERFORM 1
    FROM ledger.fund_guard g
    WHERE (g.fund_id, g.currency) IN (
        SELECT d.fund_id, d.currency
        FROM jsonb_populate_recordset(NULL::ledger.journal_to_post, p) j
        CROSS JOIN jsonb_populate_recordset(NULL::ledger.entry_to_post, j.transfers) e
        JOIN ledger.account d ON d.id = e.debit
        JOIN ledger.account c ON c.id = e.credit
        GROUP BY j.id, d.fund_id, d.currency
        HAVING bool_or('grants' IN (d.role, c.role))
            OR sum(e.amount * (ledger.is_cash(d.role)::int - ledger.is_cash(c.role)::int)) < 0
    )
    ORDER BY g.fund_id, g.currency
    FOR UPDATE;

    -- 2. A concurrent post of the same key is waited for here, and then nothing is done.
    WITH given AS MATERIALIZED (
        SELECT * FROM jsonb_populate_recordset(NULL::ledger.journal_to_post, p)
    ), posted AS (
        INSERT INTO ledger.journal (id, kind, effective_on, recorded_at, source,
            idempotency_key, request_sha256, reverses_id, concerns, actor)
        SELECT id, kind, effective_on, recorded_at, source,
            idempotency_key, request_sha256, reverses_id, concerns, actor
        FROM given ORDER BY source, idempotency_key
        ON CONFLICT (source, idempotency_key) DO NOTHING
        RETURNING id
    ), moved AS (
        INSERT INTO ledger.transfer (journal_id, position, debit_account_id, credit_account_id,
            fund_id, currency, amount_minor)
        SELECT g.id, e.position, e.debit, e.credit, a.fund_id, a.currency, e.amount
        FROM posted
        JOIN given g USING (id)
        CROSS JOIN ROWS FROM (
            jsonb_to_recordset(g.transfers) AS (debit uuid, credit uuid, amount bigint)
        ) WITH ORDINALITY e (debit, credit, amount, position)
        LEFT JOIN ledger.account a ON a.id = e.debit
        RETURNING debit_account_id, credit_account_id, amount_minor
    ), told AS (
        INSERT INTO audit.event (id, name, actor, subject_kind, subject_id, data, at,
            payload_commit, leaf_hash)
        SELECT e.id, e.name, e.actor, e.subject_kind, e.subject_id, e.data, e.at,
            e.payload_commit, e.leaf_hash
        FROM posted
        JOIN given g USING (id)
        CROSS JOIN jsonb_populate_record(NULL::audit.event, g.event) e
    )
    INSERT INTO ledger.balance_shard AS s (account_id, shard, debits, credits)
    SELECT account_id, pg_backend_pid() % 16, sum(debit), sum(credit)
    FROM (
        SELECT debit_account_id, amount_minor, 0 FROM moved
        UNION ALL
        SELECT credit_account_id, 0, amount_minor FROM moved
    ) AS sides (account_id, debit, credit)
    GROUP BY account_id ORDER BY account_id
    ON CONFLICT (account_id, shard) DO UPDATE
        SET debits = s.debits + excluded.debits, credits = s.credits + excluded.credits;

    -- 3. Looked at after the insert, so that whoever closes a period, a fund or an account and
    -- first waits for running inserts cannot be overtaken.
    SELECT j.idempotency_key, CASE
            WHEN j.id = g.id AND EXISTS (
                SELECT 1 FROM ledger.period t
                WHERE t.status = 'closed' AND t.days @> g.effective_on) THEN 'LF002'
            WHEN j.id = g.id AND NOT EXISTS (
                SELECT 1 FROM ledger.transfer t WHERE t.journal_id = g.id) THEN 'LF003'
            WHEN j.id = g.id AND EXISTS (
                SELECT 1 FROM ledger.transfer t
                JOIN ledger.account a ON a.id IN (t.debit_account_id, t.credit_account_id)
                WHERE t.journal_id = g.id AND NOT a.is_open) THEN 'LF004'
            WHEN j.id = g.id AND EXISTS (
                SELECT 1 FROM ledger.transfer t JOIN ledger.fund f ON f.id = t.fund_id
                WHERE t.journal_id = g.id AND NOT f.is_open) THEN 'LF005'
            WHEN j.request_sha256 <> g.request_sha256 THEN 'LF006'
        END AS code
    INTO v_fault
    FROM jsonb_populate_recordset(NULL::ledger.journal_to_post, p) g
    JOIN ledger.journal j USING (source, idempotency_key)
    ORDER BY code LIMIT 1;
    IF v_fault.code IS NOT NULL THEN
        RAISE EXCEPTION 'journal % is refused', v_fault.idempotency_key
            USING ERRCODE = v_fault.code, DETAIL = v_fault.idempotency_key;
    END IF;

    SELECT array_agg(j.id ORDER BY g.place) INTO v_ids
    FROM jsonb_array_elements(p) WITH ORDINALITY g (journal, place)
    JOIN ledger.journal j ON j.source = g.journal ->> 'source'
        AND j.idempotency_key = g.journal ->> 'idempotency_key';
    RETURN v_ids;
END
$$;
"""

POSITION = """
CREATE FUNCTION ledger.is_cash(role varchar) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
    SELECT role IN ('bank', 'stripe_pending', 'stripe_available', 'payout_in_transit',
        'disbursement_in_transit')
$$;

-- What a fund holds in a currency. `reserve`: charges from `young_since` on that were not yet
-- refunded. Available for awards is cash - reserved - reserve.
CREATE FUNCTION ledger.fund_position(p_fund uuid, p_currency varchar, p_young_since date)
RETURNS TABLE (cash bigint, reserved bigint, reserve bigint) LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp AS $$
    SELECT
        (SELECT coalesce(sum(s.debits - s.credits), 0)::bigint
         FROM ledger.account a JOIN ledger.balance_shard s ON s.account_id = a.id
         WHERE a.fund_id = p_fund AND a.currency = p_currency AND ledger.is_cash(a.role)),
        (SELECT g.reserved FROM ledger.fund_guard g
         WHERE g.fund_id = p_fund AND g.currency = p_currency),
        (SELECT coalesce(sum(greatest(young.given - coalesce(back.taken, 0), 0)), 0)::bigint
         FROM (
            SELECT j.source, j.idempotency_key, sum(t.amount_minor) AS given
            FROM ledger.journal j
            JOIN ledger.transfer t ON t.journal_id = j.id
            JOIN ledger.account a ON a.id = t.credit_account_id
            WHERE j.effective_on >= p_young_since AND j.kind = 'charge'
                AND t.fund_id = p_fund AND t.currency = p_currency AND a.role = 'contributions'
            GROUP BY j.source, j.idempotency_key
         ) young
         LEFT JOIN LATERAL (
            SELECT sum(t.amount_minor) AS taken
            FROM ledger.journal j
            JOIN ledger.transfer t ON t.journal_id = j.id
            JOIN ledger.account a ON a.id = t.debit_account_id
            WHERE j.source = young.source AND j.concerns = young.idempotency_key
                AND a.role = 'refunds'
         ) back ON true)
$$;
"""

COMMITMENTS = """
-- For a command that touches several funds: their guards, in the one order.
CREATE FUNCTION ledger.lock_funds(p_funds uuid[], p_currency varchar) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM 1 FROM ledger.fund_guard
    WHERE fund_id = ANY (p_funds) AND currency = p_currency
    ORDER BY fund_id FOR UPDATE;
END
$$;

-- By how much the fund falls short of `p_amount`; 0 means that it is reserved.
CREATE FUNCTION ledger.reserve(p_commitment uuid, p_award uuid, p_fund uuid, p_currency varchar,
    p_amount bigint, p_young_since date, p_actor varchar, p_at timestamptz) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v record;
BEGIN
    IF current_setting('transaction_isolation') <> 'read committed' THEN
        RAISE EXCEPTION 'the sum must be taken after the lock: READ COMMITTED only';
    END IF;
    PERFORM 1 FROM ledger.fund_guard
    WHERE fund_id = p_fund AND currency = p_currency FOR UPDATE;
    IF NOT EXISTS (SELECT 1 FROM ledger.fund WHERE id = p_fund AND is_open) THEN
        RAISE EXCEPTION 'fund % is closed', p_fund USING ERRCODE = 'LF005';
    END IF;
    -- A statement of its own: it sees what was committed before the lock was granted.
    SELECT cash - reserved - reserve AS available INTO v
    FROM ledger.fund_position(p_fund, p_currency, p_young_since);
    IF v.available < p_amount THEN
        RETURN p_amount - v.available;
    END IF;
    INSERT INTO ledger.commitment (id, award_id, fund_id, currency, recorded_at, actor)
    VALUES (p_commitment, p_award, p_fund, p_currency, p_at, p_actor);
    INSERT INTO ledger.commitment_event (commitment_id, kind, amount_minor, cause, recorded_at,
        actor)
    VALUES (p_commitment, 'reserve', p_amount, 'award', p_at, p_actor);
    UPDATE ledger.fund_guard SET reserved = reserved + p_amount
    WHERE fund_id = p_fund AND currency = p_currency;
    RETURN 0;
END
$$;

-- Liquidates, frees (all that is left if `p_amount` is null), or reserves again what was
-- liquidated and came back, which is never refused: it was granted, and the money is here again.
-- Returns the amount; 0 if this very cause was applied before, or nothing was left to free.
CREATE FUNCTION ledger.change_commitment(p_commitment uuid, p_kind varchar, p_amount bigint,
    p_cause varchar, p_actor varchar, p_at timestamptz) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_held ledger.commitment;
    v_left bigint;
    v_returnable bigint;
    v_before bigint;
BEGIN
    SELECT c.* INTO STRICT v_held FROM ledger.commitment c WHERE c.id = p_commitment;
    PERFORM 1 FROM ledger.fund_guard
    WHERE fund_id = v_held.fund_id AND currency = v_held.currency FOR UPDATE;
    SELECT sum(CASE kind WHEN 'reserve' THEN amount_minor ELSE -amount_minor END),
        coalesce(sum(CASE kind WHEN 'liquidate' THEN amount_minor ELSE -amount_minor END)
            FILTER (WHERE kind = 'liquidate' OR kind = 'reserve' AND cause <> 'award'), 0),
        sum(amount_minor) FILTER (WHERE kind = p_kind AND kind <> 'free' AND cause = p_cause)
    INTO v_left, v_returnable, v_before
    FROM ledger.commitment_event WHERE commitment_id = p_commitment;
    IF v_before IS NOT NULL THEN
        IF v_before <> p_amount THEN
            RAISE EXCEPTION 'cause % was applied with %', p_cause, v_before
                USING ERRCODE = 'LF007';
        END IF;
        RETURN 0;
    END IF;
    p_amount := coalesce(p_amount, v_left);
    IF p_kind = 'free' AND p_amount = 0 THEN
        RETURN 0;
    END IF;
    IF p_amount > (CASE p_kind WHEN 'reserve' THEN v_returnable ELSE v_left END) THEN
        RAISE EXCEPTION '% % is more than commitment % allows', p_kind, p_amount, p_commitment
            USING ERRCODE = 'LF008';
    END IF;
    INSERT INTO ledger.commitment_event (commitment_id, kind, amount_minor, cause, recorded_at,
        actor)
    VALUES (p_commitment, p_kind, p_amount, p_cause, p_at, p_actor);
    UPDATE ledger.fund_guard
    SET reserved = reserved + CASE p_kind WHEN 'reserve' THEN p_amount ELSE -p_amount END
    WHERE fund_id = v_held.fund_id AND currency = v_held.currency;
    RETURN p_amount;
END
$$;
"""

CALLABLE = (
    "open_office(jsonb)",
    "open_fund(jsonb)",
    "post_journals(jsonb)",
    "is_cash(varchar)",
    "fund_position(uuid, varchar, date)",
    "lock_funds(uuid[], varchar)",
    "reserve(uuid, uuid, uuid, varchar, bigint, date, varchar, timestamptz)",
    "change_commitment(uuid, varchar, bigint, varchar, varchar, timestamptz)",
)


def upgrade() -> None:
    for script in (TABLES, APPEND_ONLY, CHART, POSITION, POSTING, COMMITMENTS):
        op.get_bind().connection.driver_connection.execute(script)
    for table in BOOKED:
        op.execute(
            f"""
            CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger.{table}
            FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change()
            """
        )
    op.execute("REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA ledger FROM PUBLIC")
    for function in CALLABLE:
        op.execute(f"GRANT EXECUTE ON FUNCTION ledger.{function} TO fund_app")


def downgrade() -> None:
    for function in (*CALLABLE, "open_accounts()"):
        op.execute(f"DROP FUNCTION ledger.{function} CASCADE")
    op.execute("DROP TYPE ledger.journal_to_post")
    op.execute("DROP TYPE ledger.entry_to_post")
    for table in (
        "period",
        "commitment_event",
        "commitment",
        "fund_guard",
        "balance_shard",
        "transfer",
        "journal",
        "account",
        "fund",
        "office",
    ):
        op.execute(f"DROP TABLE ledger.{table}")
    op.execute("DROP FUNCTION ledger.refuse_change()")
