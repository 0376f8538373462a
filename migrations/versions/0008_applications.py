"""Tables of fund/applications."""

from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.execute(TABLES)
    op.execute(RULES)


def downgrade() -> None:
    op.execute("DROP TABLE other_support, budget_line, application")
    op.execute("DROP FUNCTION application_check(), application_part_check()")


TABLES = """
CREATE TABLE application (
    id uuid CONSTRAINT pk_application PRIMARY KEY,
    survivor_id uuid NOT NULL
        CONSTRAINT fk_application_survivor_id REFERENCES vault.survivor (id),
    kind varchar NOT NULL,
    fund_id uuid NOT NULL CONSTRAINT fk_application_fund_id REFERENCES ledger.fund (id),
    state varchar NOT NULL,
    author_id uuid NOT NULL CONSTRAINT fk_application_author_id REFERENCES staff (id),
    sealed_aim bytea,
    sealed_need bytea,
    sealed_plan bytea,
    sealed_safety bytea,
    region varchar,
    age_band varchar,
    round bigint NOT NULL,
    requested_minor bigint,
    created_at timestamptz NOT NULL,
    saved_at timestamptz NOT NULL,
    submitted_at timestamptz,
    version bigint NOT NULL,
    CONSTRAINT ck_application_kind CHECK (kind IN ('education', 'vocational')),
    CONSTRAINT ck_application_state CHECK (state IN ('draft', 'submitted', 'in_review', 'returned',
        'approved', 'declined', 'deferred', 'withdrawn')),
    CONSTRAINT ck_application_requested_minor CHECK (requested_minor > 0),
    CONSTRAINT ck_application_submitted CHECK (state IN ('draft', 'withdrawn') OR (round > 0
        AND submitted_at IS NOT NULL AND requested_minor IS NOT NULL AND age_band IS NOT NULL
        AND region IS NOT NULL))
);
CREATE INDEX ix_application_survivor_id ON application (survivor_id);
CREATE INDEX ix_application_fund_id ON application (fund_id);
CREATE INDEX ix_application_author_id ON application (author_id);
CREATE INDEX ix_application_state_id ON application (state, id);

CREATE TABLE budget_line (
    id uuid CONSTRAINT pk_budget_line PRIMARY KEY,
    application_id uuid NOT NULL CONSTRAINT fk_budget_line_application_id
        REFERENCES application (id) ON DELETE CASCADE,
    position bigint NOT NULL,
    line_kind varchar,
    payee_kind varchar,
    guardian_reason varchar,
    amount_minor bigint,
    due_month date,
    CONSTRAINT uq_budget_line_application_id_position UNIQUE (application_id, position),
    CONSTRAINT ck_budget_line_line_kind CHECK (line_kind IN ('tuition', 'uniform', 'books',
        'transport', 'course_fee', 'tools', 'equipment', 'living', 'family_support', 'other')),
    CONSTRAINT ck_budget_line_payee_kind CHECK (
        payee_kind IN ('school', 'training_centre', 'vendor', 'guardian')),
    CONSTRAINT ck_budget_line_guardian_reason CHECK (
        guardian_reason IN ('small_daily_cost', 'no_invoice', 'privacy')),
    CONSTRAINT ck_budget_line_amount_minor CHECK (amount_minor > 0),
    CONSTRAINT ck_budget_line_due_month CHECK (extract(day FROM due_month) = 1)
);

CREATE TABLE other_support (
    id uuid CONSTRAINT pk_other_support PRIMARY KEY,
    application_id uuid NOT NULL CONSTRAINT fk_other_support_application_id
        REFERENCES application (id) ON DELETE CASCADE,
    position bigint NOT NULL,
    source varchar,
    line_kind varchar,
    standing varchar,
    amount_minor bigint,
    CONSTRAINT uq_other_support_application_id_position UNIQUE (application_id, position),
    CONSTRAINT ck_other_support_source CHECK (source IN ('school_subsidy', 'scholarship', 'family',
        'local_government', 'other_organisation')),
    CONSTRAINT ck_other_support_line_kind CHECK (line_kind IN ('tuition', 'uniform', 'books',
        'transport', 'course_fee', 'tools', 'equipment', 'living', 'family_support', 'other')),
    CONSTRAINT ck_other_support_standing CHECK (standing IN ('granted', 'asked')),
    CONSTRAINT ck_other_support_amount_minor CHECK (amount_minor > 0)
);
"""

RULES = """
-- Who asks, for whom and what for never changes; states follow each other one way; what is
-- submitted is whole and has a valid consent that day; a purpose fund pays only its purpose.
CREATE FUNCTION application_check() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM ledger.fund WHERE id = NEW.fund_id AND purpose <> NEW.kind) THEN
        RAISE EXCEPTION 'this fund pays only grants of its purpose'
            USING ERRCODE = 'check_violation';
    END IF;
    IF TG_OP = 'INSERT' THEN
        IF NEW.state <> 'draft' THEN
            RAISE EXCEPTION 'an application begins as a draft' USING ERRCODE = 'check_violation';
        END IF;
        RETURN NEW;
    END IF;
    IF (NEW.survivor_id, NEW.author_id, NEW.kind) IS DISTINCT FROM
       (OLD.survivor_id, OLD.author_id, OLD.kind) THEN
        RAISE EXCEPTION 'whom an application is for, and by whom, does not change'
            USING ERRCODE = 'check_violation';
    END IF;
    IF OLD.state NOT IN ('draft', 'returned') AND
       (NEW.fund_id, NEW.requested_minor, NEW.round, NEW.sealed_aim, NEW.sealed_need,
        NEW.sealed_plan, NEW.sealed_safety, NEW.region, NEW.age_band, NEW.submitted_at)
       IS DISTINCT FROM
       (OLD.fund_id, OLD.requested_minor, OLD.round, OLD.sealed_aim, OLD.sealed_need,
        OLD.sealed_plan, OLD.sealed_safety, OLD.region, OLD.age_band, OLD.submitted_at) THEN
        RAISE EXCEPTION 'what was submitted does not change' USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.state = OLD.state THEN
        RETURN NEW;
    END IF;
    IF (OLD.state, NEW.state) NOT IN (
        ('draft', 'submitted'), ('draft', 'withdrawn'),
        ('submitted', 'in_review'), ('submitted', 'returned'), ('submitted', 'withdrawn'),
        ('in_review', 'approved'), ('in_review', 'declined'), ('in_review', 'deferred'),
        ('in_review', 'returned'), ('in_review', 'withdrawn'),
        ('returned', 'submitted'), ('returned', 'withdrawn'), ('deferred', 'withdrawn')) THEN
        RAISE EXCEPTION 'an application does not go from % to %', OLD.state, NEW.state
            USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.state = 'submitted' THEN
        IF NEW.round <> OLD.round + 1 THEN
            RAISE EXCEPTION 'each submission is a new round' USING ERRCODE = 'check_violation';
        END IF;
        IF NOT vault.has_valid_consent(
            NEW.survivor_id, (NEW.submitted_at AT TIME ZONE 'Asia/Bangkok')::date) THEN
            RAISE EXCEPTION 'no valid consent' USING ERRCODE = 'check_violation';
        END IF;
        IF NEW.sealed_aim IS NULL OR NEW.sealed_need IS NULL OR NEW.sealed_plan IS NULL
           OR NEW.sealed_safety IS NULL
           OR NOT EXISTS (SELECT FROM budget_line WHERE application_id = NEW.id)
           OR EXISTS (SELECT FROM budget_line WHERE application_id = NEW.id
                AND (line_kind IS NULL OR payee_kind IS NULL OR amount_minor IS NULL
                     OR due_month IS NULL
                     OR (payee_kind = 'guardian' AND guardian_reason IS NULL)))
           OR EXISTS (SELECT FROM other_support WHERE application_id = NEW.id
                AND (source IS NULL OR line_kind IS NULL OR standing IS NULL
                     OR amount_minor IS NULL)) THEN
            RAISE EXCEPTION 'the application is not complete' USING ERRCODE = 'check_violation';
        END IF;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER application_check BEFORE INSERT OR UPDATE ON application
    FOR EACH ROW EXECUTE FUNCTION application_check();

CREATE TRIGGER kept BEFORE DELETE ON application
    FOR EACH ROW EXECUTE FUNCTION vault.refuse_change();

-- Lines and other support change only while the application is with its author.
CREATE FUNCTION application_part_check() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM application
        WHERE id IN (NEW.application_id, OLD.application_id)
          AND state NOT IN ('draft', 'returned')) THEN
        RAISE EXCEPTION 'what was submitted does not change' USING ERRCODE = 'check_violation';
    END IF;
    RETURN COALESCE(NEW, OLD);
END $$;
CREATE TRIGGER budget_line_check BEFORE INSERT OR UPDATE OR DELETE ON budget_line
    FOR EACH ROW EXECUTE FUNCTION application_part_check();
CREATE TRIGGER other_support_check BEFORE INSERT OR UPDATE OR DELETE ON other_support
    FOR EACH ROW EXECUTE FUNCTION application_part_check();
"""
