"""Stripe's events as they came in, and the balance transactions that the books are made from."""

from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.execute(
        """
        CREATE TABLE settlement_feed (
            office_id uuid CONSTRAINT pk_settlement_feed PRIMARY KEY
                CONSTRAINT fk_settlement_feed_office_id REFERENCES ledger.office,
            key_id uuid NOT NULL CONSTRAINT fk_settlement_feed_key_id REFERENCES vault.data_key,
            woken_at timestamptz,
            pulled_at timestamptz,
            seen_to bigint NOT NULL,
            swept_to bigint NOT NULL
        );

        CREATE TABLE settlement_inbox (
            id uuid CONSTRAINT pk_settlement_inbox PRIMARY KEY,
            office_id uuid NOT NULL
                CONSTRAINT fk_settlement_inbox_office_id REFERENCES ledger.office,
            event_id varchar NOT NULL,
            type varchar NOT NULL,
            object_id varchar NOT NULL,
            happened_at timestamptz NOT NULL,
            received_at timestamptz NOT NULL,
            way varchar NOT NULL,
            key_id uuid NOT NULL CONSTRAINT fk_settlement_inbox_key_id REFERENCES vault.data_key,
            sealed_payload bytea NOT NULL,
            state varchar NOT NULL,
            attempts bigint NOT NULL,
            due_at timestamptz NOT NULL,
            error varchar,
            done_at timestamptz,
            CONSTRAINT uq_settlement_inbox_office_id_event_id UNIQUE (office_id, event_id),
            CONSTRAINT ck_settlement_inbox_way CHECK (way IN ('webhook', 'sweep')),
            CONSTRAINT ck_settlement_inbox_state CHECK (state IN ('waiting', 'failed', 'done')),
            CONSTRAINT ck_settlement_inbox_done CHECK ((state = 'done') = (done_at IS NOT NULL)),
            CONSTRAINT ck_settlement_inbox_failed CHECK (state <> 'failed' OR error IS NOT NULL)
        );
        CREATE INDEX ix_settlement_inbox_due_at ON settlement_inbox (due_at)
            WHERE state <> 'done';

        CREATE TABLE balance_transaction (
            id varchar CONSTRAINT pk_balance_transaction PRIMARY KEY,
            office_id uuid NOT NULL
                CONSTRAINT fk_balance_transaction_office_id REFERENCES ledger.office,
            category varchar NOT NULL,
            type varchar NOT NULL,
            source_id varchar,
            gift_id uuid CONSTRAINT fk_balance_transaction_gift_id REFERENCES gift,
            fund_id uuid CONSTRAINT fk_balance_transaction_fund_id REFERENCES ledger.fund,
            amount_minor bigint NOT NULL,
            fee_minor bigint NOT NULL,
            net_minor bigint NOT NULL,
            currency varchar NOT NULL,
            presented_minor bigint,
            presented_currency varchar,
            exchange_rate numeric,
            happened_at timestamptz NOT NULL,
            available_at timestamptz NOT NULL,
            seen_at timestamptz NOT NULL,
            state varchar NOT NULL,
            is_available boolean NOT NULL,
            arrived_on date,
            CONSTRAINT ck_balance_transaction_net CHECK (net_minor = amount_minor - fee_minor),
            CONSTRAINT ck_balance_transaction_state CHECK (state IN ('posted', 'unclassified')),
            CONSTRAINT ck_balance_transaction_presented
                CHECK ((presented_minor IS NULL) = (presented_currency IS NULL)),
            CONSTRAINT ck_balance_transaction_charge
                CHECK (category <> 'charge' OR fund_id IS NOT NULL),
            CONSTRAINT ck_balance_transaction_arrived_on
                CHECK (arrived_on IS NULL OR category = 'payout')
        );
        CREATE INDEX ix_balance_transaction_gift_id ON balance_transaction (gift_id);
        CREATE INDEX ix_balance_transaction_available_at ON balance_transaction (available_at)
            WHERE NOT is_available;
        CREATE INDEX ix_balance_transaction_on_the_way ON balance_transaction (happened_at)
            WHERE category = 'payout' AND arrived_on IS NULL;
        """
    )


def downgrade() -> None:
    op.execute("DROP TABLE balance_transaction, settlement_inbox, settlement_feed")
