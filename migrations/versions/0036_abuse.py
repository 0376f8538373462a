"""What stands before Stripe's page: who came, what failed, the breaker, and the pace of a rush."""

from alembic import op

revision = "0036"
down_revision = "0035"

ABUSE = """
CREATE TABLE checkout_gate (
    order_id uuid NOT NULL,
    attempt bigint NOT NULL,
    office_id uuid NOT NULL
        CONSTRAINT fk_checkout_gate_office_id REFERENCES ledger.office,
    email_index bytea NOT NULL,
    address_index bytea NOT NULL,
    network_index bytea NOT NULL,
    is_trapped boolean NOT NULL,
    came_at timestamptz NOT NULL,
    needs varchar NOT NULL,
    let_by varchar,
    let_at timestamptz,
    slot_at timestamptz,
    link_id uuid CONSTRAINT uq_checkout_gate_link_id UNIQUE,
    link_at timestamptz,
    links bigint NOT NULL,
    closed_at timestamptz,
    CONSTRAINT pk_checkout_gate PRIMARY KEY (order_id, attempt),
    CONSTRAINT ck_checkout_gate_indexes CHECK (octet_length(email_index) = 32
        AND octet_length(address_index) = 32 AND octet_length(network_index) = 32),
    CONSTRAINT ck_checkout_gate_needs CHECK (needs IN ('nothing', 'proof', 'mail')
        AND (needs = 'mail' OR NOT is_trapped)),
    CONSTRAINT ck_checkout_gate_let CHECK ((let_by IS NULL) = (let_at IS NULL)
        AND (let_by = 'mail' OR let_by = 'proof' AND needs <> 'mail'
            OR let_by = 'nothing' AND needs = 'nothing')),
    CONSTRAINT ck_checkout_gate_link CHECK ((link_id IS NULL) = (link_at IS NULL)
        AND (links > 0 OR link_id IS NULL))
);
CREATE INDEX ix_checkout_gate_came_at ON checkout_gate (came_at);
CREATE INDEX ix_checkout_gate_email_index_came_at ON checkout_gate (email_index, came_at);
CREATE INDEX ix_checkout_gate_address_index_came_at ON checkout_gate (address_index, came_at);
CREATE INDEX ix_checkout_gate_network_index_came_at ON checkout_gate (network_index, came_at);

CREATE TABLE checkout_failure (
    office_id uuid NOT NULL
        CONSTRAINT fk_checkout_failure_office_id REFERENCES ledger.office,
    charge_id varchar NOT NULL,
    order_id uuid NOT NULL,
    attempt bigint NOT NULL,
    let_by varchar NOT NULL,
    card_index bytea,
    email_index bytea NOT NULL,
    address_index bytea NOT NULL,
    network_index bytea NOT NULL,
    failed_at timestamptz NOT NULL,
    CONSTRAINT pk_checkout_failure PRIMARY KEY (office_id, charge_id),
    CONSTRAINT ck_checkout_failure_let_by CHECK (let_by IN ('nothing', 'proof', 'mail')),
    CONSTRAINT ck_checkout_failure_indexes CHECK (octet_length(card_index) = 32
        AND octet_length(email_index) = 32 AND octet_length(address_index) = 32
        AND octet_length(network_index) = 32)
);
CREATE INDEX ix_checkout_failure_failed_at ON checkout_failure (failed_at);

CREATE TABLE checkout_breaker (
    office_id uuid CONSTRAINT pk_checkout_breaker PRIMARY KEY
        CONSTRAINT fk_checkout_breaker_office_id REFERENCES ledger.office,
    level bigint NOT NULL,
    since timestamptz NOT NULL,
    troubled_at timestamptz NOT NULL,
    cause varchar NOT NULL,
    note varchar,
    moved_by uuid CONSTRAINT fk_checkout_breaker_moved_by REFERENCES staff,
    CONSTRAINT ck_checkout_breaker_level CHECK (level BETWEEN 0 AND 2),
    CONSTRAINT ck_checkout_breaker_cause
        CHECK (cause IN ('calm', 'failures', 'insisting', 'by_hand')),
    CONSTRAINT ck_checkout_breaker_note CHECK ((cause = 'by_hand') = (note IS NOT NULL)
        AND (cause = 'by_hand') = (moved_by IS NOT NULL)
        AND btrim(note) <> '' AND length(note) <= 500)
);

CREATE TABLE checkout_pace (
    office_id uuid CONSTRAINT pk_checkout_pace PRIMARY KEY
        CONSTRAINT fk_checkout_pace_office_id REFERENCES ledger.office,
    since timestamptz NOT NULL,
    next_at timestamptz NOT NULL
);
"""


def upgrade() -> None:
    op.get_bind().connection.driver_connection.execute(ABUSE)


def downgrade() -> None:
    """Whoever stands before the gate comes through; nothing that was given is touched."""
    for table in ("checkout_pace", "checkout_breaker", "checkout_failure", "checkout_gate"):
        op.execute(f"DROP TABLE {table}")
