"""The rest of a fund's life: liabilities, holds, disputes."""

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
