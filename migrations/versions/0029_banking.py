"""Bank accounts, their statements line by line, and what each line is in the books."""

from alembic import op

revision = "0029"
down_revision = "0028"


def upgrade() -> None:
    for script in (TABLES, RULES, ENTRIES, DAYS):
        op.get_bind().connection.driver_connection.execute(script)


def downgrade() -> None:
    op.execute("DROP TABLE difference_explanation, stripe_balance_day")
    op.execute("DROP TRIGGER bank_line_check ON bookkeeping_entry")
    op.execute("ALTER TABLE bookkeeping_entry DROP CONSTRAINT ck_bookkeeping_entry_paper_id")
    op.execute(
        "ALTER TABLE bookkeeping_entry ADD CONSTRAINT ck_bookkeeping_entry_paper_id CHECK ("
        "paper_id IS NOT NULL OR kind IN ('reversal', 'transfer', 'award_freeing')) NOT VALID"
    )
    op.execute("DROP TABLE bank_match, bank_line, bank_statement, bank_account")
    for function in (
        "bookkeeping_entry_bank_line_check",
        "bank_line_is_told_whole",
        "bank_match_check",
        "bank_line_check",
        "bank_statement_check",
        "bank_account_check",
    ):
        op.execute(f"DROP FUNCTION {function}()")
    op.execute("DROP FUNCTION bank_movement(uuid, uuid)")


TABLES = """
CREATE TABLE bank_account (
    id uuid CONSTRAINT pk_bank_account PRIMARY KEY,
    office_id uuid NOT NULL CONSTRAINT fk_bank_account_office_id REFERENCES ledger.office,
    name varchar NOT NULL,
    key_id uuid NOT NULL CONSTRAINT fk_bank_account_key_id REFERENCES vault.data_key,
    sealed_number bytea NOT NULL,
    number_index bytea NOT NULL CONSTRAINT uq_bank_account_number_index UNIQUE,
    csv_mapping jsonb,
    added_by uuid NOT NULL CONSTRAINT fk_bank_account_added_by REFERENCES staff,
    added_at timestamptz NOT NULL,
    CONSTRAINT ck_bank_account_name CHECK (btrim(name) <> '')
);
CREATE INDEX ix_bank_account_office_id ON bank_account (office_id);

CREATE TABLE bank_statement (
    id uuid CONSTRAINT pk_bank_statement PRIMARY KEY,
    account_id uuid NOT NULL CONSTRAINT fk_bank_statement_account_id REFERENCES bank_account,
    kind varchar NOT NULL,
    state varchar NOT NULL,
    key_id uuid NOT NULL CONSTRAINT fk_bank_statement_key_id REFERENCES vault.data_key,
    sealed_file bytea,
    file_sha256 bytea NOT NULL,
    first_on date,
    last_on date,
    opening_minor bigint,
    closing_minor bigint,
    line_count bigint,
    known_count bigint,
    uploaded_by uuid NOT NULL CONSTRAINT fk_bank_statement_uploaded_by REFERENCES staff,
    uploaded_at timestamptz NOT NULL,
    decided_by uuid CONSTRAINT fk_bank_statement_decided_by REFERENCES staff,
    decided_at timestamptz,
    undone_by uuid CONSTRAINT fk_bank_statement_undone_by REFERENCES staff,
    undone_at timestamptz,
    CONSTRAINT ck_bank_statement_kind CHECK (kind IN ('camt053', 'csv')),
    CONSTRAINT ck_bank_statement_state CHECK (
        state IN ('uploaded', 'recorded', 'dropped', 'undone')),
    CONSTRAINT ck_bank_statement_file_sha256 CHECK (octet_length(file_sha256) = 32),
    -- What was not wanted is not kept.
    CONSTRAINT ck_bank_statement_sealed_file CHECK ((state = 'dropped') = (sealed_file IS NULL)),
    CONSTRAINT ck_bank_statement_recorded CHECK (
        CASE WHEN state IN ('recorded', 'undone')
            THEN num_nulls(first_on, last_on, line_count, known_count) = 0
                AND first_on <= last_on AND known_count BETWEEN 0 AND line_count
            ELSE num_nonnulls(first_on, last_on, line_count, known_count, opening_minor,
                closing_minor) = 0 END),
    CONSTRAINT ck_bank_statement_opening_minor CHECK (
        (opening_minor IS NULL) = (closing_minor IS NULL)),
    CONSTRAINT ck_bank_statement_decided CHECK (
        (state = 'uploaded') = (decided_by IS NULL)
        AND (decided_by IS NULL) = (decided_at IS NULL)),
    CONSTRAINT ck_bank_statement_undone CHECK (
        (state = 'undone') = (undone_by IS NOT NULL)
        AND (undone_by IS NULL) = (undone_at IS NULL))
);
CREATE UNIQUE INDEX uq_bank_statement_live_file ON bank_statement (account_id, file_sha256)
    WHERE state IN ('uploaded', 'recorded');
CREATE INDEX ix_bank_statement_account_id_last_on ON bank_statement (account_id, last_on);

CREATE TABLE bank_line (
    id uuid CONSTRAINT pk_bank_line PRIMARY KEY,
    statement_id uuid NOT NULL CONSTRAINT fk_bank_line_statement_id REFERENCES bank_statement,
    account_id uuid NOT NULL CONSTRAINT fk_bank_line_account_id REFERENCES bank_account,
    position bigint NOT NULL,
    booked_on date NOT NULL,
    amount_minor bigint NOT NULL,
    code varchar,
    sealed_text bytea NOT NULL,
    fingerprint bytea NOT NULL,
    ordinal bigint NOT NULL,
    state varchar NOT NULL,
    CONSTRAINT uq_bank_line_statement_id_position UNIQUE (statement_id, position),
    CONSTRAINT ck_bank_line_amount_minor CHECK (amount_minor <> 0),
    CONSTRAINT ck_bank_line_fingerprint CHECK (octet_length(fingerprint) = 32),
    CONSTRAINT ck_bank_line_ordinal CHECK (ordinal >= 0 AND position > 0),
    CONSTRAINT ck_bank_line_state CHECK (state IN ('open', 'matched', 'ignored', 'undone'))
);
-- The same line of two files is one line; equal ones of one file are told apart by their number.
CREATE UNIQUE INDEX uq_bank_line_account_id_fingerprint_ordinal
    ON bank_line (account_id, fingerprint, ordinal) WHERE state <> 'undone';
CREATE INDEX ix_bank_line_open ON bank_line (account_id, booked_on) WHERE state = 'open';

CREATE TABLE bank_match (
    id uuid CONSTRAINT pk_bank_match PRIMARY KEY,
    line_id uuid NOT NULL CONSTRAINT fk_bank_match_line_id REFERENCES bank_line,
    kind varchar NOT NULL,
    journal_id uuid CONSTRAINT fk_bank_match_journal_id REFERENCES ledger.journal,
    amount_minor bigint NOT NULL,
    rule varchar NOT NULL,
    reason varchar,
    matched_by uuid NOT NULL CONSTRAINT fk_bank_match_matched_by REFERENCES staff,
    matched_at timestamptz NOT NULL,
    undone_by uuid CONSTRAINT fk_bank_match_undone_by REFERENCES staff,
    undone_at timestamptz,
    CONSTRAINT ck_bank_match_kind CHECK (kind IN ('booked', 'payout', 'payment', 'return',
        'gift', 'entry', 'ignored')),
    CONSTRAINT ck_bank_match_rule CHECK (rule IN ('reference', 'amount_and_day', 'code', 'hand')),
    CONSTRAINT ck_bank_match_amount_minor CHECK (amount_minor <> 0),
    CONSTRAINT ck_bank_match_journal_id CHECK ((kind = 'ignored') = (journal_id IS NULL)),
    CONSTRAINT ck_bank_match_reason CHECK (
        CASE WHEN kind = 'ignored' THEN btrim(coalesce(reason, '')) <> ''
            ELSE reason IS NULL END),
    CONSTRAINT ck_bank_match_undone CHECK ((undone_by IS NULL) = (undone_at IS NULL))
);
CREATE INDEX ix_bank_match_line_id ON bank_match (line_id);
CREATE INDEX ix_bank_match_journal_id ON bank_match (journal_id) WHERE undone_at IS NULL;
"""

RULES = """
CREATE FUNCTION bank_account_check() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.id, NEW.office_id, NEW.key_id, NEW.number_index) IS DISTINCT FROM
        (OLD.id, OLD.office_id, OLD.key_id, OLD.number_index) THEN
        RAISE EXCEPTION 'whose account it is does not change' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER bank_account_check BEFORE UPDATE ON bank_account
    FOR EACH ROW EXECUTE FUNCTION bank_account_check();
CREATE TRIGGER kept BEFORE DELETE ON bank_account
    FOR EACH ROW EXECUTE FUNCTION vault.refuse_change();

-- What a bank's file says stays as it was recorded; it is undone whole, while nothing of it counts.
CREATE FUNCTION bank_statement_check() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (OLD.state, NEW.state) NOT IN (('uploaded', 'recorded'), ('uploaded', 'dropped'),
        ('recorded', 'undone')) THEN
        RAISE EXCEPTION 'a statement does not go from % to %', OLD.state, NEW.state
            USING ERRCODE = 'check_violation';
    END IF;
    IF (NEW.account_id, NEW.kind, NEW.key_id, NEW.file_sha256, NEW.uploaded_by, NEW.uploaded_at)
        IS DISTINCT FROM (OLD.account_id, OLD.kind, OLD.key_id, OLD.file_sha256, OLD.uploaded_by,
        OLD.uploaded_at)
        OR NEW.state <> 'dropped' AND NEW.sealed_file IS DISTINCT FROM OLD.sealed_file
        OR OLD.state = 'recorded' AND (NEW.first_on, NEW.last_on, NEW.opening_minor,
            NEW.closing_minor, NEW.line_count, NEW.known_count) IS DISTINCT FROM (OLD.first_on,
            OLD.last_on, OLD.opening_minor, OLD.closing_minor, OLD.line_count, OLD.known_count)
    THEN
        RAISE EXCEPTION 'what the bank said does not change' USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.state = 'undone' AND EXISTS (SELECT FROM bank_line
        WHERE statement_id = NEW.id AND state <> 'undone') THEN
        RAISE EXCEPTION 'a line of this statement still counts' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER bank_statement_check BEFORE UPDATE ON bank_statement
    FOR EACH ROW EXECUTE FUNCTION bank_statement_check();
CREATE TRIGGER kept BEFORE DELETE ON bank_statement
    FOR EACH ROW EXECUTE FUNCTION vault.refuse_change();

CREATE FUNCTION bank_line_check() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.state <> 'open' OR NOT EXISTS (SELECT FROM bank_statement
            WHERE id = NEW.statement_id AND account_id = NEW.account_id
              AND state = 'recorded' AND NEW.booked_on BETWEEN first_on AND last_on) THEN
            RAISE EXCEPTION 'a line is recorded with its statement, in its days'
                USING ERRCODE = 'check_violation';
        END IF;
        RETURN NEW;
    END IF;
    IF to_jsonb(NEW) - 'state' IS DISTINCT FROM to_jsonb(OLD) - 'state' THEN
        RAISE EXCEPTION 'what the bank said does not change' USING ERRCODE = 'check_violation';
    END IF;
    IF OLD.state = 'undone' OR NEW.state = 'undone' AND OLD.state <> 'open' THEN
        RAISE EXCEPTION 'a line does not go from % to %', OLD.state, NEW.state
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER bank_line_check BEFORE INSERT OR UPDATE ON bank_line
    FOR EACH ROW EXECUTE FUNCTION bank_line_check();
CREATE TRIGGER kept BEFORE DELETE ON bank_line
    FOR EACH ROW EXECUTE FUNCTION vault.refuse_change();

-- What a journal moved at an office's bank, over all funds: in is positive.
CREATE FUNCTION bank_movement(p_journal uuid, p_office uuid) RETURNS bigint
LANGUAGE sql STABLE AS $$
    SELECT coalesce(sum(CASE WHEN a.id = t.debit_account_id THEN t.amount_minor
        ELSE -t.amount_minor END), 0)::bigint
    FROM ledger.transfer t
    JOIN ledger.account a ON a.id IN (t.debit_account_id, t.credit_account_id)
    JOIN ledger.office o ON o.id = a.office_id AND o.currency = a.currency
    WHERE t.journal_id = p_journal AND a.role = 'bank' AND a.office_id = p_office
$$;

-- A line is explained by what the books say went through this bank, each baht of it once; and who
-- sent a run does not reconcile it.
CREATE FUNCTION bank_match_check() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    line bank_line;
    moved bigint;
    told bigint;
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF OLD.undone_at IS NOT NULL OR to_jsonb(NEW) - '{undone_by,undone_at}'::text[]
            IS DISTINCT FROM to_jsonb(OLD) - '{undone_by,undone_at}'::text[] THEN
            RAISE EXCEPTION 'a match is undone once, and nothing else'
                USING ERRCODE = 'check_violation';
        END IF;
        RETURN NEW;
    END IF;
    SELECT * INTO line FROM bank_line WHERE id = NEW.line_id FOR UPDATE;
    IF sign(NEW.amount_minor) <> sign(line.amount_minor) THEN
        RAISE EXCEPTION 'a match goes the way of its line' USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.kind = 'ignored' THEN
        RETURN NEW;
    END IF;
    PERFORM pg_advisory_xact_lock(hashtextextended('bank_match ' || NEW.journal_id, 0));
    SELECT bank_movement(NEW.journal_id, account.office_id) INTO moved
    FROM bank_account account WHERE account.id = line.account_id;
    SELECT coalesce(sum(m.amount_minor), 0) INTO told FROM bank_match m
    JOIN bank_line l ON l.id = m.line_id
    JOIN bank_account its ON its.id = l.account_id
    JOIN bank_account ours ON ours.id = line.account_id
    WHERE m.journal_id = NEW.journal_id AND m.undone_at IS NULL
      AND its.office_id = ours.office_id;
    IF sign(moved) <> sign(NEW.amount_minor) OR abs(told + NEW.amount_minor) > abs(moved) THEN
        RAISE EXCEPTION 'journal % moved % at this bank, % is told already', NEW.journal_id, moved,
            told USING ERRCODE = 'check_violation', CONSTRAINT = 'bank_match_exceeds';
    END IF;
    IF EXISTS (SELECT FROM ledger.journal j
        JOIN payment p ON p.id::text = split_part(j.idempotency_key, ':', 1)
        JOIN run ON run.id = p.run_id
        WHERE j.id = NEW.journal_id AND j.source = 'disbursements'
          AND run.sent_by = NEW.matched_by) THEN
        RAISE EXCEPTION 'who sent a run does not reconcile it'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'duty_sender_matches';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER bank_match_check BEFORE INSERT OR UPDATE ON bank_match
    FOR EACH ROW EXECUTE FUNCTION bank_match_check();
CREATE TRIGGER kept BEFORE DELETE ON bank_match
    FOR EACH ROW EXECUTE FUNCTION vault.refuse_change();

-- At the end of a command a line is open and unexplained, or explained to its last satang.
CREATE FUNCTION bank_line_is_told_whole() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    line bank_line;
    told bigint;
    ignored boolean;
BEGIN
    SELECT * INTO line FROM bank_line
    WHERE id = CASE TG_TABLE_NAME WHEN 'bank_line' THEN (to_jsonb(NEW) ->> 'id')::uuid
        ELSE (to_jsonb(NEW) ->> 'line_id')::uuid END;
    SELECT coalesce(sum(amount_minor), 0), coalesce(bool_or(kind = 'ignored'), false)
    INTO told, ignored FROM bank_match WHERE line_id = line.id AND undone_at IS NULL;
    IF told <> (CASE WHEN line.state IN ('matched', 'ignored') THEN line.amount_minor ELSE 0 END)
        OR ignored <> (line.state = 'ignored') THEN
        RAISE EXCEPTION 'line % is % and told for %', line.id, line.state, told
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER told_whole AFTER UPDATE ON bank_line
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION bank_line_is_told_whole();
CREATE CONSTRAINT TRIGGER told_whole AFTER INSERT OR UPDATE ON bank_match
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION bank_line_is_told_whole();
"""

ENTRIES = """
-- What the bank took or paid for itself stands on the line of its statement.
ALTER TABLE bookkeeping_entry
    DROP CONSTRAINT ck_bookkeeping_entry_paper_id,
    ADD CONSTRAINT ck_bookkeeping_entry_paper_id CHECK (
        paper_id IS NOT NULL OR kind IN ('reversal', 'transfer', 'award_freeing')
        OR kind IN ('bank_charge', 'interest')
            AND content::jsonb #>> '{plan,bank_line_id}' IS NOT NULL);

CREATE FUNCTION bookkeeping_entry_bank_line_check() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    plan jsonb := NEW.content::jsonb -> 'plan';
BEGIN
    IF plan ->> 'bank_line_id' IS NOT NULL AND NOT EXISTS (
        SELECT FROM bank_line JOIN bank_account ON bank_account.id = account_id
        WHERE bank_line.id = (plan ->> 'bank_line_id')::uuid
          AND office_id = (plan ->> 'office_id')::uuid AND booked_on = NEW.effective_on
          AND amount_minor = (plan ->> 'amount_minor')::bigint
            * CASE NEW.kind WHEN 'bank_charge' THEN -1 ELSE 1 END) THEN
        RAISE EXCEPTION 'the bank line does not say this' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER bank_line_check BEFORE INSERT ON bookkeeping_entry
    FOR EACH ROW EXECUTE FUNCTION bookkeeping_entry_bank_line_check();
"""

DAYS = """
CREATE TABLE stripe_balance_day (
    office_id uuid NOT NULL CONSTRAINT fk_stripe_balance_day_office_id REFERENCES ledger.office,
    day date NOT NULL,
    currency varchar NOT NULL,
    available_minor bigint NOT NULL,
    pending_minor bigint NOT NULL,
    taken_at timestamptz NOT NULL,
    CONSTRAINT pk_stripe_balance_day PRIMARY KEY (office_id, day, currency)
);

CREATE TABLE difference_explanation (
    id uuid CONSTRAINT pk_difference_explanation PRIMARY KEY,
    office_id uuid NOT NULL
        CONSTRAINT fk_difference_explanation_office_id REFERENCES ledger.office,
    kind varchar NOT NULL,
    thing varchar NOT NULL,
    amount_minor bigint NOT NULL,
    currency varchar NOT NULL,
    reason varchar NOT NULL,
    explained_by uuid NOT NULL
        CONSTRAINT fk_difference_explanation_explained_by REFERENCES staff,
    explained_at timestamptz NOT NULL,
    CONSTRAINT ck_difference_explanation_reason CHECK (btrim(reason) <> '')
);
CREATE INDEX ix_difference_explanation_office_id_kind_thing
    ON difference_explanation (office_id, kind, thing);
CREATE TRIGGER kept BEFORE UPDATE OR DELETE ON difference_explanation
    FOR EACH ROW EXECUTE FUNCTION vault.refuse_change();
"""
