"""Checkpoints in the log, witnesses, signing keys."""

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
