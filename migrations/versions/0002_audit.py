"""The audit log: events, the Merkle tree over them, signed checkpoints."""

from alembic import op

revision = "0002"
down_revision = "0001"

TABLES = ("epoch", "event", "leaf", "node", "checkpoint")


def upgrade() -> None:
    op.execute(
        """
        CREATE FUNCTION audit.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            RAISE EXCEPTION '%.% is append-only: % refused', TG_TABLE_SCHEMA, TG_TABLE_NAME, TG_OP
                USING ERRCODE = 'restrict_violation';
        END $$;

        CREATE TABLE audit.epoch (
            epoch bigint CONSTRAINT pk_epoch PRIMARY KEY,
            started_at timestamptz NOT NULL
        );
        INSERT INTO audit.epoch VALUES (1, now());
        CREATE FUNCTION audit.current_epoch() RETURNS bigint LANGUAGE sql STABLE
            RETURN (SELECT max(epoch) FROM audit.epoch);

        CREATE TABLE audit.event (
            id uuid CONSTRAINT pk_event PRIMARY KEY,
            xid bigint NOT NULL DEFAULT pg_current_xact_id()::text::bigint,
            epoch bigint NOT NULL DEFAULT audit.current_epoch(),
            name varchar NOT NULL,
            actor varchar NOT NULL,
            subject_kind varchar NOT NULL,
            subject_id uuid NOT NULL,
            data jsonb NOT NULL,
            at timestamptz NOT NULL,
            payload_commit bytea NOT NULL,
            leaf_hash bytea NOT NULL,
            key_id uuid CONSTRAINT fk_event_key_id REFERENCES vault.data_key,
            sealed bytea,
            CONSTRAINT ck_event_payload_commit CHECK (octet_length(payload_commit) = 32),
            CONSTRAINT ck_event_leaf_hash CHECK (octet_length(leaf_hash) = 32),
            CONSTRAINT ck_event_sealed CHECK ((key_id IS NULL) = (sealed IS NULL)),
            CONSTRAINT ck_event_data CHECK (jsonb_typeof(data) = 'object')
        );
        CREATE INDEX ix_event_subject_kind_subject_id_id
            ON audit.event (subject_kind, subject_id, id);
        CREATE INDEX ix_event_epoch_xid_id ON audit.event (epoch, xid, id);

        CREATE TABLE audit.leaf (
            index bigint CONSTRAINT pk_leaf PRIMARY KEY,
            event_id uuid NOT NULL CONSTRAINT uq_leaf_event_id UNIQUE,
            leaf_hash bytea NOT NULL,
            epoch bigint NOT NULL,
            xid bigint NOT NULL,
            CONSTRAINT ck_leaf_index CHECK (index >= 0)
        );
        -- One look at all new leaves, instead of a foreign key that would lock every event row.
        CREATE FUNCTION audit.check_leaves() RETURNS trigger LANGUAGE plpgsql AS $$
        DECLARE
            lowest bigint;
            highest bigint;
            added bigint;
        BEGIN
            SELECT min(index), max(index), count(*) INTO lowest, highest, added FROM new_leaf;
            IF highest - lowest + 1 <> added OR lowest > 0
                AND NOT EXISTS (SELECT FROM audit.leaf WHERE index = lowest - 1) THEN
                RAISE EXCEPTION 'audit.leaf would have a gap'
                    USING ERRCODE = 'integrity_constraint_violation';
            END IF;
            IF EXISTS (
                SELECT FROM new_leaf AS l LEFT JOIN audit.event AS e
                    ON e.id = l.event_id AND e.leaf_hash = l.leaf_hash
                    AND e.epoch = l.epoch AND e.xid = l.xid
                WHERE e.id IS NULL
            ) THEN
                RAISE EXCEPTION 'audit.leaf would differ from its event'
                    USING ERRCODE = 'integrity_constraint_violation';
            END IF;
            RETURN NULL;
        END $$;
        CREATE TRIGGER check_leaves AFTER INSERT ON audit.leaf
            REFERENCING NEW TABLE AS new_leaf
            FOR EACH STATEMENT EXECUTE FUNCTION audit.check_leaves();

        CREATE TABLE audit.node (
            level bigint NOT NULL,
            index bigint NOT NULL,
            hash bytea NOT NULL,
            CONSTRAINT pk_node PRIMARY KEY (level, index),
            CONSTRAINT ck_node_place CHECK (level > 0 AND index >= 0),
            CONSTRAINT ck_node_hash CHECK (octet_length(hash) = 32)
        );
        CREATE TABLE audit.checkpoint (
            size bigint CONSTRAINT pk_checkpoint PRIMARY KEY,
            root bytea NOT NULL,
            note varchar NOT NULL,
            at timestamptz NOT NULL,
            CONSTRAINT ck_checkpoint_size CHECK (size > 0),
            CONSTRAINT ck_checkpoint_root CHECK (octet_length(root) = 32)
        );
        """
    )
    for table in TABLES:
        op.execute(
            f"CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE OR TRUNCATE ON audit.{table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION audit.refuse_change()"
        )


def downgrade() -> None:
    for table in reversed(TABLES):
        op.execute(f"DROP TABLE audit.{table} CASCADE")
    for function in ("refuse_change", "check_leaves"):  # the tables took the other along
        op.execute(f"DROP FUNCTION audit.{function}")
