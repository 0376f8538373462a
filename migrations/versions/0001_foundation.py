"""Schemas, rights, the job queue, form nonces and data keys."""

from alembic import op
from procrastinate.schema import SchemaManager

revision = "0001"
down_revision = None

SCHEMAS = ("ledger", "audit", "vault")


def upgrade() -> None:
    op.execute("CREATE EXTENSION IF NOT EXISTS btree_gist")
    for schema in SCHEMAS:
        op.execute(f"CREATE SCHEMA {schema}")
        op.execute(f"GRANT USAGE ON SCHEMA {schema} TO fund_app")
    # What the service may do is decided here, once, for every table that later migrations add.
    for schema, rights in (
        ("public", "SELECT, INSERT, UPDATE, DELETE"),
        ("vault", "SELECT, INSERT, UPDATE, DELETE"),
        ("audit", "SELECT, INSERT"),
        ("ledger", "SELECT"),
    ):
        op.execute(
            f"ALTER DEFAULT PRIVILEGES IN SCHEMA {schema} GRANT {rights} ON TABLES TO fund_app"
        )
        op.execute(
            f"ALTER DEFAULT PRIVILEGES IN SCHEMA {schema} GRANT USAGE ON SEQUENCES TO fund_app"
        )
    op.execute("GRANT SELECT ON alembic_version TO fund_app")

    # Run as one script: procrastinate's file holds functions with semicolons inside.
    op.get_bind().connection.driver_connection.execute(SchemaManager.get_schema())

    op.execute(
        """
        CREATE TABLE form_nonce (
            nonce uuid CONSTRAINT pk_form_nonce PRIMARY KEY,
            actor varchar NOT NULL,
            location varchar,
            used_at timestamptz NOT NULL DEFAULT now()
        );
        CREATE INDEX ix_form_nonce_used_at ON form_nonce (used_at);
        CREATE TABLE vault.data_key (
            id uuid CONSTRAINT pk_data_key PRIMARY KEY,
            owner_kind varchar NOT NULL,
            kek_version varchar NOT NULL,
            wrapped bytea,
            created_at timestamptz NOT NULL,
            destroyed_at timestamptz,
            CONSTRAINT ck_data_key_destroyed CHECK ((wrapped IS NULL) = (destroyed_at IS NOT NULL))
        );
        """
    )


def downgrade() -> None:
    raise NotImplementedError("the first migration goes down with its database")
