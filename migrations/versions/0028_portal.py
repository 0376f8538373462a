"""The donors' own pages: links by mail that open them once, and the visits that follow."""

from alembic import op

revision = "0028"
down_revision = "0027"

PORTAL = """
CREATE TABLE portal_link (
    id uuid CONSTRAINT pk_portal_link PRIMARY KEY,
    email_index bytea NOT NULL,
    network_index bytea NOT NULL,
    made_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    used_at timestamptz,
    CONSTRAINT ck_portal_link_lifetime
        CHECK (expires_at > made_at AND expires_at <= made_at + interval '15 minutes'),
    CONSTRAINT ck_portal_link_used_at CHECK (used_at >= made_at AND used_at < expires_at)
);
CREATE INDEX ix_portal_link_email_index_made_at ON portal_link (email_index, made_at);
CREATE INDEX ix_portal_link_network_index_made_at ON portal_link (network_index, made_at);

CREATE FUNCTION keep_portal_link() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.used_at IS NOT NULL
        OR (NEW.id, NEW.email_index, NEW.network_index, NEW.made_at, NEW.expires_at)
        IS DISTINCT FROM
        (OLD.id, OLD.email_index, OLD.network_index, OLD.made_at, OLD.expires_at)
    THEN
        RAISE EXCEPTION 'a link is used once, and never changed'
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER keep_portal_link BEFORE UPDATE ON portal_link
    FOR EACH ROW EXECUTE FUNCTION keep_portal_link();

CREATE TABLE portal_session (
    id_sha256 bytea CONSTRAINT pk_portal_session PRIMARY KEY,
    donor_id uuid NOT NULL CONSTRAINT fk_portal_session_donor_id REFERENCES donor,
    made_at timestamptz NOT NULL,
    seen_at timestamptz NOT NULL,
    ends_at timestamptz NOT NULL,
    CONSTRAINT ck_portal_session_id_sha256 CHECK (octet_length(id_sha256) = 32),
    CONSTRAINT ck_portal_session_lifetime
        CHECK (ends_at > made_at AND ends_at <= made_at + interval '8 hours'),
    CONSTRAINT ck_portal_session_seen_at CHECK (seen_at BETWEEN made_at AND ends_at)
);
CREATE INDEX ix_portal_session_donor_id ON portal_session (donor_id);
"""


def upgrade() -> None:
    op.get_bind().connection.driver_connection.execute(PORTAL)


def downgrade() -> None:
    """Ends every visit; nothing else is lost."""
    op.execute("DROP TABLE portal_session")
    op.execute("DROP TABLE portal_link")
    op.execute("DROP FUNCTION keep_portal_link")
