"""Events that are worked off in batches, asked about behind a fence, and looked at again."""

from alembic import op

revision = "0023"
down_revision = "0022"


def upgrade() -> None:
    op.execute(
        """
        ALTER TABLE settlement_inbox
            ADD replayed bigint NOT NULL DEFAULT 0,
            DROP CONSTRAINT ck_settlement_inbox_state,
            ADD CONSTRAINT ck_settlement_inbox_state
                CHECK (state IN ('waiting', 'asking', 'failed', 'done', 'ignored')),
            DROP CONSTRAINT ck_settlement_inbox_done,
            ADD CONSTRAINT ck_settlement_inbox_done
                CHECK ((state IN ('done', 'ignored')) = (done_at IS NOT NULL)),
            ADD CONSTRAINT ck_settlement_inbox_replayed CHECK (replayed >= 0);
        ALTER TABLE settlement_inbox ALTER replayed DROP DEFAULT;

        -- Each index holds only what one loop or one list looks for, and stays small.
        DROP INDEX ix_settlement_inbox_due_at;
        CREATE INDEX ix_settlement_inbox_due_at ON settlement_inbox (due_at)
            WHERE state IN ('waiting', 'failed');
        CREATE INDEX ix_settlement_inbox_asking ON settlement_inbox (due_at)
            WHERE state = 'asking';
        CREATE INDEX ix_settlement_inbox_failed ON settlement_inbox (id) WHERE state = 'failed';
        CREATE INDEX ix_settlement_inbox_office_id_received_at
            ON settlement_inbox (office_id, received_at) WHERE way = 'webhook';

        CREATE INDEX ix_settlement_inbox_swept ON settlement_inbox (office_id, received_at)
            WHERE way = 'sweep';
        CREATE INDEX ix_gift_at_stripe ON gift (office_id, created_at)
            WHERE state IN ('open', 'processing');

        -- How often Stripe was asked about an object: an answer counts for the last who asked.
        CREATE TABLE stripe_asked (
            office_id uuid NOT NULL
                CONSTRAINT fk_stripe_asked_office_id REFERENCES ledger.office,
            object_id varchar NOT NULL,
            asked bigint NOT NULL,
            CONSTRAINT pk_stripe_asked PRIMARY KEY (office_id, object_id),
            CONSTRAINT ck_stripe_asked_asked CHECK (asked > 0)
        );
        """
    )


def downgrade() -> None:
    op.execute(
        """
        DROP TABLE stripe_asked;
        DROP INDEX ix_settlement_inbox_due_at, ix_settlement_inbox_asking,
            ix_settlement_inbox_failed, ix_settlement_inbox_office_id_received_at,
            ix_settlement_inbox_swept, ix_gift_at_stripe;
        UPDATE settlement_inbox SET state = 'waiting' WHERE state = 'asking';
        UPDATE settlement_inbox SET state = 'done' WHERE state = 'ignored';
        ALTER TABLE settlement_inbox
            DROP CONSTRAINT ck_settlement_inbox_state,
            ADD CONSTRAINT ck_settlement_inbox_state
                CHECK (state IN ('waiting', 'failed', 'done')),
            DROP CONSTRAINT ck_settlement_inbox_done,
            ADD CONSTRAINT ck_settlement_inbox_done
                CHECK ((state = 'done') = (done_at IS NOT NULL)),
            DROP COLUMN replayed;
        CREATE INDEX ix_settlement_inbox_due_at ON settlement_inbox (due_at)
            WHERE state <> 'done';
        """
    )
