"""What an office offers donors and signs for, gifts that went back, and receipts as a chain."""

from alembic import op

revision = "0022"
down_revision = "0021"

TERMS = """
CREATE TABLE office_terms (
    office_id uuid NOT NULL CONSTRAINT fk_office_terms_office_id REFERENCES ledger.office,
    valid_from timestamptz NOT NULL,
    stripe_methods varchar[] NOT NULL,
    biller_id varchar,
    merchant_name varchar,
    merchant_city varchar,
    matching_days bigint NOT NULL,
    fee_table jsonb,
    receipt_kind varchar NOT NULL,
    signatory_name varchar,
    signatory_title varchar,
    entered_by varchar NOT NULL,
    CONSTRAINT pk_office_terms PRIMARY KEY (office_id, valid_from),
    CONSTRAINT ck_office_terms_biller_id CHECK (biller_id ~ '^[0-9]{15}$'),
    CONSTRAINT ck_office_terms_merchant_name
        CHECK (merchant_name ~ '^[ -~]{1,25}$' AND merchant_city ~ '^[ -~]{1,15}$'),
    CONSTRAINT ck_office_terms_promptpay CHECK (
        (biller_id IS NULL) = (merchant_name IS NULL)
        AND (biller_id IS NULL) = (merchant_city IS NULL)),
    CONSTRAINT ck_office_terms_matching_days CHECK (matching_days BETWEEN 0 AND 14),
    CONSTRAINT ck_office_terms_receipt_kind
        CHECK (receipt_kind IN ('us_501c3', 'nz_donation', 'none')),
    CONSTRAINT ck_office_terms_signatory CHECK (
        (signatory_name IS NULL) = (signatory_title IS NULL)
        AND (receipt_kind <> 'nz_donation' OR signatory_name IS NOT NULL))
);

-- An office gives receipts under its own country's law, and under the number that the law asks for.
CREATE FUNCTION office_terms_check() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    home ledger.office;
BEGIN
    IF TG_OP <> 'INSERT' THEN
        RAISE EXCEPTION 'terms are added, never changed' USING ERRCODE = 'restrict_violation';
    END IF;
    SELECT * INTO home FROM ledger.office WHERE id = NEW.office_id;
    IF NOT (CASE NEW.receipt_kind
        WHEN 'us_501c3' THEN home.country = 'US' AND home.tax_ids ? 'ein'
        WHEN 'nz_donation' THEN home.country = 'NZ'
            AND home.tax_ids ?| ARRAY['charity_number', 'ird_number']
        ELSE true
    END) THEN
        RAISE EXCEPTION 'office % gives no receipts of this kind', NEW.office_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'receipt_kind_of_office';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER office_terms_check BEFORE INSERT OR UPDATE OR DELETE ON office_terms
    FOR EACH ROW EXECUTE FUNCTION office_terms_check();
"""

RETURNS = """
CREATE TABLE gift_return (
    id uuid CONSTRAINT pk_gift_return PRIMARY KEY,
    gift_id uuid NOT NULL CONSTRAINT fk_gift_return_gift_id REFERENCES gift,
    kind varchar NOT NULL,
    source varchar NOT NULL CONSTRAINT uq_gift_return_source UNIQUE,
    amount_minor bigint NOT NULL,
    happened_on date NOT NULL,
    recorded_at timestamptz NOT NULL,
    actor varchar NOT NULL,
    CONSTRAINT uq_gift_return_id_gift_id UNIQUE (id, gift_id),
    CONSTRAINT ck_gift_return_kind CHECK (
        kind IN ('refund', 'dispute_lost', 'reversal') AND amount_minor > 0
        OR kind IN ('refund_failed', 'dispute_won') AND amount_minor < 0)
);
CREATE INDEX ix_gift_return_gift_id ON gift_return (gift_id);

CREATE FUNCTION gift_return_check() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'INSERT' THEN
        RAISE EXCEPTION 'what went back is never changed' USING ERRCODE = 'restrict_violation';
    END IF;
    IF abs(NEW.amount_minor) > (SELECT amount_minor FROM gift WHERE id = NEW.gift_id) THEN
        RAISE EXCEPTION 'more went back than gift % had', NEW.gift_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'return_of_gift';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER gift_return_check BEFORE INSERT OR UPDATE OR DELETE ON gift_return
    FOR EACH ROW EXECUTE FUNCTION gift_return_check();
"""

# A receipt's chain: the first says what was given, each next one what of it still counts.
RECEIPTS = """
ALTER TABLE receipt
    DROP CONSTRAINT uq_receipt_gift_id,
    ADD COLUMN corrects_id uuid CONSTRAINT uq_receipt_corrects_id UNIQUE,
    ADD COLUMN return_id uuid CONSTRAINT uq_receipt_return_id UNIQUE,
    ADD COLUMN amount_minor bigint,
    ADD COLUMN terms_from timestamptz,
    ADD CONSTRAINT uq_receipt_id_gift_id UNIQUE (id, gift_id),
    ADD CONSTRAINT fk_receipt_corrects_id_gift_id
        FOREIGN KEY (corrects_id, gift_id) REFERENCES receipt (id, gift_id),
    ADD CONSTRAINT fk_receipt_return_id_gift_id
        FOREIGN KEY (return_id, gift_id) REFERENCES gift_return (id, gift_id),
    ADD CONSTRAINT fk_receipt_office_id_terms_from
        FOREIGN KEY (office_id, terms_from) REFERENCES office_terms (office_id, valid_from),
    ADD CONSTRAINT ck_receipt_correction CHECK ((corrects_id IS NULL) = (return_id IS NULL)),
    ADD CONSTRAINT ck_receipt_amount_minor
        CHECK (amount_minor >= 0 AND (amount_minor > 0 OR corrects_id IS NOT NULL));
UPDATE receipt SET amount_minor = gift.amount_minor FROM gift WHERE gift.id = receipt.gift_id;
ALTER TABLE receipt ALTER COLUMN amount_minor SET NOT NULL;
CREATE UNIQUE INDEX uq_receipt_gift_id ON receipt (gift_id) WHERE corrects_id IS NULL;
CREATE INDEX ix_receipt_gift_id ON receipt (gift_id);
"""

KEEP = """
CREATE OR REPLACE FUNCTION keep_receipt() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR
        ({new}) IS DISTINCT FROM ({old})
    THEN
        RAISE EXCEPTION 'an issued receipt stays as it is'
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
"""
KEPT = ("id", "office_id", "year", "number", "gift_id", "kind", "issued_on", "audit_event_id")
KEPT_NOW = (*KEPT, "corrects_id", "return_id", "amount_minor", "terms_from")


def upgrade() -> None:
    for script in (TERMS, RETURNS, RECEIPTS, _keep(KEPT_NOW)):
        op.get_bind().connection.driver_connection.execute(script)


def downgrade() -> None:
    """Possible as long as no receipt was corrected: there was no place for two of one gift."""
    op.execute(_keep(KEPT))
    op.execute(
        """
        DROP INDEX uq_receipt_gift_id, ix_receipt_gift_id;
        ALTER TABLE receipt
            DROP COLUMN corrects_id, DROP COLUMN return_id, DROP COLUMN amount_minor,
            DROP COLUMN terms_from, DROP CONSTRAINT uq_receipt_id_gift_id,
            ADD CONSTRAINT uq_receipt_gift_id UNIQUE (gift_id);
        DROP TABLE gift_return, office_terms;
        DROP FUNCTION gift_return_check, office_terms_check;
        """
    )


def _keep(columns: tuple[str, ...]) -> str:
    rows = (", ".join(f"{row}.{column}" for column in columns) for row in ("NEW", "OLD"))
    new, old = rows
    return KEEP.format(new=new, old=old)
