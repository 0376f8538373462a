"""Donor records that are one person's: what they are alike in, and which was merged into which."""

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


def upgrade() -> None:
    for script in (MERGING,):
        op.get_bind().connection.driver_connection.execute(script)


def downgrade() -> None:
    """Records that were merged stand apart again."""
    op.execute(
        """
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
