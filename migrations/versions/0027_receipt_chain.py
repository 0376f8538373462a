"""Annual statements: what a donor gave to an office in a year, once."""

from alembic import op

revision = "0027"
down_revision = "0026"

STATEMENTS = """
CREATE TABLE annual_statement (
    id uuid CONSTRAINT pk_annual_statement PRIMARY KEY,
    donor_id uuid NOT NULL CONSTRAINT fk_annual_statement_donor_id REFERENCES donor,
    office_id uuid NOT NULL
        CONSTRAINT fk_annual_statement_office_id REFERENCES ledger.office,
    year bigint NOT NULL,
    audit_event_id uuid NOT NULL,
    made_at timestamptz NOT NULL,
    mailed_at timestamptz,
    CONSTRAINT uq_annual_statement_donor_id_office_id_year UNIQUE (donor_id, office_id, year),
    CONSTRAINT ck_annual_statement_year CHECK (year < EXTRACT(year FROM made_at + interval '1 day'))
);

CREATE FUNCTION keep_annual_statement() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR
        (NEW.id, NEW.donor_id, NEW.office_id, NEW.year, NEW.audit_event_id, NEW.made_at)
        IS DISTINCT FROM
        (OLD.id, OLD.donor_id, OLD.office_id, OLD.year, OLD.audit_event_id, OLD.made_at)
    THEN
        RAISE EXCEPTION 'a statement stays as it is' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER keep_annual_statement BEFORE UPDATE OR DELETE ON annual_statement
    FOR EACH ROW EXECUTE FUNCTION keep_annual_statement();
"""


def upgrade() -> None:
    op.get_bind().connection.driver_connection.execute(STATEMENTS)


def downgrade() -> None:
    op.execute("DROP TABLE annual_statement")
    op.execute("DROP FUNCTION keep_annual_statement")
