"""Lists of gifts from a file: looked at, recorded whole, and undone whole by two persons."""

from alembic import op

revision = "0035"
down_revision = "0034"

IMPORTS = """
CREATE TABLE gift_import (
    id uuid CONSTRAINT pk_gift_import PRIMARY KEY,
    office_id uuid NOT NULL CONSTRAINT fk_gift_import_office_id REFERENCES ledger.office,
    state varchar NOT NULL,
    key_id uuid NOT NULL CONSTRAINT fk_gift_import_key_id REFERENCES vault.data_key,
    sealed_file bytea,
    file_sha256 bytea NOT NULL,
    header_sha256 bytea,
    mapping jsonb,
    taken bigint[] NOT NULL,
    left_out bigint[] NOT NULL,
    has_outside_receipts boolean,
    line_count bigint,
    gift_count bigint,
    total_minor bigint,
    paper_id uuid CONSTRAINT fk_gift_import_paper_id REFERENCES entry_paper
        CONSTRAINT uq_gift_import_paper_id UNIQUE,
    uploaded_by uuid NOT NULL CONSTRAINT fk_gift_import_uploaded_by REFERENCES staff,
    uploaded_at timestamptz NOT NULL,
    decided_by uuid CONSTRAINT fk_gift_import_decided_by REFERENCES staff,
    decided_at timestamptz,
    undo_reason varchar,
    undo_asked_by uuid CONSTRAINT fk_gift_import_undo_asked_by REFERENCES staff,
    undo_asked_at timestamptz,
    undone_by uuid CONSTRAINT fk_gift_import_undone_by REFERENCES staff,
    undone_at timestamptz,
    CONSTRAINT ck_gift_import_state CHECK (
        state IN ('uploaded', 'recorded', 'dropped', 'undo_asked', 'undone')),
    CONSTRAINT ck_gift_import_file_sha256 CHECK (octet_length(file_sha256) = 32),
    CONSTRAINT ck_gift_import_file CHECK ((state = 'dropped') = (sealed_file IS NULL)),
    CONSTRAINT ck_gift_import_decided CHECK (
        (state = 'uploaded') = (decided_by IS NULL)
        AND (decided_by IS NULL) = (decided_at IS NULL)),
    CONSTRAINT ck_gift_import_recorded CHECK (
        (state IN ('recorded', 'undo_asked', 'undone')) = (paper_id IS NOT NULL)
        AND num_nulls(paper_id, gift_count, line_count, total_minor, has_outside_receipts)
            IN (0, 5)
        AND gift_count > 0 AND gift_count <= line_count AND total_minor > 0),
    -- Taking money back from the books is for two persons, as with every reversal.
    CONSTRAINT ck_gift_import_undo CHECK (
        (state IN ('undo_asked', 'undone')) = (undo_asked_by IS NOT NULL)
        AND num_nulls(undo_reason, undo_asked_by, undo_asked_at) IN (0, 3)
        AND btrim(undo_reason) <> ''
        AND (state = 'undone') = (undone_by IS NOT NULL)
        AND (undone_by IS NULL) = (undone_at IS NULL)
        AND undone_by <> undo_asked_by)
);
CREATE UNIQUE INDEX uq_gift_import_live_file ON gift_import (file_sha256)
    WHERE state IN ('uploaded', 'recorded', 'undo_asked');
CREATE INDEX ix_gift_import_header_sha256 ON gift_import (header_sha256);
CREATE INDEX ix_gift_import_undo_asked ON gift_import (id) WHERE state = 'undo_asked';

CREATE TABLE gift_import_line (
    gift_id uuid CONSTRAINT pk_gift_import_line PRIMARY KEY
        CONSTRAINT fk_gift_import_line_gift_id REFERENCES gift,
    import_id uuid NOT NULL CONSTRAINT fk_gift_import_line_import_id REFERENCES gift_import,
    place bigint NOT NULL,
    CONSTRAINT uq_gift_import_line_import_id_place UNIQUE (import_id, place),
    CONSTRAINT ck_gift_import_line_place CHECK (place > 0)
);
CREATE TRIGGER kept BEFORE UPDATE OR DELETE ON gift_import_line
    FOR EACH ROW EXECUTE FUNCTION vault.refuse_change();
CREATE TRIGGER kept BEFORE DELETE ON gift_import
    FOR EACH ROW EXECUTE FUNCTION vault.refuse_change();

-- A list's lines are only made with it, and with it they are what it says.
CREATE FUNCTION gift_import_line_check() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM added a JOIN gift_import i ON i.id = a.import_id
        JOIN gift g ON g.id = a.gift_id
        WHERE i.state <> 'uploaded' OR g.office_id <> i.office_id OR g.state <> 'paid'
            OR g.method NOT IN ('bank', 'cash', 'cheque')) THEN
        RAISE EXCEPTION 'this gift is not of this list' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER gift_import_line_check AFTER INSERT ON gift_import_line
    REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION gift_import_line_check();

CREATE FUNCTION gift_import_check() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.id, NEW.office_id, NEW.key_id, NEW.file_sha256, NEW.uploaded_by, NEW.uploaded_at)
        IS DISTINCT FROM (OLD.id, OLD.office_id, OLD.key_id, OLD.file_sha256, OLD.uploaded_by,
        OLD.uploaded_at)
        OR OLD.state <> 'uploaded' AND
        (NEW.sealed_file, NEW.header_sha256, NEW.mapping, NEW.taken, NEW.left_out,
            NEW.has_outside_receipts, NEW.line_count, NEW.gift_count, NEW.total_minor,
            NEW.paper_id, NEW.decided_by, NEW.decided_at)
        IS DISTINCT FROM (OLD.sealed_file, OLD.header_sha256, OLD.mapping, OLD.taken, OLD.left_out,
            OLD.has_outside_receipts, OLD.line_count, OLD.gift_count, OLD.total_minor,
            OLD.paper_id, OLD.decided_by, OLD.decided_at) THEN
        RAISE EXCEPTION 'what was recorded stays' USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.state <> OLD.state AND (OLD.state, NEW.state) NOT IN (
        ('uploaded', 'recorded'), ('uploaded', 'dropped'), ('recorded', 'undo_asked'),
        ('undo_asked', 'recorded'), ('undo_asked', 'undone')) THEN
        RAISE EXCEPTION 'a list does not go from % to %', OLD.state, NEW.state
            USING ERRCODE = 'check_violation';
    END IF;
    IF (OLD.state, NEW.state) = ('uploaded', 'recorded') AND NOT EXISTS (
        SELECT FROM gift_import_line l JOIN gift g ON g.id = l.gift_id
        WHERE l.import_id = NEW.id
        HAVING count(*) = NEW.gift_count AND sum(g.amount_minor) = NEW.total_minor
            AND bool_and(g.has_outside_receipt = NEW.has_outside_receipts)) THEN
        RAISE EXCEPTION 'the gifts of list % are not what it says', NEW.id
            USING ERRCODE = 'check_violation';
    END IF;
    IF (OLD.state, NEW.state) = ('undo_asked', 'undone') AND EXISTS (
        SELECT FROM gift_import_line l WHERE l.import_id = NEW.id AND NOT EXISTS (
            SELECT FROM gift_return r JOIN bookkeeping_entry e ON r.source = 'entry:' || e.id
            WHERE r.gift_id = l.gift_id AND e.gift_import_id = NEW.id AND e.state = 'booked'))
    THEN
        RAISE EXCEPTION 'a gift of list % still stands', NEW.id
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER gift_import_check BEFORE UPDATE ON gift_import
    FOR EACH ROW EXECUTE FUNCTION gift_import_check();
"""

ENTRIES = """
-- The reversals that undo a list are decided together.
ALTER TABLE bookkeeping_entry
    ADD COLUMN gift_import_id uuid
        CONSTRAINT fk_bookkeeping_entry_gift_import_id REFERENCES gift_import,
    ADD CONSTRAINT ck_bookkeeping_entry_gift_import_id CHECK (
        gift_import_id IS NULL OR kind = 'reversal');
CREATE INDEX ix_bookkeeping_entry_gift_import_id ON bookkeeping_entry (gift_import_id)
    WHERE gift_import_id IS NOT NULL;

CREATE FUNCTION bookkeeping_entry_together() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.gift_import_id IS DISTINCT FROM OLD.gift_import_id THEN
        RAISE EXCEPTION 'what was proposed does not change' USING ERRCODE = 'check_violation';
    END IF;
    IF NOT EXISTS (SELECT FROM gift_import WHERE id = NEW.gift_import_id
        AND state = 'undo_asked') THEN
        RAISE EXCEPTION 'these are decided together' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER bookkeeping_entry_together BEFORE UPDATE ON bookkeeping_entry
    FOR EACH ROW WHEN (NEW.gift_import_id IS NOT NULL OR OLD.gift_import_id IS NOT NULL)
    EXECUTE FUNCTION bookkeeping_entry_together();
"""

GIFTS = """
ALTER TABLE gift ADD COLUMN has_outside_receipt boolean NOT NULL DEFAULT false,
    ADD CONSTRAINT ck_gift_has_outside_receipt CHECK (
        NOT has_outside_receipt OR method IN ('bank', 'cash', 'cheque'));
CREATE INDEX ix_gift_office_id_paid_on ON gift (office_id, paid_on);

-- Nobody has two receipts for one gift.
CREATE FUNCTION receipt_is_ours() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM gift WHERE id = NEW.gift_id AND has_outside_receipt) THEN
        RAISE EXCEPTION 'gift % has its receipt from elsewhere', NEW.gift_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'receipt_is_ours';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER receipt_is_ours BEFORE INSERT ON receipt
    FOR EACH ROW EXECUTE FUNCTION receipt_is_ours();
"""


def upgrade() -> None:
    for script in (IMPORTS, ENTRIES, GIFTS):
        op.get_bind().connection.driver_connection.execute(script)


def downgrade() -> None:
    """Possible as long as no gift was given a receipt elsewhere."""
    op.execute(
        """
        DROP TRIGGER receipt_is_ours ON receipt;
        DROP FUNCTION receipt_is_ours;
        DROP INDEX ix_gift_office_id_paid_on;
        ALTER TABLE gift DROP COLUMN has_outside_receipt;
        DROP TRIGGER bookkeeping_entry_together ON bookkeeping_entry;
        DROP FUNCTION bookkeeping_entry_together;
        ALTER TABLE bookkeeping_entry DROP COLUMN gift_import_id;
        DROP TABLE gift_import_line, gift_import;
        DROP FUNCTION gift_import_line_check, gift_import_check;
        """
    )
