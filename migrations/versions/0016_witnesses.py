"""The log's signing keys, witnesses' cosignatures; a checkpoint is an event like others."""

from alembic import op

revision = "0016"
down_revision = "0015"

TABLES = ("signing_key", "cosignature")


def upgrade() -> None:
    op.execute(
        """
        -- Nothing in the log proved it; when an epoch began is said by its event.
        ALTER TABLE audit.epoch DROP COLUMN started_at;

        CREATE TABLE audit.signing_key (
            number bigint CONSTRAINT pk_signing_key PRIMARY KEY,
            verifier_key varchar NOT NULL CONSTRAINT uq_signing_key_verifier_key UNIQUE,
            from_size bigint NOT NULL,
            rotation varchar,
            at timestamptz NOT NULL,
            CONSTRAINT ck_signing_key_number CHECK (number > 0),
            CONSTRAINT ck_signing_key_from_size CHECK (from_size >= 0),
            CONSTRAINT ck_signing_key_rotation CHECK ((number = 1) = (rotation IS NULL))
        );
        CREATE FUNCTION audit.check_signing_key() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF NEW.number <> (SELECT coalesce(max(number), 0) + 1 FROM audit.signing_key) THEN
                RAISE EXCEPTION 'audit.signing_key would have a gap'
                    USING ERRCODE = 'integrity_constraint_violation';
            END IF;
            RETURN NEW;
        END $$;
        CREATE TRIGGER check_signing_key BEFORE INSERT ON audit.signing_key
            FOR EACH ROW EXECUTE FUNCTION audit.check_signing_key();

        CREATE TABLE audit.cosignature (
            size bigint NOT NULL CONSTRAINT fk_cosignature_size REFERENCES audit.checkpoint,
            witness varchar NOT NULL,
            line varchar NOT NULL,
            at timestamptz NOT NULL,
            CONSTRAINT pk_cosignature PRIMARY KEY (size, witness)
        );
        CREATE INDEX ix_cosignature_witness_size ON audit.cosignature (witness, size);
        """
    )
    for table in TABLES:
        op.execute(
            f"CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE OR TRUNCATE ON audit.{table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION audit.refuse_change()"
        )


def downgrade() -> None:
    op.execute(
        """
        DROP TABLE audit.cosignature;
        DROP TABLE audit.signing_key;
        DROP FUNCTION audit.check_signing_key;
        ALTER TABLE audit.epoch ADD COLUMN started_at timestamptz NOT NULL DEFAULT now();
        ALTER TABLE audit.epoch ALTER COLUMN started_at DROP DEFAULT;
        """
    )
