"""A gift that begins and its fund that closes wait for each other."""

from alembic import op

revision = "0021"
down_revision = "0020"

GIFTS = """
-- Held until the end, so that a fund that is being closed waits, or is found closed.
CREATE FUNCTION gift_opens() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    PERFORM FROM ledger.fund WHERE id = NEW.fund_id AND is_open FOR SHARE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'fund % is closed', NEW.fund_id USING ERRCODE = 'LF005';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER gift_opens AFTER INSERT OR UPDATE OF state ON gift
    FOR EACH ROW WHEN (NEW.state = 'open') EXECUTE FUNCTION gift_opens();
"""


def upgrade() -> None:
    op.get_bind().connection.driver_connection.execute(GIFTS)


def downgrade() -> None:
    op.execute("DROP TRIGGER gift_opens ON gift")
    op.execute("DROP FUNCTION gift_opens")
