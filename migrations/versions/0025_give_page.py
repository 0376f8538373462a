"""What the give page asks: gifts by PromptPay, fees that are covered, whom a gift is for."""

from alembic import op

revision = "0025"
down_revision = "0024"

PROMPTPAY = """
ALTER TABLE gift
    ADD COLUMN payment_reference varchar,
    ADD COLUMN cover_minor bigint NOT NULL DEFAULT 0,
    ADD COLUMN country varchar,
    ADD COLUMN wants_tax_receipt boolean NOT NULL DEFAULT false,
    ADD COLUMN is_anonymous boolean NOT NULL DEFAULT true,
    ADD COLUMN sealed_company bytea,
    ADD COLUMN sealed_note bytea,
    ADD CONSTRAINT ck_gift_cover_minor
        CHECK (cover_minor >= 0 AND cover_minor < amount_minor
            AND (cover_minor = 0 OR method = 'checkout')),
    ADD CONSTRAINT ck_gift_country CHECK (country ~ '^[A-Z]{2}$'),
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
    IF (NEW.method, NEW.payment_reference, NEW.cover_minor, NEW.country, NEW.wants_tax_receipt)
        IS DISTINCT FROM
        (OLD.method, OLD.payment_reference, OLD.cover_minor, OLD.country, OLD.wants_tax_receipt)
        OR OLD.bank_reference IS NOT NULL AND NEW.bank_reference IS DISTINCT FROM OLD.bank_reference
    THEN
        RAISE EXCEPTION 'how a gift is paid is never changed' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER keep_gift_terms BEFORE UPDATE ON gift
    FOR EACH ROW EXECUTE FUNCTION keep_gift_terms();
"""

CAMPAIGNS = """
CREATE TABLE campaign (
    id uuid CONSTRAINT pk_campaign PRIMARY KEY,
    slug varchar NOT NULL CONSTRAINT uq_campaign_slug UNIQUE,
    fund_id uuid NOT NULL CONSTRAINT fk_campaign_fund_id REFERENCES ledger.fund,
    title_en varchar NOT NULL,
    title_th varchar NOT NULL,
    text_en varchar NOT NULL,
    text_th varchar NOT NULL,
    target_minor bigint NOT NULL,
    opened_at timestamptz NOT NULL,
    closed_on date,
    version bigint NOT NULL DEFAULT 1,
    CONSTRAINT ck_campaign_slug CHECK (slug ~ '^[a-z0-9][a-z0-9-]{1,39}$'),
    CONSTRAINT ck_campaign_target_minor CHECK (target_minor > 0)
);
ALTER TABLE gift ADD COLUMN campaign_id uuid
    CONSTRAINT fk_gift_campaign_id REFERENCES campaign;
CREATE INDEX ix_gift_campaign_id ON gift (campaign_id);

-- A gift of a campaign goes to its fund, while it is open, and stays its gift.
CREATE FUNCTION gift_of_campaign() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        RAISE EXCEPTION 'a gift stays with its campaign' USING ERRCODE = 'restrict_violation';
    END IF;
    PERFORM FROM campaign
        WHERE id = NEW.campaign_id AND fund_id = NEW.fund_id AND closed_on IS NULL FOR SHARE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'campaign % takes no such gift', NEW.campaign_id
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER gift_of_campaign BEFORE INSERT ON gift
    FOR EACH ROW WHEN (NEW.campaign_id IS NOT NULL) EXECUTE FUNCTION gift_of_campaign();
CREATE TRIGGER gift_keeps_campaign BEFORE UPDATE OF campaign_id ON gift
    FOR EACH ROW WHEN (NEW.campaign_id IS DISTINCT FROM OLD.campaign_id)
    EXECUTE FUNCTION gift_of_campaign();
"""

DEDICATIONS = """
CREATE TABLE dedication (
    gift_id uuid CONSTRAINT pk_dedication PRIMARY KEY
        CONSTRAINT fk_dedication_gift_id REFERENCES gift,
    kind varchar NOT NULL,
    sealed_honoured bytea NOT NULL,
    sealed_to_name bytea,
    sealed_to_email bytea,
    to_email_index bytea,
    mailed_at timestamptz,
    dropped varchar,
    CONSTRAINT ck_dedication_kind CHECK (kind IN ('honour', 'memory')),
    CONSTRAINT ck_dedication_to CHECK (
        (sealed_to_email IS NULL) = (to_email_index IS NULL)
        AND (sealed_to_email IS NULL) = (sealed_to_name IS NULL)
        AND (mailed_at IS NULL OR sealed_to_email IS NOT NULL)),
    CONSTRAINT ck_dedication_dropped CHECK (
        dropped IS NULL
        OR dropped IN ('refused', 'too_many', 'unreadable') AND mailed_at IS NULL)
);
CREATE INDEX ix_dedication_mailed ON dedication (to_email_index, mailed_at)
    WHERE mailed_at IS NOT NULL;
CREATE TABLE mail_refusal (
    email_index bytea CONSTRAINT pk_mail_refusal PRIMARY KEY,
    refused_at timestamptz NOT NULL
);

-- Nobody is told of a gift that was not paid.
CREATE FUNCTION dedication_check() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.mailed_at IS NOT NULL
        AND NOT EXISTS (SELECT FROM gift WHERE id = NEW.gift_id AND state = 'paid')
    THEN
        RAISE EXCEPTION 'gift % was not paid', NEW.gift_id USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER dedication_check BEFORE INSERT OR UPDATE ON dedication
    FOR EACH ROW EXECUTE FUNCTION dedication_check();
"""


def upgrade() -> None:
    op.execute(PROMPTPAY)
    op.execute(CAMPAIGNS)
    op.execute(DEDICATIONS)


def downgrade() -> None:
    """Possible as long as nobody gave by PromptPay."""
    op.execute(
        """
        DROP TRIGGER gift_of_campaign ON gift;
        DROP TRIGGER gift_keeps_campaign ON gift;
        DROP FUNCTION gift_of_campaign;
        DROP INDEX ix_gift_campaign_id;
        ALTER TABLE gift DROP COLUMN campaign_id;
        DROP TABLE campaign;
        DROP TABLE dedication, mail_refusal;
        DROP FUNCTION dedication_check;
        DROP INDEX ix_gift_waiting;
        DROP TRIGGER keep_gift_terms ON gift;
        DROP FUNCTION keep_gift_terms;
        ALTER TABLE gift
            DROP COLUMN payment_reference, DROP COLUMN cover_minor, DROP COLUMN country,
            DROP COLUMN wants_tax_receipt, DROP COLUMN is_anonymous, DROP COLUMN sealed_company,
            DROP COLUMN sealed_note,
            DROP CONSTRAINT ck_gift_method,
            ADD CONSTRAINT ck_gift_method CHECK (method IN ('checkout', 'bank'));
        """
    )
