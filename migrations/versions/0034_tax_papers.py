"""Tax numbers of gifts, and the file of tax receipts for the Revenue Department."""

from alembic import op

revision = "0034"
down_revision = "0033"

GIFTS = """
ALTER TABLE gift
    ADD COLUMN sealed_tax_id bytea,
    ADD COLUMN is_bank_reported boolean NOT NULL DEFAULT false,
    ADD CONSTRAINT ck_gift_is_bank_reported CHECK (NOT is_bank_reported OR method = 'bank');
"""

EDONATION = """
CREATE TABLE edonation_mapping (
    office_id uuid NOT NULL
        CONSTRAINT fk_edonation_mapping_office_id REFERENCES ledger.office,
    number bigint NOT NULL,
    columns jsonb NOT NULL,
    entered_by varchar NOT NULL,
    entered_at timestamptz NOT NULL,
    checked_by uuid CONSTRAINT fk_edonation_mapping_checked_by REFERENCES staff,
    checked_at timestamptz,
    CONSTRAINT pk_edonation_mapping PRIMARY KEY (office_id, number),
    CONSTRAINT ck_edonation_mapping_number CHECK (number > 0),
    CONSTRAINT ck_edonation_mapping_columns CHECK (
        jsonb_typeof(columns) = 'array' AND jsonb_array_length(columns) BETWEEN 1 AND 8),
    CONSTRAINT ck_edonation_mapping_checked_by
        CHECK ((checked_by IS NULL) = (checked_at IS NULL))
);

-- Other columns are another row; who confirmed these stands for them for good.
CREATE FUNCTION keep_edonation_mapping() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR OLD.checked_at IS NOT NULL OR
        (NEW.office_id, NEW.number, NEW.columns, NEW.entered_by, NEW.entered_at)
        IS DISTINCT FROM
        (OLD.office_id, OLD.number, OLD.columns, OLD.entered_by, OLD.entered_at)
    THEN
        RAISE EXCEPTION 'columns stay as they were confirmed' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER keep_edonation_mapping BEFORE UPDATE OR DELETE ON edonation_mapping
    FOR EACH ROW EXECUTE FUNCTION keep_edonation_mapping();
"""

YEARS = """
ALTER TABLE annual_statement
    ADD COLUMN is_tax_year boolean NOT NULL DEFAULT false,
    DROP CONSTRAINT uq_annual_statement_donor_id_office_id_year,
    ADD CONSTRAINT uq_annual_statement_donor_id_office_id_year_is_tax_year
        UNIQUE (donor_id, office_id, year, is_tax_year),
    DROP CONSTRAINT ck_annual_statement_year,
    ADD CONSTRAINT ck_annual_statement_year
        CHECK (year < EXTRACT(year FROM made_at + interval '1 day') + is_tax_year::int);
CREATE TRIGGER keep_year BEFORE UPDATE ON annual_statement FOR EACH ROW
    WHEN (NEW.is_tax_year IS DISTINCT FROM OLD.is_tax_year)
    EXECUTE FUNCTION vault.refuse_change();
"""

HEALING = """
CREATE TABLE receipt_check (
    ran_at timestamptz CONSTRAINT pk_receipt_check PRIMARY KEY,
    found bigint NOT NULL
);
CREATE TABLE receipt_fault (
    id uuid CONSTRAINT pk_receipt_fault PRIMARY KEY,
    gift_id uuid NOT NULL CONSTRAINT fk_receipt_fault_gift_id REFERENCES gift,
    kind varchar NOT NULL
        CONSTRAINT ck_receipt_fault_kind CHECK (kind IN ('missing', 'outdated', 'unmailed')),
    reason varchar
        CONSTRAINT ck_receipt_fault_reason CHECK (reason IN ('forgotten', 'mail', 'fault')),
    found_at timestamptz NOT NULL,
    tried_at timestamptz NOT NULL,
    healed_at timestamptz,
    CONSTRAINT ck_receipt_fault_healed_at
        CHECK (reason IS NOT NULL OR healed_at IS NOT NULL)
);
CREATE UNIQUE INDEX uq_receipt_fault_gift_id_kind ON receipt_fault (gift_id, kind)
    WHERE healed_at IS NULL;
"""


def upgrade() -> None:
    for script in (GIFTS, EDONATION, YEARS, HEALING):
        op.get_bind().connection.driver_connection.execute(script)


def downgrade() -> None:
    """Possible as long as nobody was told of a tax year."""
    op.execute(
        """
        DROP TRIGGER keep_year ON annual_statement;
        ALTER TABLE annual_statement
            DROP CONSTRAINT ck_annual_statement_year,
            DROP COLUMN is_tax_year,
            ADD CONSTRAINT uq_annual_statement_donor_id_office_id_year
                UNIQUE (donor_id, office_id, year),
            ADD CONSTRAINT ck_annual_statement_year
                CHECK (year < EXTRACT(year FROM made_at + interval '1 day'));
        """
    )
    op.execute("DROP TABLE edonation_mapping, receipt_fault, receipt_check")
    op.execute("DROP FUNCTION keep_edonation_mapping")
    op.execute("ALTER TABLE gift DROP COLUMN is_bank_reported, DROP COLUMN sealed_tax_id")
