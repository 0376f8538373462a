"""The organisation, its staff, their roles, teams and invitations."""

from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.execute(
        """
        CREATE TABLE organisation (
            id bigint CONSTRAINT pk_organisation PRIMARY KEY,
            name_en varchar NOT NULL,
            name_th varchar NOT NULL,
            contact_email varchar NOT NULL,
            CONSTRAINT ck_organisation_only_one CHECK (id = 1),
            CONSTRAINT ck_organisation_named CHECK (name_en <> '' AND name_th <> '')
        );

        CREATE TABLE staff (
            id uuid CONSTRAINT pk_staff PRIMARY KEY,
            name varchar NOT NULL,
            email varchar NOT NULL CONSTRAINT uq_staff_email UNIQUE,
            language varchar NOT NULL,
            state varchar NOT NULL,
            password_hash varchar,
            key_id uuid NOT NULL CONSTRAINT fk_staff_key_id REFERENCES vault.data_key (id),
            sealed_totp bytea,
            totp_enrolled_at timestamptz,
            totp_last_counter bigint,
            failed_attempts bigint NOT NULL DEFAULT 0,
            locked_until timestamptz,
            session_epoch bigint NOT NULL DEFAULT 1,
            invited_by uuid CONSTRAINT fk_staff_invited_by REFERENCES staff (id),
            created_at timestamptz NOT NULL,
            version bigint NOT NULL DEFAULT 1,
            CONSTRAINT ck_staff_state CHECK (state IN ('invited', 'active', 'left')),
            CONSTRAINT ck_staff_language CHECK (language IN ('en', 'th')),
            CONSTRAINT ck_staff_named CHECK (name <> ''),
            CONSTRAINT ck_staff_email CHECK (email = lower(email) AND email LIKE '_%@_%'),
            CONSTRAINT ck_staff_password CHECK (state <> 'active' OR password_hash IS NOT NULL),
            CONSTRAINT ck_staff_totp CHECK (totp_enrolled_at IS NULL OR sealed_totp IS NOT NULL),
            CONSTRAINT ck_staff_attempts CHECK (failed_attempts >= 0)
        );

        CREATE TABLE staff_role (
            id uuid CONSTRAINT pk_staff_role PRIMARY KEY,
            staff_id uuid NOT NULL CONSTRAINT fk_staff_role_staff_id REFERENCES staff (id),
            role varchar NOT NULL,
            from_at timestamptz NOT NULL,
            until_at timestamptz,
            CONSTRAINT ck_staff_role_role CHECK (role IN (
                'caseworker', 'supervisor', 'committee_member', 'chair', 'finance_officer',
                'treasurer', 'auditor', 'data_protection', 'administrator')),
            CONSTRAINT ck_staff_role_term CHECK (until_at IS NULL OR until_at >= from_at),
            -- A role is held once at a time.
            CONSTRAINT ex_staff_role_once EXCLUDE USING gist (
                staff_id WITH =, role WITH =, tstzrange(from_at, until_at) WITH &&),
            -- An administrator has no power over money or votes and no view of identities. As an
            -- exclusion it holds for rows written at the same moment too.
            CONSTRAINT ex_staff_role_administrator EXCLUDE USING gist (
                staff_id WITH =,
                (CASE WHEN role = 'administrator' THEN true
                      WHEN role IN ('auditor', 'data_protection') THEN NULL
                      ELSE false END) WITH <>,
                tstzrange(from_at, until_at) WITH &&)
        );

        -- Votes and approvals are judged by the seats of their day.
        CREATE FUNCTION staff_role_check() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF TG_OP = 'DELETE'
               OR to_jsonb(NEW) - 'until_at' <> to_jsonb(OLD) - 'until_at'
               OR NEW.until_at IS NULL OR NEW.until_at > OLD.until_at THEN
                RAISE EXCEPTION 'a seat only ends, and sooner' USING ERRCODE = 'check_violation';
            END IF;
            RETURN NEW;
        END $$;
        CREATE TRIGGER staff_role_check BEFORE UPDATE OR DELETE ON staff_role
            FOR EACH ROW EXECUTE FUNCTION staff_role_check();

        CREATE TABLE invitation (
            id uuid CONSTRAINT pk_invitation PRIMARY KEY,
            staff_id uuid NOT NULL CONSTRAINT fk_invitation_staff_id REFERENCES staff (id),
            expires_at timestamptz NOT NULL,
            used_at timestamptz
        );
        CREATE INDEX ix_invitation_staff_id ON invitation (staff_id);

        CREATE TABLE supervises (
            supervisor_id uuid CONSTRAINT fk_supervises_supervisor_id REFERENCES staff (id),
            caseworker_id uuid CONSTRAINT fk_supervises_caseworker_id REFERENCES staff (id),
            CONSTRAINT pk_supervises PRIMARY KEY (supervisor_id, caseworker_id),
            CONSTRAINT ck_supervises_two_persons CHECK (supervisor_id <> caseworker_id)
        );
        CREATE INDEX ix_supervises_caseworker_id ON supervises (caseworker_id);
        """
    )


def downgrade() -> None:
    op.execute("DROP TABLE supervises, invitation, staff_role, staff, organisation")
    op.execute("DROP FUNCTION staff_role_check()")
