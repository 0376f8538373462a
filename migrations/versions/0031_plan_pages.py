"""A donor's second plan for one fund gives nothing more until they say that they wish for both."""

from alembic import op

revision = "0031"
down_revision = "0030"


def upgrade() -> None:
    op.execute(
        """
        ALTER TABLE plan ADD COLUMN confirmed_at timestamptz;
        UPDATE plan SET confirmed_at = coalesce(started_at, created_at) WHERE is_additional;
        ALTER TABLE plan ADD CONSTRAINT ck_plan_confirmed CHECK (
            NOT is_additional OR confirmed_at IS NOT NULL OR state NOT IN ('active', 'past_due'));
        ALTER TABLE plan_letter
            DROP CONSTRAINT ck_plan_letter_kind,
            ADD CONSTRAINT ck_plan_letter_kind CHECK (
                kind IN ('failed', 'ended', 'stopped', 'second'));
        CREATE INDEX ix_plan_state ON plan (state, id);
        """
    )


def downgrade() -> None:
    """Possible as long as nobody was asked."""
    op.execute(
        """
        DROP INDEX ix_plan_state;
        ALTER TABLE plan_letter
            DROP CONSTRAINT ck_plan_letter_kind,
            ADD CONSTRAINT ck_plan_letter_kind CHECK (kind IN ('failed', 'ended', 'stopped'));
        ALTER TABLE plan DROP CONSTRAINT ck_plan_confirmed, DROP COLUMN confirmed_at;
        """
    )
