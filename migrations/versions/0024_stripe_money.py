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


def upgrade() -> None:
    op.get_bind().connection.driver_connection.execute(LINES)


def downgrade() -> None:
    op.get_bind().connection.driver_connection.execute(NO_LINES)
