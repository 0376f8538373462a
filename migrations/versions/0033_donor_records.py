"""Donor records that are one person's and are merged, and donors who ask to be forgotten."""

from alembic import op

revision = "0033"
down_revision = "0032"

MERGING = """
ALTER TABLE donor
    ADD COLUMN merged_into_id uuid CONSTRAINT fk_donor_merged_into_id REFERENCES donor,
    ADD CONSTRAINT ck_donor_merged_into_id CHECK (merged_into_id <> id);
CREATE INDEX ix_donor_merged_into_id ON donor (merged_into_id) WHERE merged_into_id IS NOT NULL;

CREATE FUNCTION merge_donor() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- A record stays merged; it only follows the one that it was merged into.
    IF OLD.merged_into_id IS NOT NULL AND NOT EXISTS (SELECT FROM donor
        WHERE id = OLD.merged_into_id AND merged_into_id = NEW.merged_into_id)
    THEN
        RAISE EXCEPTION 'donor % stays merged', NEW.id USING ERRCODE = 'restrict_violation';
    END IF;
    PERFORM FROM donor WHERE id = NEW.merged_into_id AND merged_into_id IS NULL FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'donor % is itself merged', NEW.merged_into_id
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER merge_donor BEFORE UPDATE ON donor FOR EACH ROW
    WHEN (NEW.merged_into_id IS DISTINCT FROM OLD.merged_into_id)
    EXECUTE FUNCTION merge_donor();

CREATE FUNCTION follow_donor() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE donor SET merged_into_id = NEW.merged_into_id WHERE merged_into_id = NEW.id;
    RETURN NULL;
END $$;
-- No chains: what was merged into a record goes on with it.
CREATE TRIGGER follow_donor AFTER UPDATE ON donor FOR EACH ROW
    WHEN (NEW.merged_into_id IS DISTINCT FROM OLD.merged_into_id)
    EXECUTE FUNCTION follow_donor();

CREATE FUNCTION keep_donor() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a donor''s record is never deleted' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER keep_donor BEFORE DELETE ON donor FOR EACH ROW EXECUTE FUNCTION keep_donor();

-- By what two records are alike, blind: equal values are found, and none can be read.
CREATE TABLE donor_mark (
    donor_id uuid NOT NULL CONSTRAINT fk_donor_mark_donor_id REFERENCES donor,
    kind varchar NOT NULL,
    mark bytea NOT NULL,
    CONSTRAINT pk_donor_mark PRIMARY KEY (donor_id, kind, mark),
    CONSTRAINT ck_donor_mark_kind CHECK (kind IN ('address', 'name', 'sound', 'tax_id')),
    CONSTRAINT ck_donor_mark_mark CHECK (octet_length(mark) = 32)
);
CREATE INDEX ix_donor_mark_kind_mark ON donor_mark (kind, mark);

-- Two that are alike and not one person's.
CREATE TABLE donor_apart (
    one_id uuid NOT NULL CONSTRAINT fk_donor_apart_one_id REFERENCES donor,
    other_id uuid NOT NULL CONSTRAINT fk_donor_apart_other_id REFERENCES donor,
    decided_by uuid NOT NULL CONSTRAINT fk_donor_apart_decided_by REFERENCES staff,
    decided_at timestamptz NOT NULL,
    CONSTRAINT pk_donor_apart PRIMARY KEY (one_id, other_id),
    CONSTRAINT ck_donor_apart_order CHECK (one_id < other_id)
);
CREATE TRIGGER kept BEFORE UPDATE OR DELETE ON donor_apart
    FOR EACH ROW EXECUTE FUNCTION vault.refuse_change();

-- Which records a statement told of: it prints again as sealed, whatever is merged since.
ALTER TABLE annual_statement ADD COLUMN donor_ids uuid[];
ALTER TABLE annual_statement DISABLE TRIGGER keep_annual_statement;
UPDATE annual_statement SET donor_ids = ARRAY[donor_id];
ALTER TABLE annual_statement ENABLE TRIGGER keep_annual_statement;
ALTER TABLE annual_statement
    ALTER COLUMN donor_ids SET NOT NULL,
    ADD CONSTRAINT ck_annual_statement_donor_ids CHECK (donor_id = ANY (donor_ids));
CREATE TRIGGER keep_told BEFORE UPDATE ON annual_statement FOR EACH ROW
    WHEN (NEW.donor_ids IS DISTINCT FROM OLD.donor_ids)
    EXECUTE FUNCTION vault.refuse_change();
"""

ERASURE = """
ALTER TABLE donor ADD COLUMN erased_at timestamptz;

CREATE FUNCTION erase_donor() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.erased_at IS NOT NULL THEN
        RAISE EXCEPTION 'donor % is erased', NEW.id USING ERRCODE = 'restrict_violation';
    END IF;
    -- What was never begun is waited for no longer than a code of PromptPay lives.
    IF EXISTS (SELECT FROM plan WHERE donor_id = NEW.id AND (
            state IN ('active', 'past_due', 'paused', 'stopping')
            OR state = 'open' AND created_at > NEW.erased_at - interval '8 days'))
        OR EXISTS (SELECT FROM gift WHERE donor_id = NEW.id AND (
            state = 'processing'
            OR state = 'open' AND created_at > NEW.erased_at - interval '8 days'))
    THEN
        RAISE EXCEPTION 'donor % still gives', NEW.id USING ERRCODE = 'restrict_violation';
    END IF;
    IF EXISTS (SELECT FROM vault.data_key WHERE id = NEW.key_id AND wrapped IS NOT NULL) THEN
        RAISE EXCEPTION 'the key of donor % is there', NEW.id
            USING ERRCODE = 'restrict_violation';
    END IF;
    DELETE FROM donor_mark WHERE donor_id = NEW.id;
    DELETE FROM portal_session WHERE donor_id = NEW.id;
    RETURN NEW;
END $$;
CREATE TRIGGER erase_donor BEFORE UPDATE ON donor FOR EACH ROW
    WHEN (NEW.erased_at IS DISTINCT FROM OLD.erased_at OR OLD.erased_at IS NOT NULL)
    EXECUTE FUNCTION erase_donor();

-- Nothing begins anew in the name of somebody forgotten.
CREATE FUNCTION erased_donor_gives() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    erased timestamptz;
BEGIN
    -- Waits for who is just being erased, and then reads the row as it is.
    SELECT erased_at INTO erased FROM donor WHERE id = NEW.donor_id FOR KEY SHARE;
    IF erased IS NOT NULL THEN
        RAISE EXCEPTION 'donor % is erased', NEW.donor_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'donor_erased';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER erased_donor_gives BEFORE INSERT OR UPDATE OF state ON gift FOR EACH ROW
    WHEN (NEW.state = 'open') EXECUTE FUNCTION erased_donor_gives();
CREATE TRIGGER erased_donor_gives BEFORE INSERT OR UPDATE OF state ON plan FOR EACH ROW
    WHEN (NEW.state = 'open') EXECUTE FUNCTION erased_donor_gives();

CREATE TABLE erasure_request (
    id uuid CONSTRAINT pk_erasure_request PRIMARY KEY,
    donor_id uuid NOT NULL CONSTRAINT fk_erasure_request_donor_id REFERENCES donor,
    state varchar NOT NULL,
    asked_at timestamptz NOT NULL,
    reason varchar,
    decided_by uuid CONSTRAINT fk_erasure_request_decided_by REFERENCES staff,
    decided_at timestamptz,
    language varchar,
    key_id uuid CONSTRAINT fk_erasure_request_key_id REFERENCES vault.data_key,
    sealed_to bytea,
    mailed_at timestamptz,
    CONSTRAINT ck_erasure_request_state
        CHECK (state IN ('asked', 'withdrawn', 'refused', 'granted')),
    CONSTRAINT ck_erasure_request_reason CHECK (
        (state = 'refused') = (reason IS NOT NULL) AND reason IN ('law', 'money', 'doubt')),
    CONSTRAINT ck_erasure_request_decided CHECK (
        num_nonnulls(decided_by, decided_at, language, key_id, sealed_to)
        = CASE WHEN state IN ('refused', 'granted') THEN 5 ELSE 0 END),
    CONSTRAINT ck_erasure_request_mailed_at CHECK (mailed_at >= decided_at)
);
CREATE INDEX ix_erasure_request_donor_id ON erasure_request (donor_id);
CREATE UNIQUE INDEX uq_erasure_request_asked ON erasure_request (donor_id)
    WHERE state = 'asked';

CREATE FUNCTION keep_erasure_request() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR OLD.mailed_at IS NOT NULL OR OLD.state <> 'asked' AND
        (NEW.id, NEW.donor_id, NEW.state, NEW.asked_at, NEW.reason, NEW.decided_by, NEW.decided_at)
        IS DISTINCT FROM
        (OLD.id, OLD.donor_id, OLD.state, OLD.asked_at, OLD.reason, OLD.decided_by, OLD.decided_at)
    THEN
        RAISE EXCEPTION 'what was decided stays' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER keep_erasure_request BEFORE UPDATE OR DELETE ON erasure_request
    FOR EACH ROW EXECUTE FUNCTION keep_erasure_request();
"""

DEDICATIONS = """
ALTER TABLE dedication
    ADD COLUMN leaves_at timestamptz,
    ADD COLUMN hidden_at timestamptz,
    DROP CONSTRAINT ck_dedication_dropped,
    ADD CONSTRAINT ck_dedication_dropped CHECK (
        dropped IS NULL
        OR dropped IN ('refused', 'too_many', 'unreadable') AND mailed_at IS NULL
        OR dropped = 'withdrawn' AND mailed_at IS NULL AND leaves_at IS NULL);
"""


def upgrade() -> None:
    for script in (MERGING, ERASURE, DEDICATIONS):
        op.get_bind().connection.driver_connection.execute(script)


def downgrade() -> None:
    """Records that were merged stand apart again; who was forgotten stays so.

    Possible as long as nobody withdrew a dedication.
    """
    op.execute(
        """
        ALTER TABLE dedication
            DROP COLUMN leaves_at,
            DROP COLUMN hidden_at,
            DROP CONSTRAINT IF EXISTS ck_dedication_dropped,
            ADD CONSTRAINT ck_dedication_dropped CHECK (
                dropped IS NULL
                OR dropped IN ('refused', 'too_many', 'unreadable') AND mailed_at IS NULL);
        DROP TABLE erasure_request;
        DROP FUNCTION keep_erasure_request;
        DROP TRIGGER erased_donor_gives ON gift;
        DROP TRIGGER erased_donor_gives ON plan;
        DROP TRIGGER erase_donor ON donor;
        DROP FUNCTION erase_donor, erased_donor_gives;
        ALTER TABLE donor DROP COLUMN erased_at;
        DROP TRIGGER keep_told ON annual_statement;
        ALTER TABLE annual_statement DROP COLUMN donor_ids;
        DROP TABLE donor_apart, donor_mark;
        DROP TRIGGER keep_donor ON donor;
        DROP TRIGGER follow_donor ON donor;
        DROP TRIGGER merge_donor ON donor;
        DROP FUNCTION keep_donor, follow_donor, merge_donor;
        ALTER TABLE donor DROP COLUMN merged_into_id;
        """
    )
