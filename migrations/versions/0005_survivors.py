"""The vault: records, who works on them, attestation, guardians, consent, documents."""

from alembic import op

revision = "0005"
down_revision = "0004"

TABLES = """
CREATE TABLE vault.survivor (
    id uuid CONSTRAINT pk_survivor PRIMARY KEY,
    case_code varchar NOT NULL CONSTRAINT uq_survivor_case_code UNIQUE,
    key_id uuid NOT NULL CONSTRAINT fk_survivor_key_id REFERENCES vault.data_key (id),
    sealed_identity bytea NOT NULL,
    sealed_label bytea,
    name_index bytea,
    national_id_index bytea CONSTRAINT uq_survivor_national_id_index UNIQUE,
    birth_year bigint NOT NULL,
    region varchar NOT NULL,
    state varchar NOT NULL,
    added_by uuid NOT NULL CONSTRAINT fk_survivor_added_by REFERENCES staff (id),
    added_at timestamptz NOT NULL,
    version bigint NOT NULL,
    CONSTRAINT ck_survivor_state CHECK (state IN ('open', 'closed')),
    CONSTRAINT ck_survivor_region CHECK (region IN ('north', 'northeast', 'central', 'bangkok',
        'east', 'west', 'south', 'abroad'))
);
CREATE INDEX ix_survivor_name_index ON vault.survivor (name_index);

CREATE TABLE vault.case_assignment (
    id uuid CONSTRAINT pk_case_assignment PRIMARY KEY,
    survivor_id uuid NOT NULL
        CONSTRAINT fk_case_assignment_survivor_id REFERENCES vault.survivor (id),
    staff_id uuid NOT NULL CONSTRAINT fk_case_assignment_staff_id REFERENCES staff (id),
    assigned_by uuid NOT NULL CONSTRAINT fk_case_assignment_assigned_by REFERENCES staff (id),
    from_at timestamptz NOT NULL,
    until_at timestamptz,
    CONSTRAINT ck_case_assignment_until CHECK (until_at >= from_at)
);
CREATE UNIQUE INDEX ix_case_assignment_open ON vault.case_assignment (staff_id, survivor_id)
    WHERE until_at IS NULL;
CREATE INDEX ix_case_assignment_survivor_id ON vault.case_assignment (survivor_id);

CREATE TABLE vault.attestation (
    id uuid CONSTRAINT pk_attestation PRIMARY KEY,
    survivor_id uuid NOT NULL
        CONSTRAINT fk_attestation_survivor_id REFERENCES vault.survivor (id),
    staff_id uuid NOT NULL CONSTRAINT fk_attestation_staff_id REFERENCES staff (id),
    way varchar NOT NULL,
    attested_at timestamptz NOT NULL,
    CONSTRAINT uq_attestation_survivor_id_staff_id UNIQUE (survivor_id, staff_id),
    CONSTRAINT ck_attestation_way CHECK (way IN ('met_in_person', 'checked_papers'))
);

CREATE TABLE vault.document (
    id uuid CONSTRAINT pk_document PRIMARY KEY,
    survivor_id uuid NOT NULL CONSTRAINT fk_document_survivor_id REFERENCES vault.survivor (id),
    subject_kind varchar NOT NULL,
    subject_id uuid NOT NULL,
    document_class varchar NOT NULL,
    content_type varchar NOT NULL,
    pages bigint NOT NULL,
    size bigint NOT NULL,
    storage_key varchar NOT NULL CONSTRAINT uq_document_storage_key UNIQUE,
    uploaded_by uuid NOT NULL CONSTRAINT fk_document_uploaded_by REFERENCES staff (id),
    uploaded_at timestamptz NOT NULL,
    state varchar NOT NULL,
    CONSTRAINT uq_document_id_survivor_id UNIQUE (id, survivor_id),
    CONSTRAINT ck_document_subject_kind CHECK (subject_kind IN ('survivor', 'application',
        'award', 'instalment')),
    CONSTRAINT ck_document_document_class CHECK (document_class IN ('quotation', 'school_letter',
        'enrolment_proof', 'consent_paper', 'id_paper', 'receipt', 'term_report', 'other')),
    CONSTRAINT ck_document_content_type CHECK (content_type IN ('application/pdf', 'image/jpeg')),
    CONSTRAINT ck_document_state CHECK (state IN ('pending', 'stored', 'failed')),
    CONSTRAINT ck_document_pages CHECK (pages > 0 AND size > 0)
);
CREATE INDEX ix_document_survivor_id ON vault.document (survivor_id);
CREATE INDEX ix_document_subject_id ON vault.document (subject_id);

CREATE TABLE vault.consent_wording (
    id uuid CONSTRAINT pk_consent_wording PRIMARY KEY,
    kind varchar NOT NULL,
    version bigint NOT NULL,
    language varchar NOT NULL,
    text varchar NOT NULL,
    added_at timestamptz NOT NULL,
    CONSTRAINT uq_consent_wording_kind_language_version UNIQUE (kind, language, version),
    CONSTRAINT ck_consent_wording_kind CHECK (kind IN ('holder', 'own', 'assent')),
    CONSTRAINT ck_consent_wording_language CHECK (language IN ('en', 'th'))
);

CREATE TABLE vault.guardian (
    id uuid CONSTRAINT pk_guardian PRIMARY KEY,
    survivor_id uuid NOT NULL CONSTRAINT fk_guardian_survivor_id REFERENCES vault.survivor (id),
    sealed_name bytea NOT NULL,
    relation varchar NOT NULL,
    is_safe_to_contact boolean NOT NULL,
    added_by uuid NOT NULL CONSTRAINT fk_guardian_added_by REFERENCES staff (id),
    added_at timestamptz NOT NULL,
    CONSTRAINT uq_guardian_id_survivor_id UNIQUE (id, survivor_id),
    CONSTRAINT ck_guardian_relation CHECK (relation IN ('mother', 'father', 'grandparent',
        'sibling', 'other_relative', 'legal_guardian'))
);
CREATE INDEX ix_guardian_survivor_id ON vault.guardian (survivor_id);

CREATE TABLE vault.consent (
    id uuid CONSTRAINT pk_consent PRIMARY KEY,
    survivor_id uuid NOT NULL CONSTRAINT fk_consent_survivor_id REFERENCES vault.survivor (id),
    giver_kind varchar NOT NULL,
    relation varchar,
    guardian_id uuid,
    wording_id uuid CONSTRAINT fk_consent_wording_id REFERENCES vault.consent_wording (id),
    given_how varchar,
    given_on date NOT NULL,
    expires_on date NOT NULL,
    document_id uuid,
    lawful_basis varchar,
    sealed_reason bytea,
    assent_wording_id uuid
        CONSTRAINT fk_consent_assent_wording_id REFERENCES vault.consent_wording (id),
    assent_how varchar,
    assented_on date,
    recorded_by uuid NOT NULL CONSTRAINT fk_consent_recorded_by REFERENCES staff (id),
    recorded_at timestamptz NOT NULL,
    confirmed_by uuid CONSTRAINT fk_consent_confirmed_by REFERENCES staff (id),
    confirmed_at timestamptz,
    withdrawn_by uuid CONSTRAINT fk_consent_withdrawn_by REFERENCES staff (id),
    withdrawn_at timestamptz,
    withdrawal_reason varchar,
    CONSTRAINT fk_consent_guardian_id_survivor_id FOREIGN KEY (guardian_id, survivor_id)
        REFERENCES vault.guardian (id, survivor_id),
    CONSTRAINT fk_consent_document_id_survivor_id FOREIGN KEY (document_id, survivor_id)
        REFERENCES vault.document (id, survivor_id),
    CONSTRAINT ck_consent_giver CHECK (CASE giver_kind
        WHEN 'survivor' THEN guardian_id IS NULL AND assent_wording_id IS NULL
        WHEN 'guardian' THEN guardian_id IS NOT NULL
        WHEN 'state_guardian' THEN guardian_id IS NULL AND document_id IS NOT NULL
        WHEN 'other_lawful_basis' THEN guardian_id IS NULL
        ELSE false END),
    CONSTRAINT ck_consent_wording CHECK (CASE giver_kind
        WHEN 'other_lawful_basis' THEN wording_id IS NULL AND given_how IS NULL
            AND lawful_basis IS NOT NULL AND sealed_reason IS NOT NULL
            AND expires_on <= given_on + 30
        ELSE wording_id IS NOT NULL AND given_how IS NOT NULL
            AND lawful_basis IS NULL AND sealed_reason IS NULL END),
    CONSTRAINT ck_consent_relation CHECK ((relation IS NOT NULL)
        = (giver_kind IN ('guardian', 'state_guardian'))),
    CONSTRAINT ck_consent_given_how CHECK (given_how IN ('paper', 'spoken_witnessed', 'online')),
    CONSTRAINT ck_consent_lawful_basis CHECK (lawful_basis IN ('vital_interests', 'legal_claims',
        'social_protection_law')),
    CONSTRAINT ck_consent_assent CHECK (
        (assent_how IN ('paper', 'spoken_witnessed', 'online') AND assented_on IS NOT NULL
            AND assent_wording_id IS NOT NULL)
        OR (assent_how IS NULL AND assented_on IS NULL AND assent_wording_id IS NULL)),
    CONSTRAINT ck_consent_expires CHECK (expires_on >= given_on),
    CONSTRAINT ck_consent_confirmed CHECK ((confirmed_by IS NULL) = (confirmed_at IS NULL)
        AND (confirmed_by IS NULL OR giver_kind = 'other_lawful_basis')),
    CONSTRAINT ck_consent_second_person CHECK (confirmed_by <> recorded_by),
    CONSTRAINT ck_consent_withdrawn CHECK ((withdrawn_by IS NULL) = (withdrawn_at IS NULL)
        AND (withdrawn_by IS NULL) = (withdrawal_reason IS NULL)),
    CONSTRAINT ck_consent_withdrawal_reason CHECK (withdrawal_reason IN ('survivor_asked',
        'guardian_asked', 'ground_ended', 'recorded_in_error'))
);
CREATE INDEX ix_consent_survivor_id ON vault.consent (survivor_id);
CREATE INDEX ix_consent_expires_on ON vault.consent (expires_on);
"""

RULES = """
CREATE FUNCTION vault.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '%.% keeps what was recorded', TG_TABLE_SCHEMA, TG_TABLE_NAME
        USING ERRCODE = 'check_violation';
END $$;

CREATE TRIGGER kept BEFORE UPDATE OR DELETE ON vault.attestation
    FOR EACH ROW EXECUTE FUNCTION vault.refuse_change();
CREATE TRIGGER kept_whole BEFORE TRUNCATE ON vault.attestation
    FOR EACH STATEMENT EXECUTE FUNCTION vault.refuse_change();
CREATE TRIGGER kept BEFORE UPDATE OR DELETE ON vault.consent_wording
    FOR EACH ROW EXECUTE FUNCTION vault.refuse_change();
CREATE TRIGGER kept_whole BEFORE TRUNCATE ON vault.consent_wording
    FOR EACH STATEMENT EXECUTE FUNCTION vault.refuse_change();
CREATE TRIGGER kept BEFORE DELETE ON vault.consent
    FOR EACH ROW EXECUTE FUNCTION vault.refuse_change();
CREATE TRIGGER kept_whole BEFORE TRUNCATE ON vault.consent
    FOR EACH STATEMENT EXECUTE FUNCTION vault.refuse_change();

-- Erasure destroys the survivor's key; the rows stay.
CREATE TRIGGER kept BEFORE DELETE ON vault.survivor
    FOR EACH ROW EXECUTE FUNCTION vault.refuse_change();
CREATE TRIGGER kept BEFORE DELETE ON vault.case_assignment
    FOR EACH ROW EXECUTE FUNCTION vault.refuse_change();
CREATE TRIGGER kept BEFORE DELETE ON vault.guardian
    FOR EACH ROW EXECUTE FUNCTION vault.refuse_change();
CREATE TRIGGER kept BEFORE DELETE ON vault.document
    FOR EACH ROW EXECUTE FUNCTION vault.refuse_change();

CREATE FUNCTION vault.check_attestation() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.staff_id = (SELECT added_by FROM vault.survivor WHERE id = NEW.survivor_id) THEN
        RAISE EXCEPTION 'who added a record does not attest it'
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER second_person BEFORE INSERT ON vault.attestation
    FOR EACH ROW EXECUTE FUNCTION vault.check_attestation();

-- Who added a record, and its code, stay: an attestation rests on the first.
CREATE FUNCTION vault.check_survivor() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.added_by, NEW.added_at, NEW.case_code, NEW.key_id)
        IS DISTINCT FROM (OLD.added_by, OLD.added_at, OLD.case_code, OLD.key_id) THEN
        RAISE EXCEPTION 'code, key and origin of a record stay'
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER origin_stays BEFORE UPDATE ON vault.survivor
    FOR EACH ROW EXECUTE FUNCTION vault.check_survivor();

-- The birth date is sealed, so the database holds the rules of age to the year;
-- fund/survivors/ages.py holds them to the day.
CREATE FUNCTION vault.check_consent() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    turns bigint := extract(year FROM NEW.given_on)
        - (SELECT birth_year FROM vault.survivor WHERE id = NEW.survivor_id);
    wanted varchar := CASE NEW.giver_kind WHEN 'survivor' THEN 'own' ELSE 'holder' END;
BEGIN
    IF NEW.giver_kind = 'survivor' AND turns < 20 THEN
        RAISE EXCEPTION 'under twenty another consents' USING ERRCODE = 'check_violation';
    ELSIF NEW.giver_kind <> 'survivor' AND turns > 20 THEN
        RAISE EXCEPTION 'from twenty the survivor alone consents'
            USING ERRCODE = 'check_violation';
    ELSIF NEW.giver_kind <> 'survivor' AND turns > 10 AND NEW.assent_wording_id IS NULL THEN
        RAISE EXCEPTION 'from ten the child assents' USING ERRCODE = 'check_violation';
    ELSIF NEW.wording_id IS NOT NULL AND wanted <>
        (SELECT kind FROM vault.consent_wording WHERE id = NEW.wording_id) THEN
        RAISE EXCEPTION 'the wording is for another giver' USING ERRCODE = 'check_violation';
    ELSIF NEW.assent_wording_id IS NOT NULL AND 'assent' <>
        (SELECT kind FROM vault.consent_wording WHERE id = NEW.assent_wording_id) THEN
        RAISE EXCEPTION 'the wording is not one of assent' USING ERRCODE = 'check_violation';
    ELSIF NEW.confirmed_at IS NOT NULL OR NEW.withdrawn_at IS NOT NULL THEN
        RAISE EXCEPTION 'confirmation and withdrawal come later'
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER ages BEFORE INSERT ON vault.consent
    FOR EACH ROW EXECUTE FUNCTION vault.check_consent();

-- A consent changes twice at most, each once: confirmed by the second person, and withdrawn.
CREATE FUNCTION vault.check_consent_change() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    may_change text[] := ARRAY['confirmed_by', 'confirmed_at', 'withdrawn_by', 'withdrawn_at',
        'withdrawal_reason'];
BEGIN
    IF to_jsonb(NEW) - may_change IS DISTINCT FROM to_jsonb(OLD) - may_change THEN
        RAISE EXCEPTION 'a consent stays as it was given' USING ERRCODE = 'check_violation';
    ELSIF OLD.confirmed_at IS NOT NULL AND (NEW.confirmed_at, NEW.confirmed_by)
        IS DISTINCT FROM (OLD.confirmed_at, OLD.confirmed_by) THEN
        RAISE EXCEPTION 'a confirmation stays' USING ERRCODE = 'check_violation';
    ELSIF OLD.withdrawn_at IS NOT NULL AND to_jsonb(NEW) IS DISTINCT FROM to_jsonb(OLD) THEN
        RAISE EXCEPTION 'a withdrawal stays' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER one_way BEFORE UPDATE ON vault.consent
    FOR EACH ROW EXECUTE FUNCTION vault.check_consent_change();

-- The one place that says which consent counts; the code and every trigger ask here.
CREATE FUNCTION vault.find_valid_consent(survivor uuid, on_day date) RETURNS uuid
LANGUAGE sql STABLE AS $$
    SELECT id FROM vault.consent
    WHERE survivor_id = survivor
        AND withdrawn_at IS NULL
        AND on_day BETWEEN given_on AND expires_on
        AND (giver_kind <> 'other_lawful_basis' OR confirmed_at IS NOT NULL)
    ORDER BY expires_on DESC, id DESC LIMIT 1
$$;
CREATE FUNCTION vault.has_valid_consent(survivor uuid, on_day date) RETURNS boolean
LANGUAGE sql STABLE AS $$ SELECT vault.find_valid_consent(survivor, on_day) IS NOT NULL $$;

CREATE FUNCTION vault.is_attested(survivor uuid) RETURNS boolean
LANGUAGE sql STABLE AS $$
    SELECT EXISTS (SELECT 1 FROM vault.attestation WHERE survivor_id = survivor)
$$;
"""


def upgrade() -> None:
    op.execute(TABLES)
    op.execute(RULES)


def downgrade() -> None:
    op.execute(
        """
        DROP FUNCTION vault.is_attested, vault.has_valid_consent, vault.find_valid_consent;
        DROP TABLE vault.consent, vault.guardian, vault.consent_wording, vault.document,
            vault.attestation, vault.case_assignment, vault.survivor;
        DROP FUNCTION vault.refuse_change, vault.check_attestation, vault.check_survivor,
            vault.check_consent, vault.check_consent_change;
        """
    )
