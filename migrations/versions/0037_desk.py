"""When finance was told by mail that Stripe fell silent."""

import sqlalchemy as sa
from alembic import op

revision = "0037"
down_revision = "0036"


def upgrade() -> None:
    op.add_column("settlement_feed", sa.Column("silence_told_at", sa.DateTime(timezone=True)))


def downgrade() -> None:
    op.drop_column("settlement_feed", "silence_told_at")
