"""Gifts that their donor pays by PromptPay: a reference that the bank's statement gives back."""

from alembic import op

revision = "0025"
down_revision = "0024"

PROMPTPAY = """
ALTER TABLE gift
    ADD COLUMN payment_reference varchar,
    DROP CONSTRAINT ck_gift_method,
    ADD CONSTRAINT ck_gift_method CHECK (method IN ('checkout', 'promptpay', 'bank')),
    ADD CONSTRAINT uq_gift_office_id_payment_reference UNIQUE (office_id, payment_reference),
    ADD CONSTRAINT ck_gift_payment_reference CHECK (payment_reference ~ '^[A-Z0-9]{1,20}$'),
    ADD CONSTRAINT ck_gift_promptpay CHECK (
        CASE WHEN method = 'promptpay'
        THEN payment_reference IS NOT NULL AND donor_id IS NOT NULL AND currency = 'THB'
            AND (state = 'paid') = (bank_reference IS NOT NULL)
            AND stripe_session_id IS NULL AND stripe_payment_intent_id IS NULL
        ELSE payment_reference IS NULL END);
-- Those that the bank is still waited for, looked at every hour.
CREATE INDEX ix_gift_waiting ON gift (created_at) WHERE method = 'promptpay' AND state = 'open';

CREATE FUNCTION keep_gift_terms() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.method, NEW.payment_reference) IS DISTINCT FROM (OLD.method, OLD.payment_reference)
        OR OLD.bank_reference IS NOT NULL AND NEW.bank_reference IS DISTINCT FROM OLD.bank_reference
    THEN
        RAISE EXCEPTION 'how a gift is paid is never changed' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER keep_gift_terms BEFORE UPDATE ON gift
    FOR EACH ROW EXECUTE FUNCTION keep_gift_terms();
"""


def upgrade() -> None:
    op.execute(PROMPTPAY)


def downgrade() -> None:
    """Possible as long as nobody gave by PromptPay."""
    op.execute(
        """
        DROP INDEX ix_gift_waiting;
        DROP TRIGGER keep_gift_terms ON gift;
        DROP FUNCTION keep_gift_terms;
        ALTER TABLE gift
            DROP COLUMN payment_reference,
            DROP CONSTRAINT ck_gift_method,
            ADD CONSTRAINT ck_gift_method CHECK (method IN ('checkout', 'bank'));
        """
    )
