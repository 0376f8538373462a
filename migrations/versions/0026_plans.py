"""Plans: gifts that come again each month or year, and what Stripe keeps for them."""

from alembic import op

revision = "0026"
down_revision = "0025"

PLANS = """
CREATE TABLE plan (
    id uuid CONSTRAINT pk_plan PRIMARY KEY,
    donor_id uuid NOT NULL CONSTRAINT fk_plan_donor_id REFERENCES donor,
    office_id uuid NOT NULL CONSTRAINT fk_plan_office_id REFERENCES ledger.office,
    fund_id uuid NOT NULL CONSTRAINT fk_plan_fund_id REFERENCES ledger.fund,
    every varchar NOT NULL,
    amount_minor bigint NOT NULL,
    currency varchar NOT NULL,
    language varchar NOT NULL,
    state varchar NOT NULL,
    is_additional boolean NOT NULL,
    attempt bigint NOT NULL,
    asked bigint NOT NULL,
    stripe_session_id varchar CONSTRAINT uq_plan_stripe_session_id UNIQUE,
    stripe_subscription_id varchar CONSTRAINT uq_plan_stripe_subscription_id UNIQUE,
    stripe_item_id varchar,
    next_on date,
    skips_on date,
    created_at timestamptz NOT NULL,
    started_at timestamptz,
    stopped_at timestamptz,
    CONSTRAINT ck_plan_every CHECK (every IN ('month', 'year')),
    CONSTRAINT ck_plan_amount_minor CHECK (amount_minor > 0),
    CONSTRAINT ck_plan_language CHECK (language IN ('en', 'th')),
    CONSTRAINT ck_plan_attempt CHECK (attempt > 0),
    CONSTRAINT ck_plan_asked CHECK (asked >= 0),
    CONSTRAINT ck_plan_state CHECK (
        state IN ('open', 'expired', 'active', 'past_due', 'paused', 'stopping', 'stopped')),
    CONSTRAINT ck_plan_started CHECK (
        (state IN ('open', 'expired')) = (started_at IS NULL)
        AND (started_at IS NULL OR stripe_subscription_id IS NOT NULL)),
    CONSTRAINT ck_plan_stopped CHECK ((state = 'stopped') = (stopped_at IS NOT NULL))
);
CREATE INDEX ix_plan_donor_id ON plan (donor_id);
CREATE INDEX ix_plan_fund_id ON plan (fund_id) WHERE state <> 'stopped' AND state <> 'expired';
-- Only what a donor confirmed is a second one of the same kind.
CREATE UNIQUE INDEX uq_plan_live ON plan (donor_id, fund_id)
    WHERE state IN ('active', 'past_due', 'paused') AND NOT is_additional;

CREATE FUNCTION keep_plan() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'a plan is never deleted' USING ERRCODE = 'restrict_violation';
    END IF;
    IF (NEW.id, NEW.donor_id, NEW.office_id, NEW.every, NEW.currency)
        IS DISTINCT FROM (OLD.id, OLD.donor_id, OLD.office_id, OLD.every, OLD.currency)
    THEN
        RAISE EXCEPTION 'another kind of plan is another plan'
            USING ERRCODE = 'restrict_violation';
    END IF;
    IF OLD.state = 'stopped' AND NEW.state <> 'stopped'
        OR OLD.stripe_subscription_id IS NOT NULL
            AND NEW.stripe_subscription_id IS DISTINCT FROM OLD.stripe_subscription_id
    THEN
        RAISE EXCEPTION 'a stopped plan stays stopped, and one plan is one subscription'
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER keep_plan BEFORE UPDATE OR DELETE ON plan
    FOR EACH ROW EXECUTE FUNCTION keep_plan();
CREATE TRIGGER plan_opens AFTER INSERT OR UPDATE OF state ON plan
    FOR EACH ROW WHEN (NEW.state = 'open') EXECUTE FUNCTION gift_opens();
"""

CHANGES = """
CREATE TABLE plan_change (
    id uuid CONSTRAINT pk_plan_change PRIMARY KEY,
    plan_id uuid NOT NULL CONSTRAINT fk_plan_change_plan_id REFERENCES plan,
    kind varchar NOT NULL,
    after jsonb NOT NULL,
    state varchar NOT NULL,
    error varchar,
    asked_by varchar NOT NULL,
    asked_at timestamptz NOT NULL,
    settled_at timestamptz,
    CONSTRAINT ck_plan_change_kind CHECK (
        kind IN ('amount', 'day', 'fund', 'card', 'pause', 'skip', 'resume', 'stop')),
    CONSTRAINT ck_plan_change_state CHECK (
        state IN ('asked', 'done') OR state = 'refused' AND kind <> 'stop'),
    CONSTRAINT ck_plan_change_error CHECK ((state = 'refused') = (error IS NOT NULL)),
    CONSTRAINT ck_plan_change_settled CHECK ((state = 'asked') = (settled_at IS NULL))
);
CREATE INDEX ix_plan_change_plan_id ON plan_change (plan_id);
CREATE INDEX ix_plan_change_asked_at ON plan_change (asked_at) WHERE state = 'asked';
-- One at a time, but for the end, which waits for nothing.
CREATE UNIQUE INDEX uq_plan_change_asked ON plan_change (plan_id)
    WHERE state = 'asked' AND kind <> 'stop';
CREATE UNIQUE INDEX uq_plan_change_stop ON plan_change (plan_id) WHERE kind = 'stop';

-- Each mail about a plan goes out once.
CREATE TABLE plan_letter (
    plan_id uuid NOT NULL CONSTRAINT fk_plan_letter_plan_id REFERENCES plan,
    kind varchar NOT NULL,
    about varchar NOT NULL,
    asked_at timestamptz NOT NULL,
    sent_at timestamptz,
    CONSTRAINT pk_plan_letter PRIMARY KEY (plan_id, kind, about),
    CONSTRAINT ck_plan_letter_kind CHECK (kind IN ('failed', 'ended', 'stopped'))
);
"""

STRIPE = """
CREATE TABLE stripe_product (
    office_id uuid NOT NULL CONSTRAINT fk_stripe_product_office_id REFERENCES ledger.office,
    fund_id uuid NOT NULL CONSTRAINT fk_stripe_product_fund_id REFERENCES ledger.fund,
    product_id varchar NOT NULL,
    CONSTRAINT pk_stripe_product PRIMARY KEY (office_id, fund_id),
    CONSTRAINT uq_stripe_product_office_id_product_id UNIQUE (office_id, product_id)
);
CREATE TABLE stripe_customer (
    donor_id uuid NOT NULL CONSTRAINT fk_stripe_customer_donor_id REFERENCES donor,
    office_id uuid NOT NULL CONSTRAINT fk_stripe_customer_office_id REFERENCES ledger.office,
    currency varchar NOT NULL,
    customer_id varchar NOT NULL CONSTRAINT uq_stripe_customer_customer_id UNIQUE,
    CONSTRAINT pk_stripe_customer PRIMARY KEY (donor_id, office_id, currency)
);
"""

GIFTS = """
ALTER TABLE gift
    ADD COLUMN plan_id uuid CONSTRAINT fk_gift_plan_id REFERENCES plan,
    ADD COLUMN stripe_invoice_id varchar CONSTRAINT uq_gift_stripe_invoice_id UNIQUE,
    DROP CONSTRAINT ck_gift_method,
    ADD CONSTRAINT ck_gift_method CHECK (method IN ('checkout', 'promptpay', 'plan', 'bank')),
    ADD CONSTRAINT ck_gift_plan CHECK (
        CASE WHEN method = 'plan'
        THEN plan_id IS NOT NULL AND stripe_invoice_id IS NOT NULL AND donor_id IS NOT NULL
            AND state = 'paid' AND bank_reference IS NULL AND stripe_session_id IS NULL
        ELSE plan_id IS NULL AND stripe_invoice_id IS NULL END);
CREATE INDEX ix_gift_plan_id ON gift (plan_id);

CREATE FUNCTION keep_gift_of_plan() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'what a gift belongs to is never changed' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER keep_gift_of_plan BEFORE UPDATE ON gift FOR EACH ROW
    WHEN (NEW.plan_id IS DISTINCT FROM OLD.plan_id
        OR NEW.stripe_invoice_id IS DISTINCT FROM OLD.stripe_invoice_id)
    EXECUTE FUNCTION keep_gift_of_plan();
"""


def upgrade() -> None:
    for script in (PLANS, CHANGES, STRIPE, GIFTS):
        op.get_bind().connection.driver_connection.execute(script)


def downgrade() -> None:
    """Possible as long as nobody gave by a plan."""
    op.execute(
        """
        DROP TRIGGER keep_gift_of_plan ON gift;
        DROP FUNCTION keep_gift_of_plan;
        ALTER TABLE gift
            DROP COLUMN plan_id,
            DROP COLUMN stripe_invoice_id,
            DROP CONSTRAINT ck_gift_method,
            ADD CONSTRAINT ck_gift_method CHECK (method IN ('checkout', 'promptpay', 'bank'));
        DROP TABLE plan_letter, plan_change, stripe_customer, stripe_product, plan;
        DROP FUNCTION keep_plan;
        """
    )
