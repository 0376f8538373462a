"""What the give page asks of regular gifts too, and what an office offers there."""

from alembic import op

revision = "0030"
down_revision = "0029"

PLANS = """
ALTER TABLE plan
    ADD COLUMN cover_minor bigint NOT NULL DEFAULT 0,
    ADD COLUMN country varchar,
    ADD COLUMN wants_tax_receipt boolean NOT NULL DEFAULT false,
    ADD COLUMN is_anonymous boolean NOT NULL DEFAULT true,
    ADD COLUMN sealed_company bytea,
    ADD COLUMN sealed_note bytea,
    ADD CONSTRAINT ck_plan_cover_minor CHECK (cover_minor >= 0 AND cover_minor < amount_minor),
    ADD CONSTRAINT ck_plan_country CHECK (country ~ '^[A-Z]{2}$');
ALTER TABLE gift
    DROP CONSTRAINT ck_gift_cover_minor,
    ADD CONSTRAINT ck_gift_cover_minor
        CHECK (cover_minor >= 0 AND cover_minor < amount_minor
            AND (cover_minor = 0 OR method IN ('checkout', 'plan')));
-- Until the first payment; from then on it is the first gift's.
CREATE TABLE plan_dedication (
    plan_id uuid CONSTRAINT pk_plan_dedication PRIMARY KEY
        CONSTRAINT fk_plan_dedication_plan_id REFERENCES plan,
    kind varchar NOT NULL,
    sealed_honoured bytea NOT NULL,
    sealed_to_name bytea,
    sealed_to_email bytea,
    CONSTRAINT ck_plan_dedication_kind CHECK (kind IN ('honour', 'memory')),
    CONSTRAINT ck_plan_dedication_to
        CHECK ((sealed_to_email IS NULL) = (sealed_to_name IS NULL))
);
"""

TERMS = """
ALTER TABLE office_terms
    ADD CONSTRAINT ck_office_terms_stripe_methods
        CHECK (stripe_methods <@ ARRAY['card', 'link', 'promptpay']::varchar[]);

-- A donor's bank is told to pay whoever this number names: nobody sets another one alone.
CREATE TABLE biller_change (
    id uuid CONSTRAINT pk_biller_change PRIMARY KEY,
    office_id uuid NOT NULL CONSTRAINT fk_biller_change_office_id REFERENCES ledger.office,
    biller_id varchar NOT NULL,
    merchant_name varchar NOT NULL,
    merchant_city varchar NOT NULL,
    state varchar NOT NULL,
    asked_by uuid NOT NULL CONSTRAINT fk_biller_change_asked_by REFERENCES staff,
    asked_at timestamptz NOT NULL,
    decided_by uuid CONSTRAINT fk_biller_change_decided_by REFERENCES staff,
    decided_at timestamptz,
    CONSTRAINT ck_biller_change_biller_id CHECK (biller_id ~ '^[0-9]{15}$'),
    CONSTRAINT ck_biller_change_merchant_name
        CHECK (merchant_name ~ '^[ -~]{1,25}$' AND merchant_city ~ '^[ -~]{1,15}$'),
    CONSTRAINT ck_biller_change_state CHECK (state IN ('asked', 'approved', 'dropped')),
    CONSTRAINT ck_biller_change_decided CHECK (
        (state = 'asked') = (decided_by IS NULL) AND (decided_by IS NULL) = (decided_at IS NULL)),
    CONSTRAINT ck_biller_change_second CHECK (state <> 'approved' OR decided_by <> asked_by)
);
CREATE UNIQUE INDEX uq_biller_change_asked ON biller_change (office_id) WHERE state = 'asked';

CREATE FUNCTION keep_biller_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR OLD.state <> 'asked' OR
        (NEW.id, NEW.office_id, NEW.biller_id, NEW.merchant_name, NEW.merchant_city,
            NEW.asked_by, NEW.asked_at)
        IS DISTINCT FROM
        (OLD.id, OLD.office_id, OLD.biller_id, OLD.merchant_name, OLD.merchant_city,
            OLD.asked_by, OLD.asked_at)
    THEN
        RAISE EXCEPTION 'what was asked for is decided as it was asked'
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER keep_biller_change BEFORE UPDATE OR DELETE ON biller_change
    FOR EACH ROW EXECUTE FUNCTION keep_biller_change();

-- Stripe has its own PromptPay for Thai accounts only. Another biller than before is one that two
-- persons agreed on at this very moment; an office that is set up begins with what it was given.
CREATE FUNCTION office_ways_check() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    before record;
BEGIN
    IF 'promptpay' = ANY (NEW.stripe_methods) AND NOT EXISTS (
        SELECT FROM ledger.office WHERE id = NEW.office_id AND country = 'TH' AND currency = 'THB')
    THEN
        RAISE EXCEPTION 'office % cannot have PromptPay at Stripe', NEW.office_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'promptpay_of_office';
    END IF;
    IF NEW.biller_id IS NULL THEN
        RETURN NEW;
    END IF;
    SELECT biller_id, merchant_name, merchant_city INTO before FROM office_terms
        WHERE office_id = NEW.office_id AND valid_from < NEW.valid_from
        ORDER BY valid_from DESC LIMIT 1;
    IF NOT FOUND AND NEW.entered_by = 'system'
        OR (before.biller_id, before.merchant_name, before.merchant_city)
            IS NOT DISTINCT FROM (NEW.biller_id, NEW.merchant_name, NEW.merchant_city)
        OR EXISTS (SELECT FROM biller_change
            WHERE office_id = NEW.office_id AND state = 'approved'
                AND decided_at = NEW.valid_from
                AND (biller_id, merchant_name, merchant_city)
                    = (NEW.biller_id, NEW.merchant_name, NEW.merchant_city))
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'nobody alone sets another biller' USING ERRCODE = 'check_violation',
        CONSTRAINT = 'biller_of_two';
END $$;
CREATE TRIGGER office_ways_check AFTER INSERT ON office_terms
    FOR EACH ROW EXECUTE FUNCTION office_ways_check();
"""

FRAMES = """
CREATE TABLE frame_origin (
    id uuid CONSTRAINT pk_frame_origin PRIMARY KEY,
    origin varchar NOT NULL CONSTRAINT uq_frame_origin_origin UNIQUE,
    added_by uuid NOT NULL CONSTRAINT fk_frame_origin_added_by REFERENCES staff,
    added_at timestamptz NOT NULL,
    CONSTRAINT ck_frame_origin_origin
        CHECK (origin ~ '^https://[a-z0-9]([a-z0-9-]*[.])+[a-z]{2,}(:[0-9]{1,5})?$')
);
-- `/give/embed` is the small page for other sites.
ALTER TABLE campaign ADD CONSTRAINT ck_campaign_slug_free CHECK (slug <> 'embed');
"""

NEWSLETTER = """
CREATE TABLE newsletter_consent (
    id uuid CONSTRAINT pk_newsletter_consent PRIMARY KEY,
    donor_id uuid NOT NULL CONSTRAINT fk_newsletter_consent_donor_id REFERENCES donor,
    wording varchar NOT NULL,
    language varchar NOT NULL,
    asked_at timestamptz NOT NULL,
    confirmed_at timestamptz,
    withdrawn_at timestamptz,
    CONSTRAINT ck_newsletter_consent_language CHECK (language IN ('en', 'th')),
    CONSTRAINT ck_newsletter_consent_times
        CHECK (confirmed_at >= asked_at AND withdrawn_at >= asked_at)
);
CREATE INDEX ix_newsletter_consent_donor_id ON newsletter_consent (donor_id);
CREATE UNIQUE INDEX uq_newsletter_consent_live ON newsletter_consent (donor_id)
    WHERE withdrawn_at IS NULL;

-- Who consented to what, and when, stays known; a consent that ended is given anew.
CREATE FUNCTION keep_newsletter_consent() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR OLD.withdrawn_at IS NOT NULL
        OR OLD.confirmed_at IS NOT NULL AND NEW.confirmed_at IS DISTINCT FROM OLD.confirmed_at
        OR (NEW.id, NEW.donor_id, NEW.wording, NEW.language, NEW.asked_at)
            IS DISTINCT FROM (OLD.id, OLD.donor_id, OLD.wording, OLD.language, OLD.asked_at)
    THEN
        RAISE EXCEPTION 'a consent is given and withdrawn, never changed'
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER keep_newsletter_consent BEFORE UPDATE OR DELETE ON newsletter_consent
    FOR EACH ROW EXECUTE FUNCTION keep_newsletter_consent();
"""


def upgrade() -> None:
    for script in (PLANS, TERMS, FRAMES, NEWSLETTER):
        op.get_bind().connection.driver_connection.execute(script)


def downgrade() -> None:
    """Possible as long as no regular gift covers its fee."""
    op.execute(
        """
        DROP TABLE newsletter_consent;
        DROP FUNCTION keep_newsletter_consent;
        DROP TABLE frame_origin;
        ALTER TABLE campaign DROP CONSTRAINT ck_campaign_slug_free;
        DROP TRIGGER office_ways_check ON office_terms;
        DROP FUNCTION office_ways_check;
        DROP TABLE biller_change;
        DROP FUNCTION keep_biller_change;
        ALTER TABLE office_terms DROP CONSTRAINT ck_office_terms_stripe_methods;
        """
    )
    op.execute(
        """
        DROP TABLE plan_dedication;
        ALTER TABLE gift
            DROP CONSTRAINT ck_gift_cover_minor,
            ADD CONSTRAINT ck_gift_cover_minor
                CHECK (cover_minor >= 0 AND cover_minor < amount_minor
                    AND (cover_minor = 0 OR method = 'checkout'));
        ALTER TABLE plan
            DROP COLUMN cover_minor, DROP COLUMN country, DROP COLUMN wants_tax_receipt,
            DROP COLUMN is_anonymous, DROP COLUMN sealed_company, DROP COLUMN sealed_note;
        """
    )
