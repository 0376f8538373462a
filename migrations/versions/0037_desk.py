"""Nothing changes in this step."""

revision = "0037"
down_revision = "0036"


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
