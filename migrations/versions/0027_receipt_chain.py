"""Annual statements, and gifts by transfer, cash and cheque with the paper that shows them."""

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


OFFLINE = """
ALTER TABLE gift
    DROP CONSTRAINT ck_gift_method,
    ADD CONSTRAINT ck_gift_method
        CHECK (method IN ('checkout', 'plan', 'promptpay', 'bank', 'cash', 'cheque')),
    DROP CONSTRAINT ck_gift_bank,
    ADD CONSTRAINT ck_gift_bank CHECK (
        method NOT IN ('bank', 'cash', 'cheque')
        OR (state = 'paid' AND bank_reference IS NOT NULL
            AND stripe_session_id IS NULL AND stripe_payment_intent_id IS NULL));

-- What a reversal took back can stand again.
ALTER TABLE gift_return
    DROP CONSTRAINT ck_gift_return_kind,
    ADD CONSTRAINT ck_gift_return_kind CHECK (
        kind IN ('refund', 'dispute_lost', 'reversal') AND amount_minor > 0
        OR kind IN ('refund_failed', 'dispute_won', 'restored') AND amount_minor < 0);

CREATE TABLE gift_paper (
    gift_id uuid CONSTRAINT pk_gift_paper PRIMARY KEY
        CONSTRAINT fk_gift_paper_gift_id REFERENCES gift,
    paper_id uuid NOT NULL CONSTRAINT uq_gift_paper_paper_id UNIQUE
        CONSTRAINT fk_gift_paper_paper_id REFERENCES entry_paper
);
CREATE TRIGGER kept BEFORE UPDATE OR DELETE ON gift_paper
    FOR EACH ROW EXECUTE FUNCTION vault.refuse_change();
"""


THAI = """
ALTER TABLE donor ADD COLUMN sealed_tax_id bytea;
ALTER TABLE office_terms
    DROP CONSTRAINT ck_office_terms_receipt_kind,
    ADD CONSTRAINT ck_office_terms_receipt_kind
        CHECK (receipt_kind IN ('us_501c3', 'nz_donation', 'th_donation', 'none'));

CREATE FUNCTION thai_terms_check() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM ledger.office
        WHERE id = NEW.office_id AND country = 'TH' AND tax_ids ? 'tax_id')
    THEN
        RAISE EXCEPTION 'office % gives no receipts of this kind', NEW.office_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'receipt_kind_of_office';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER thai_terms_check BEFORE INSERT ON office_terms
    FOR EACH ROW WHEN (NEW.receipt_kind = 'th_donation') EXECUTE FUNCTION thai_terms_check();
"""


def upgrade() -> None:
    for script in (STATEMENTS, OFFLINE, THAI):
        op.get_bind().connection.driver_connection.execute(script)


def downgrade() -> None:
    """Possible as long as nobody gave in cash or by cheque, and no office gives Thai receipts."""
    op.execute("DROP TABLE gift_paper, annual_statement")
    op.execute(
        """
        DROP TRIGGER thai_terms_check ON office_terms;
        DROP FUNCTION thai_terms_check;
        ALTER TABLE donor DROP COLUMN sealed_tax_id;
        ALTER TABLE office_terms
            DROP CONSTRAINT ck_office_terms_receipt_kind,
            ADD CONSTRAINT ck_office_terms_receipt_kind
                CHECK (receipt_kind IN ('us_501c3', 'nz_donation', 'none'));
        """
    )
    op.execute(
        """
        ALTER TABLE gift_return
            DROP CONSTRAINT ck_gift_return_kind,
            ADD CONSTRAINT ck_gift_return_kind CHECK (
                kind IN ('refund', 'dispute_lost', 'reversal') AND amount_minor > 0
                OR kind IN ('refund_failed', 'dispute_won') AND amount_minor < 0);
        ALTER TABLE gift
            DROP CONSTRAINT ck_gift_method,
            ADD CONSTRAINT ck_gift_method
                CHECK (method IN ('checkout', 'plan', 'promptpay', 'bank')),
            DROP CONSTRAINT ck_gift_bank,
            ADD CONSTRAINT ck_gift_bank
                CHECK (method <> 'bank' OR (state = 'paid' AND bank_reference IS NOT NULL));
        """
    )
    op.execute("DROP FUNCTION keep_annual_statement")
