"""Lines of Stripe's balance that wait for what they belong to, and whose amounts never change."""

from alembic import op

revision = "0024"
down_revision = "0023"

LINES = """
ALTER TABLE balance_transaction
    ADD COLUMN charge_id varchar,
    ADD COLUMN intent_id varchar,
    ADD COLUMN payout_id varchar,
    ADD COLUMN is_automatic boolean,
    ADD COLUMN is_listed boolean NOT NULL DEFAULT false,
    ADD COLUMN error varchar,
    ADD COLUMN tries bigint NOT NULL DEFAULT 0,
    ADD COLUMN due_at timestamptz,
    ADD COLUMN is_return_due boolean NOT NULL DEFAULT false,
    DROP CONSTRAINT ck_balance_transaction_state,
    DROP CONSTRAINT ck_balance_transaction_charge;
ALTER TABLE balance_transaction
    ALTER COLUMN is_listed DROP DEFAULT,
    ALTER COLUMN tries DROP DEFAULT,
    ALTER COLUMN is_return_due DROP DEFAULT;
UPDATE balance_transaction SET is_automatic = true, is_listed = true
    WHERE category = 'payout' AND state = 'posted';
UPDATE balance_transaction SET due_at = seen_at WHERE state = 'unclassified';
ALTER TABLE balance_transaction
    ADD CONSTRAINT ck_balance_transaction_state
        CHECK (state IN ('waiting', 'posted', 'memo', 'unclassified')),
    ADD CONSTRAINT ck_balance_transaction_charge
        CHECK (category <> 'charge' OR state <> 'posted' OR fund_id IS NOT NULL),
    ADD CONSTRAINT ck_balance_transaction_waiting
        CHECK (state <> 'waiting' OR error IS NOT NULL AND due_at IS NOT NULL);
CREATE INDEX ix_balance_transaction_source_id ON balance_transaction (source_id);
CREATE INDEX ix_balance_transaction_payout_id ON balance_transaction (payout_id)
    WHERE payout_id IS NOT NULL;
CREATE INDEX ix_balance_transaction_due_at ON balance_transaction (due_at)
    WHERE state IN ('waiting', 'unclassified');
CREATE INDEX ix_balance_transaction_return_due ON balance_transaction (id) WHERE is_return_due;

-- What Stripe said of its balance stays as it was said: only what we make of it moves on.
CREATE FUNCTION keep_balance_transaction() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR (OLD.id, OLD.office_id, OLD.category, OLD.type, OLD.source_id,
            OLD.charge_id, OLD.amount_minor, OLD.fee_minor, OLD.net_minor, OLD.currency,
            OLD.presented_minor, OLD.presented_currency, OLD.exchange_rate, OLD.happened_at,
            OLD.available_at)
        IS DISTINCT FROM (NEW.id, NEW.office_id, NEW.category, NEW.type, NEW.source_id,
            NEW.charge_id, NEW.amount_minor, NEW.fee_minor, NEW.net_minor, NEW.currency,
            NEW.presented_minor, NEW.presented_currency, NEW.exchange_rate, NEW.happened_at,
            NEW.available_at) THEN
        RAISE EXCEPTION 'what Stripe said of its balance stays'
            USING ERRCODE = 'restrict_violation';
    END IF;
    IF OLD.state IN ('posted', 'memo') AND (OLD.state, OLD.fund_id, OLD.gift_id)
            IS DISTINCT FROM (NEW.state, NEW.fund_id, NEW.gift_id) THEN
        RAISE EXCEPTION 'a line that is booked stays where it is booked'
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER keep_balance_transaction BEFORE UPDATE OR DELETE ON balance_transaction
    FOR EACH ROW EXECUTE FUNCTION keep_balance_transaction();
"""

NO_LINES = """
DROP TRIGGER keep_balance_transaction ON balance_transaction;
DROP FUNCTION keep_balance_transaction();
DROP INDEX ix_balance_transaction_source_id, ix_balance_transaction_payout_id,
    ix_balance_transaction_due_at, ix_balance_transaction_return_due;
UPDATE balance_transaction SET state = 'unclassified' WHERE state IN ('waiting', 'memo');
UPDATE balance_transaction b SET fund_id = (SELECT id FROM ledger.fund WHERE code = 'general')
    WHERE b.category = 'charge' AND b.fund_id IS NULL;
ALTER TABLE balance_transaction
    DROP CONSTRAINT ck_balance_transaction_waiting,
    DROP CONSTRAINT ck_balance_transaction_state,
    DROP CONSTRAINT ck_balance_transaction_charge,
    DROP COLUMN charge_id, DROP COLUMN intent_id, DROP COLUMN payout_id,
    DROP COLUMN is_automatic, DROP COLUMN is_listed, DROP COLUMN error, DROP COLUMN tries,
    DROP COLUMN due_at, DROP COLUMN is_return_due,
    ADD CONSTRAINT ck_balance_transaction_state CHECK (state IN ('posted', 'unclassified')),
    ADD CONSTRAINT ck_balance_transaction_charge
        CHECK (category <> 'charge' OR fund_id IS NOT NULL);
"""

REFUNDS = """
-- Up to how much, in the office's currency, one person of finance may give back alone. Without a
-- row every refund needs a second person.
CREATE TABLE refund_limit (
    office_id uuid NOT NULL CONSTRAINT fk_refund_limit_office_id REFERENCES ledger.office,
    valid_from timestamptz NOT NULL,
    alone_minor bigint NOT NULL,
    entered_by uuid NOT NULL CONSTRAINT fk_refund_limit_entered_by REFERENCES staff,
    CONSTRAINT pk_refund_limit PRIMARY KEY (office_id, valid_from),
    CONSTRAINT ck_refund_limit_alone_minor CHECK (alone_minor >= 0)
);

CREATE TABLE stripe_refund (
    id uuid CONSTRAINT pk_stripe_refund PRIMARY KEY,
    gift_id uuid NOT NULL CONSTRAINT fk_stripe_refund_gift_id REFERENCES gift,
    office_id uuid NOT NULL CONSTRAINT fk_stripe_refund_office_id REFERENCES ledger.office,
    stripe_id varchar CONSTRAINT uq_stripe_refund_stripe_id UNIQUE,
    origin varchar NOT NULL,
    amount_minor bigint NOT NULL,
    currency varchar NOT NULL,
    reason varchar NOT NULL,
    state varchar NOT NULL,
    pending_reason varchar,
    failure_reason varchar,
    action_until timestamptz,
    needs_second boolean NOT NULL,
    asked_by uuid CONSTRAINT fk_stripe_refund_asked_by REFERENCES staff,
    asked_at timestamptz NOT NULL,
    decided_by uuid CONSTRAINT fk_stripe_refund_decided_by REFERENCES staff,
    decided_at timestamptz,
    sent_at timestamptz,
    settled_by uuid CONSTRAINT fk_stripe_refund_settled_by REFERENCES staff,
    settled_at timestamptz,
    CONSTRAINT ck_stripe_refund_amount_minor CHECK (amount_minor > 0),
    CONSTRAINT ck_stripe_refund_state CHECK (state IN ('asked', 'approved', 'declined', 'sending',
        'refused', 'pending', 'requires_action', 'succeeded', 'failed', 'canceled')),
    CONSTRAINT ck_stripe_refund_origin CHECK (
        origin = 'ours' AND asked_by IS NOT NULL
        OR origin = 'dashboard' AND asked_by IS NULL AND stripe_id IS NOT NULL),
    CONSTRAINT ck_stripe_refund_decided_by
        CHECK (decided_by <> asked_by AND (decided_by IS NULL) = (decided_at IS NULL)),
    CONSTRAINT ck_stripe_refund_second CHECK (
        state = 'asked' OR NOT needs_second OR decided_by IS NOT NULL),
    CONSTRAINT ck_stripe_refund_settled CHECK (
        (settled_by IS NULL) = (settled_at IS NULL)
        AND (settled_at IS NULL OR state IN ('failed', 'canceled')))
);
CREATE INDEX ix_stripe_refund_gift_id ON stripe_refund (gift_id);
CREATE INDEX ix_stripe_refund_open ON stripe_refund (id) WHERE settled_at IS NULL
    AND state NOT IN ('declined', 'refused', 'succeeded');

-- No more is asked back than is left of the gift; whoever asks holds the gift's lock. Who gave it
-- back, how much and why stays; money that came back is not given back again.
CREATE FUNCTION stripe_refund_check() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'a refund stays' USING ERRCODE = 'restrict_violation';
    END IF;
    IF TG_OP = 'UPDATE' THEN
        IF (OLD.gift_id, OLD.office_id, OLD.origin, OLD.amount_minor, OLD.currency, OLD.reason,
                OLD.needs_second, OLD.asked_by, OLD.asked_at)
            IS DISTINCT FROM (NEW.gift_id, NEW.office_id, NEW.origin, NEW.amount_minor,
                NEW.currency, NEW.reason, NEW.needs_second, NEW.asked_by, NEW.asked_at)
            OR OLD.stripe_id <> NEW.stripe_id
            OR OLD.state IN ('failed', 'canceled', 'declined') AND NEW.state <> OLD.state THEN
            RAISE EXCEPTION 'a refund stays what it is' USING ERRCODE = 'restrict_violation';
        END IF;
    ELSIF NEW.origin = 'ours' AND (
            SELECT coalesce(sum(amount_minor), 0) + NEW.amount_minor FROM stripe_refund
            WHERE gift_id = NEW.gift_id
                AND state NOT IN ('declined', 'refused', 'failed', 'canceled')
        ) > (SELECT amount_minor FROM gift WHERE id = NEW.gift_id) THEN
        RAISE EXCEPTION 'gift % has not so much left', NEW.gift_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'refund_of_gift';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER stripe_refund_check BEFORE INSERT OR UPDATE OR DELETE ON stripe_refund
    FOR EACH ROW EXECUTE FUNCTION stripe_refund_check();
"""

NO_REFUNDS = """
DROP TABLE stripe_refund, refund_limit;
DROP FUNCTION stripe_refund_check;
"""

DOUBTS = """
CREATE TABLE stripe_dispute (
    id varchar CONSTRAINT pk_stripe_dispute PRIMARY KEY,
    office_id uuid NOT NULL CONSTRAINT fk_stripe_dispute_office_id REFERENCES ledger.office,
    charge_id varchar NOT NULL,
    amount_minor bigint NOT NULL,
    currency varchar NOT NULL,
    reason varchar NOT NULL,
    state varchar NOT NULL,
    evidence_due_at timestamptz,
    opened_at timestamptz NOT NULL,
    lost_at timestamptz,
    loss_booked_at timestamptz,
    win_told_at timestamptz,
    noted_as varchar,
    noted_by uuid CONSTRAINT fk_stripe_dispute_noted_by REFERENCES staff,
    noted_at timestamptz,
    hold_id uuid CONSTRAINT fk_stripe_dispute_hold_id REFERENCES ledger.hold,
    released_at timestamptz,
    CONSTRAINT ck_stripe_dispute_amount_minor CHECK (amount_minor > 0),
    CONSTRAINT ck_stripe_dispute_state CHECK (state IN ('warning_needs_response',
        'warning_under_review', 'warning_closed', 'needs_response', 'under_review', 'won', 'lost',
        'prevented')),
    CONSTRAINT ck_stripe_dispute_noted CHECK (
        num_nonnulls(noted_as, noted_by, noted_at) IN (0, 3)
        AND noted_as IN ('answered', 'accepted')),
    CONSTRAINT ck_stripe_dispute_loss CHECK (loss_booked_at IS NULL OR lost_at IS NOT NULL),
    CONSTRAINT ck_stripe_dispute_released CHECK (released_at IS NULL OR hold_id IS NOT NULL)
);
CREATE INDEX ix_stripe_dispute_charge_id ON stripe_dispute (charge_id);

CREATE TABLE stripe_alert (
    id varchar CONSTRAINT pk_stripe_alert PRIMARY KEY,
    kind varchar NOT NULL,
    office_id uuid NOT NULL CONSTRAINT fk_stripe_alert_office_id REFERENCES ledger.office,
    charge_id varchar NOT NULL,
    reason varchar NOT NULL,
    opened_at timestamptz NOT NULL,
    decision varchar,
    decided_by uuid CONSTRAINT fk_stripe_alert_decided_by REFERENCES staff,
    decided_at timestamptz,
    hold_id uuid CONSTRAINT fk_stripe_alert_hold_id REFERENCES ledger.hold,
    released_at timestamptz,
    CONSTRAINT ck_stripe_alert_kind CHECK (kind IN ('warning', 'review')),
    CONSTRAINT ck_stripe_alert_decision CHECK (
        decision IN ('kept', 'closed') AND (decision = 'kept') = (decided_by IS NOT NULL)),
    CONSTRAINT ck_stripe_alert_decided_at CHECK ((decision IS NULL) = (decided_at IS NULL)),
    CONSTRAINT ck_stripe_alert_released CHECK (released_at IS NULL OR hold_id IS NOT NULL)
);
CREATE INDEX ix_stripe_alert_charge_id ON stripe_alert (charge_id);
"""


def upgrade() -> None:
    for script in (LINES, REFUNDS, DOUBTS):
        op.get_bind().connection.driver_connection.execute(script)


def downgrade() -> None:
    op.execute("DROP TABLE stripe_alert, stripe_dispute")
    for script in (NO_REFUNDS, NO_LINES):
        op.get_bind().connection.driver_connection.execute(script)
