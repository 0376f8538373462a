"""Pledges by PromptPay, plans that follow on others, and subscriptions that nobody here knows."""

from alembic import op

revision = "0032"
down_revision = "0031"

PLEDGES = """
ALTER TABLE plan
    ADD COLUMN method varchar NOT NULL DEFAULT 'card',
    ADD COLUMN replaces_id uuid CONSTRAINT fk_plan_replaces_id REFERENCES plan,
    ADD CONSTRAINT ck_plan_method CHECK (method IN ('card', 'promptpay')),
    -- A pledge is a promise between the donor and us: no bank and no Stripe has a part in it.
    ADD CONSTRAINT ck_plan_promptpay CHECK (method = 'card' OR (
        currency = 'THB' AND stripe_session_id IS NULL AND stripe_subscription_id IS NULL
        AND state NOT IN ('past_due', 'stopping')
        AND (state <> 'active' OR next_on IS NOT NULL))),
    ADD CONSTRAINT ck_plan_replaces CHECK (replaces_id <> id),
    DROP CONSTRAINT ck_plan_started,
    ADD CONSTRAINT ck_plan_started CHECK (
        (state IN ('open', 'expired')) = (started_at IS NULL)
        AND (started_at IS NULL OR method = 'promptpay' OR stripe_subscription_id IS NOT NULL));
ALTER TABLE plan ALTER COLUMN method DROP DEFAULT;
CREATE INDEX ix_plan_next_on ON plan (next_on) WHERE method = 'promptpay' AND state = 'active';
-- One that is to follow on another is begun once at a time.
CREATE UNIQUE INDEX uq_plan_replaces_id ON plan (replaces_id) WHERE state = 'open';

CREATE FUNCTION keep_plan_kind() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'another kind of plan is another plan' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER keep_plan_kind BEFORE UPDATE ON plan FOR EACH ROW
    WHEN (NEW.method IS DISTINCT FROM OLD.method
        OR NEW.replaces_id IS DISTINCT FROM OLD.replaces_id)
    EXECUTE FUNCTION keep_plan_kind();

-- `for_month`: the first day of the month that a pledge was asked for; no month is asked for twice.
ALTER TABLE gift
    ADD COLUMN for_month date,
    ADD CONSTRAINT ck_gift_for_month CHECK (extract(day FROM for_month) = 1),
    ADD CONSTRAINT uq_gift_plan_id_for_month UNIQUE (plan_id, for_month),
    DROP CONSTRAINT ck_gift_plan,
    ADD CONSTRAINT ck_gift_plan CHECK (
        CASE WHEN method = 'plan'
        THEN plan_id IS NOT NULL AND stripe_invoice_id IS NOT NULL AND donor_id IS NOT NULL
            AND state = 'paid' AND bank_reference IS NULL AND stripe_session_id IS NULL
            AND for_month IS NULL
        ELSE stripe_invoice_id IS NULL AND (plan_id IS NULL) = (for_month IS NULL)
            AND (plan_id IS NULL OR method = 'promptpay') END);
CREATE TRIGGER keep_gift_month BEFORE UPDATE ON gift FOR EACH ROW
    WHEN (NEW.for_month IS DISTINCT FROM OLD.for_month)
    EXECUTE FUNCTION keep_gift_of_plan();
"""

STRAYS = """
CREATE TABLE stray_subscription (
    id varchar CONSTRAINT pk_stray_subscription PRIMARY KEY,
    office_id uuid NOT NULL CONSTRAINT fk_stray_subscription_office_id REFERENCES ledger.office,
    customer_id varchar NOT NULL,
    amount_minor bigint NOT NULL,
    currency varchar NOT NULL,
    state varchar NOT NULL,
    found_at timestamptz NOT NULL,
    stopped_at timestamptz,
    noted_by uuid CONSTRAINT fk_stray_subscription_noted_by REFERENCES staff,
    noted_at timestamptz,
    CONSTRAINT ck_stray_subscription_state CHECK (state IN ('stopping', 'stopped', 'left')),
    CONSTRAINT ck_stray_subscription_stopped
        CHECK ((state = 'stopped') = (stopped_at IS NOT NULL)),
    CONSTRAINT ck_stray_subscription_noted CHECK (
        (noted_by IS NULL) = (noted_at IS NULL) AND (noted_at IS NULL OR state <> 'stopping'))
);
CREATE INDEX ix_stray_subscription_found_at ON stray_subscription (found_at)
    WHERE noted_at IS NULL;
CREATE TRIGGER kept BEFORE DELETE OR TRUNCATE ON stray_subscription
    FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change();
"""

# A fund to which somebody gives each month, or will as soon as Stripe took the change.
CLOSING = """
CREATE FUNCTION ledger.fund_has_plans() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    found bigint;
BEGIN
    SELECT count(*) INTO found FROM public.plan p
    WHERE p.state NOT IN ('stopped', 'expired') AND (p.fund_id = OLD.id OR EXISTS (
        SELECT FROM public.plan_change c WHERE c.plan_id = p.id AND c.state = 'asked'
            AND c.kind = 'fund' AND c.after->>'fund_id' = OLD.id::varchar));
    IF found > 0 THEN
        RAISE EXCEPTION '% plans give to fund %', found, OLD.id USING
            ERRCODE = 'check_violation', CONSTRAINT = 'fund_has_plans', DETAIL = found::varchar;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER fund_has_plans BEFORE UPDATE ON ledger.fund FOR EACH ROW
    WHEN (OLD.is_open AND NOT NEW.is_open) EXECUTE FUNCTION ledger.fund_has_plans();

-- Held until the end, as for a gift that opens.
CREATE FUNCTION plan_turns() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    PERFORM FROM ledger.fund WHERE id = (NEW.after->>'fund_id')::uuid AND is_open FOR SHARE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'fund % is closed', NEW.after->>'fund_id' USING ERRCODE = 'LF005';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER plan_turns AFTER INSERT ON plan_change
    FOR EACH ROW WHEN (NEW.kind = 'fund') EXECUTE FUNCTION plan_turns();
"""


LETTERS = """
ALTER TABLE plan_letter
    DROP CONSTRAINT ck_plan_letter_kind,
    ADD CONSTRAINT ck_plan_letter_kind CHECK (kind IN ('failed', 'ended', 'stopped', 'second',
        'card', 'follows', 'asked', 'reminded', 'reminded_again'));
"""


def upgrade() -> None:
    for script in (PLEDGES, STRAYS, CLOSING, LETTERS):
        op.get_bind().connection.driver_connection.execute(script)
    op.execute("REVOKE EXECUTE ON FUNCTION ledger.fund_has_plans() FROM PUBLIC")


def downgrade() -> None:
    """Possible as long as nobody pledged."""
    op.execute(
        """
        ALTER TABLE plan_letter
            DROP CONSTRAINT ck_plan_letter_kind,
            ADD CONSTRAINT ck_plan_letter_kind CHECK (
                kind IN ('failed', 'ended', 'stopped', 'second'));
        DROP TRIGGER plan_turns ON plan_change;
        DROP FUNCTION plan_turns;
        DROP TRIGGER fund_has_plans ON ledger.fund;
        DROP FUNCTION ledger.fund_has_plans;
        DROP TABLE stray_subscription;
        DROP TRIGGER keep_gift_month ON gift;
        ALTER TABLE gift
            DROP CONSTRAINT ck_gift_plan,
            DROP COLUMN for_month,
            ADD CONSTRAINT ck_gift_plan CHECK (
                CASE WHEN method = 'plan'
                THEN plan_id IS NOT NULL AND stripe_invoice_id IS NOT NULL AND donor_id IS NOT NULL
                    AND state = 'paid' AND bank_reference IS NULL AND stripe_session_id IS NULL
                ELSE plan_id IS NULL AND stripe_invoice_id IS NULL END);
        DROP TRIGGER keep_plan_kind ON plan;
        DROP FUNCTION keep_plan_kind;
        ALTER TABLE plan
            DROP CONSTRAINT ck_plan_started,
            DROP CONSTRAINT ck_plan_promptpay,
            DROP COLUMN replaces_id,
            DROP COLUMN method,
            ADD CONSTRAINT ck_plan_started CHECK (
                (state IN ('open', 'expired')) = (started_at IS NULL)
                AND (started_at IS NULL OR stripe_subscription_id IS NOT NULL));
        """
    )
