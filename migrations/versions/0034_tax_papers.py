"""The tax number that a gift was given with."""

from alembic import op

revision = "0034"
down_revision = "0033"


def upgrade() -> None:
    op.execute("ALTER TABLE gift ADD COLUMN sealed_tax_id bytea")


def downgrade() -> None:
    op.execute("ALTER TABLE gift DROP COLUMN sealed_tax_id")
