"""What is asked of a gift is asked of a regular one too."""

from alembic import op

revision = "0030"
down_revision = "0029"

PLANS = """
ALTER TABLE plan
    ADD COLUMN cover_minor bigint NOT NULL DEFAULT 0,
    ADD COLUMN country varchar,
    ADD COLUMN wants_tax_receipt boolean NOT NULL DEFAULT false,
    ADD COLUMN is_anonymous boolean NOT NULL DEFAULT true,
    ADD COLUMN sealed_company bytea,
    ADD COLUMN sealed_note bytea,
    ADD CONSTRAINT ck_plan_cover_minor CHECK (cover_minor >= 0 AND cover_minor < amount_minor),
    ADD CONSTRAINT ck_plan_country CHECK (country ~ '^[A-Z]{2}$');
ALTER TABLE gift
    DROP CONSTRAINT ck_gift_cover_minor,
    ADD CONSTRAINT ck_gift_cover_minor
        CHECK (cover_minor >= 0 AND cover_minor < amount_minor
            AND (cover_minor = 0 OR method IN ('checkout', 'plan')));
-- Until the first payment; from then on it is the first gift's.
CREATE TABLE plan_dedication (
    plan_id uuid CONSTRAINT pk_plan_dedication PRIMARY KEY
        CONSTRAINT fk_plan_dedication_plan_id REFERENCES plan,
    kind varchar NOT NULL,
    sealed_honoured bytea NOT NULL,
    sealed_to_name bytea,
    sealed_to_email bytea,
    CONSTRAINT ck_plan_dedication_kind CHECK (kind IN ('honour', 'memory')),
    CONSTRAINT ck_plan_dedication_to
        CHECK ((sealed_to_email IS NULL) = (sealed_to_name IS NULL))
);
"""


def upgrade() -> None:
    op.execute(PLANS)


def downgrade() -> None:
    """Possible as long as no regular gift covers its fee."""
    op.execute(
        """
        DROP TABLE plan_dedication;
        ALTER TABLE gift
            DROP CONSTRAINT ck_gift_cover_minor,
            ADD CONSTRAINT ck_gift_cover_minor
                CHECK (cover_minor >= 0 AND cover_minor < amount_minor
                    AND (cover_minor = 0 OR method = 'checkout'));
        ALTER TABLE plan
            DROP COLUMN cover_minor, DROP COLUMN country, DROP COLUMN wants_tax_receipt,
            DROP COLUMN is_anonymous, DROP COLUMN sealed_company, DROP COLUMN sealed_note;
        """
    )
