"""Tables of fund/awards."""

from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.execute(TABLES)
    op.execute(RULES)
    op.execute(WORDINGS)


def downgrade() -> None:
    op.execute("DROP TRIGGER document_check ON vault.document")
    op.execute("DROP TABLE evidence, award_condition, instalment, acceptance, award")
    op.execute("DROP TABLE acceptance_wording")
    op.execute(
        "DROP FUNCTION award_check(), acceptance_check(), instalment_check(),"
        " award_condition_check(), evidence_check(), document_check()"
    )


TABLES = """
CREATE TABLE award (
    id uuid CONSTRAINT pk_award PRIMARY KEY,
    application_id uuid NOT NULL CONSTRAINT uq_award_application_id UNIQUE
        CONSTRAINT fk_award_application_id REFERENCES application (id),
    survivor_id uuid NOT NULL CONSTRAINT fk_award_survivor_id REFERENCES vault.survivor (id),
    fund_id uuid NOT NULL CONSTRAINT fk_award_fund_id REFERENCES ledger.fund (id),
    commitment_id uuid NOT NULL CONSTRAINT uq_award_commitment_id UNIQUE
        CONSTRAINT fk_award_commitment_id REFERENCES ledger.commitment (id),
    amount_minor bigint NOT NULL,
    state varchar NOT NULL,
    offered_at timestamptz NOT NULL,
    completed_at timestamptz,
    CONSTRAINT ck_award_state CHECK (
        state IN ('offered', 'active', 'suspended', 'completed', 'cancelled')),
    CONSTRAINT ck_award_amount_minor CHECK (amount_minor > 0),
    CONSTRAINT ck_award_completed CHECK ((state = 'completed') = (completed_at IS NOT NULL))
);
CREATE INDEX ix_award_survivor_id ON award (survivor_id);
CREATE INDEX ix_award_fund_id ON award (fund_id);

CREATE TABLE acceptance_wording (
    id uuid CONSTRAINT pk_acceptance_wording PRIMARY KEY,
    audience varchar NOT NULL,
    version bigint NOT NULL,
    language varchar NOT NULL,
    text varchar NOT NULL,
    CONSTRAINT uq_acceptance_wording_audience_version_language
        UNIQUE (audience, version, language),
    CONSTRAINT ck_acceptance_wording_audience CHECK (audience IN ('giver', 'child')),
    CONSTRAINT ck_acceptance_wording_language CHECK (language IN ('en', 'th'))
);

CREATE TABLE acceptance (
    id uuid CONSTRAINT pk_acceptance PRIMARY KEY,
    award_id uuid NOT NULL CONSTRAINT uq_acceptance_award_id UNIQUE
        CONSTRAINT fk_acceptance_award_id REFERENCES award (id),
    consent_id uuid NOT NULL CONSTRAINT fk_acceptance_consent_id REFERENCES vault.consent (id),
    wording_id uuid NOT NULL
        CONSTRAINT fk_acceptance_wording_id REFERENCES acceptance_wording (id),
    accepted_how varchar NOT NULL,
    assent_wording_id uuid
        CONSTRAINT fk_acceptance_assent_wording_id REFERENCES acceptance_wording (id),
    assented_how varchar,
    accepted_at timestamptz NOT NULL,
    recorded_by uuid NOT NULL CONSTRAINT fk_acceptance_recorded_by REFERENCES staff (id),
    CONSTRAINT ck_acceptance_accepted_how CHECK (
        accepted_how IN ('in_person', 'phone', 'video', 'paper')),
    CONSTRAINT ck_acceptance_assented_how CHECK (
        assented_how IN ('in_person', 'phone', 'video', 'paper')),
    CONSTRAINT ck_acceptance_assent CHECK ((assent_wording_id IS NULL) = (assented_how IS NULL))
);

CREATE TABLE instalment (
    id uuid CONSTRAINT pk_instalment PRIMARY KEY,
    award_id uuid NOT NULL CONSTRAINT fk_instalment_award_id REFERENCES award (id),
    position bigint NOT NULL,
    budget_line_id uuid NOT NULL
        CONSTRAINT fk_instalment_budget_line_id REFERENCES budget_line (id),
    line_kind varchar NOT NULL,
    payee_kind varchar NOT NULL,
    amount_minor bigint NOT NULL,
    due_on date NOT NULL,
    state varchar NOT NULL,
    state_at timestamptz NOT NULL,
    evidence_due_on date,
    CONSTRAINT uq_instalment_award_id_position UNIQUE (award_id, position),
    CONSTRAINT ck_instalment_amount_minor CHECK (amount_minor > 0),
    CONSTRAINT ck_instalment_state CHECK (state IN ('scheduled', 'ready', 'prepared', 'approved',
        'sent', 'paid', 'evidenced', 'cancelled', 'failed')),
    CONSTRAINT ck_instalment_evidence_due_on CHECK (
        (state IN ('paid', 'evidenced')) = (evidence_due_on IS NOT NULL))
);
CREATE INDEX ix_instalment_budget_line_id ON instalment (budget_line_id);
CREATE INDEX ix_instalment_state_due_on ON instalment (state, due_on);

CREATE TABLE award_condition (
    id uuid CONSTRAINT pk_award_condition PRIMARY KEY,
    award_id uuid NOT NULL CONSTRAINT fk_award_condition_award_id REFERENCES award (id),
    instalment_id uuid CONSTRAINT fk_award_condition_instalment_id REFERENCES instalment (id),
    kind varchar NOT NULL,
    confirmed_how varchar,
    document_id uuid CONSTRAINT fk_award_condition_document_id REFERENCES vault.document (id),
    confirmed_by uuid CONSTRAINT fk_award_condition_confirmed_by REFERENCES staff (id),
    confirmed_at timestamptz,
    CONSTRAINT ck_award_condition_kind CHECK (
        kind IN ('enrolment_confirmed', 'quotation_received', 'safety_plan_agreed')),
    CONSTRAINT ck_award_condition_confirmed_how CHECK (
        confirmed_how IN ('document', 'phone', 'visit')),
    CONSTRAINT ck_award_condition_confirmed CHECK (
        (confirmed_how IS NULL) = (confirmed_at IS NULL)
        AND (confirmed_by IS NULL) = (confirmed_at IS NULL)
        AND (document_id IS NOT NULL) = (confirmed_how IS NOT DISTINCT FROM 'document'))
);
CREATE INDEX ix_award_condition_award_id ON award_condition (award_id);
CREATE INDEX ix_award_condition_instalment_id ON award_condition (instalment_id);

CREATE TABLE evidence (
    id uuid CONSTRAINT pk_evidence PRIMARY KEY,
    instalment_id uuid NOT NULL CONSTRAINT fk_evidence_instalment_id REFERENCES instalment (id),
    document_id uuid NOT NULL CONSTRAINT uq_evidence_document_id UNIQUE
        CONSTRAINT fk_evidence_document_id REFERENCES vault.document (id),
    attached_by uuid NOT NULL CONSTRAINT fk_evidence_attached_by REFERENCES staff (id),
    attached_at timestamptz NOT NULL
);
CREATE INDEX ix_evidence_instalment_id ON evidence (instalment_id);
"""

RULES = """
-- No ghost beneficiaries: somebody attested the survivor before the first award, and a consent is
-- valid. What was granted, to whom, from which fund, stays.
CREATE FUNCTION award_check() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.state <> 'offered' THEN
            RAISE EXCEPTION 'an award begins as an offer' USING ERRCODE = 'check_violation';
        END IF;
        IF NOT EXISTS (SELECT FROM application WHERE id = NEW.application_id
                AND (survivor_id, fund_id, requested_minor)
                    = (NEW.survivor_id, NEW.fund_id, NEW.amount_minor)) THEN
            RAISE EXCEPTION 'an award is what its application asked, of its fund'
                USING ERRCODE = 'check_violation';
        END IF;
        IF NOT vault.is_attested(NEW.survivor_id) THEN
            RAISE EXCEPTION 'nobody has attested this survivor' USING ERRCODE = 'check_violation';
        END IF;
        IF NOT vault.has_valid_consent(
            NEW.survivor_id, (NEW.offered_at AT TIME ZONE 'Asia/Bangkok')::date) THEN
            RAISE EXCEPTION 'no valid consent' USING ERRCODE = 'check_violation';
        END IF;
        RETURN NEW;
    END IF;
    IF (NEW.application_id, NEW.survivor_id, NEW.fund_id, NEW.commitment_id, NEW.amount_minor,
        NEW.offered_at) IS DISTINCT FROM (OLD.application_id, OLD.survivor_id, OLD.fund_id,
        OLD.commitment_id, OLD.amount_minor, OLD.offered_at) THEN
        RAISE EXCEPTION 'what was granted does not change' USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.state <> OLD.state AND (OLD.state, NEW.state) NOT IN (
        ('offered', 'active'), ('offered', 'cancelled'), ('active', 'suspended'),
        ('active', 'completed'), ('active', 'cancelled'), ('suspended', 'active'),
        ('suspended', 'cancelled')) THEN
        RAISE EXCEPTION 'an award does not go from % to %', OLD.state, NEW.state
            USING ERRCODE = 'check_violation';
    END IF;
    IF OLD.state = 'offered' AND NEW.state = 'active'
       AND NOT EXISTS (SELECT FROM acceptance WHERE award_id = NEW.id) THEN
        RAISE EXCEPTION 'an award is active once accepted' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER award_check BEFORE INSERT OR UPDATE ON award
    FOR EACH ROW EXECUTE FUNCTION award_check();
CREATE TRIGGER kept BEFORE DELETE ON award
    FOR EACH ROW EXECUTE FUNCTION vault.refuse_change();

-- Who may consent that day accepts; a child who assented to the record assents to the award.
CREATE FUNCTION acceptance_check() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    day date := (NEW.accepted_at AT TIME ZONE 'Asia/Bangkok')::date;
    given vault.consent;
    award award;
BEGIN
    SELECT * INTO award FROM award WHERE id = NEW.award_id;
    SELECT * INTO given FROM vault.consent WHERE id = NEW.consent_id;
    IF given.id IS DISTINCT FROM vault.find_valid_consent(award.survivor_id, day) THEN
        RAISE EXCEPTION 'no valid consent' USING ERRCODE = 'check_violation';
    END IF;
    IF given.assent_wording_id IS NOT NULL AND NEW.assent_wording_id IS NULL THEN
        RAISE EXCEPTION 'from ten the child assents' USING ERRCODE = 'check_violation';
    END IF;
    IF award.state <> 'offered' THEN
        RAISE EXCEPTION 'only an offer is accepted' USING ERRCODE = 'check_violation';
    END IF;
    IF (SELECT audience FROM acceptance_wording WHERE id = NEW.wording_id) <> 'giver'
       OR (SELECT audience FROM acceptance_wording WHERE id = NEW.assent_wording_id) <> 'child' THEN
        RAISE EXCEPTION 'this wording is for another reader' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER acceptance_check BEFORE INSERT ON acceptance
    FOR EACH ROW EXECUTE FUNCTION acceptance_check();
CREATE TRIGGER kept BEFORE UPDATE OR DELETE ON acceptance
    FOR EACH ROW EXECUTE FUNCTION vault.refuse_change();
CREATE TRIGGER kept BEFORE UPDATE OR DELETE ON acceptance_wording
    FOR EACH ROW EXECUTE FUNCTION vault.refuse_change();

-- Instalments never add up to more than the award. One is ready only when the award is active, its
-- conditions are met, and no evidence of this award is overdue; no step towards the payee is taken
-- without a valid consent.
CREATE FUNCTION instalment_check() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    day date := (NEW.state_at AT TIME ZONE 'Asia/Bangkok')::date;
    award award;
BEGIN
    SELECT * INTO award FROM award WHERE id = NEW.award_id FOR SHARE;
    IF TG_OP = 'INSERT' THEN
        IF NEW.state <> 'scheduled' THEN
            RAISE EXCEPTION 'an instalment begins as scheduled' USING ERRCODE = 'check_violation';
        END IF;
        IF NEW.amount_minor + (SELECT COALESCE(sum(amount_minor), 0) FROM instalment
                WHERE award_id = NEW.award_id) > award.amount_minor THEN
            RAISE EXCEPTION 'instalments are more than the award'
                USING ERRCODE = 'check_violation';
        END IF;
        IF NOT EXISTS (SELECT FROM budget_line AS line WHERE line.id = NEW.budget_line_id
                AND line.application_id = award.application_id
                AND (line.line_kind, line.payee_kind) = (NEW.line_kind, NEW.payee_kind)
                AND line.amount_minor >= NEW.amount_minor) THEN
            RAISE EXCEPTION 'an instalment pays no cost of its application'
                USING ERRCODE = 'check_violation';
        END IF;
        RETURN NEW;
    END IF;
    IF (NEW.award_id, NEW.position, NEW.budget_line_id, NEW.line_kind, NEW.payee_kind,
        NEW.amount_minor) IS DISTINCT FROM (OLD.award_id, OLD.position, OLD.budget_line_id,
        OLD.line_kind, OLD.payee_kind, OLD.amount_minor) THEN
        RAISE EXCEPTION 'what an instalment pays does not change'
            USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.state = OLD.state THEN
        RETURN NEW;
    END IF;
    IF (OLD.state, NEW.state) NOT IN (
        ('scheduled', 'ready'), ('scheduled', 'cancelled'),
        ('ready', 'prepared'), ('ready', 'scheduled'), ('ready', 'cancelled'),
        ('prepared', 'approved'), ('prepared', 'ready'), ('prepared', 'scheduled'),
        ('prepared', 'cancelled'), ('approved', 'sent'), ('approved', 'ready'),
        ('approved', 'scheduled'), ('approved', 'cancelled'),
        ('sent', 'paid'), ('sent', 'failed'), ('paid', 'evidenced'), ('paid', 'failed'),
        ('cancelled', 'scheduled'), ('failed', 'scheduled'), ('failed', 'cancelled')) THEN
        RAISE EXCEPTION 'an instalment does not go from % to %', OLD.state, NEW.state
            USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.state IN ('ready', 'prepared', 'approved', 'sent') THEN
        IF award.state <> 'active' THEN
            RAISE EXCEPTION 'the award is not active' USING ERRCODE = 'check_violation';
        END IF;
        IF NOT vault.has_valid_consent(award.survivor_id, day) THEN
            RAISE EXCEPTION 'no valid consent' USING ERRCODE = 'check_violation';
        END IF;
        IF EXISTS (SELECT FROM award_condition WHERE award_id = NEW.award_id
                AND (instalment_id IS NULL OR instalment_id = NEW.id)
                AND confirmed_at IS NULL) THEN
            RAISE EXCEPTION 'a condition is not met' USING ERRCODE = 'check_violation';
        END IF;
    END IF;
    IF (OLD.state, NEW.state) = ('scheduled', 'ready') AND EXISTS (
            SELECT FROM instalment WHERE award_id = NEW.award_id AND state = 'paid'
              AND evidence_due_on < day) THEN
        RAISE EXCEPTION 'evidence is overdue' USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.state = 'evidenced'
       AND NOT EXISTS (SELECT FROM evidence WHERE instalment_id = NEW.id) THEN
        RAISE EXCEPTION 'there is no evidence' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER instalment_check BEFORE INSERT OR UPDATE ON instalment
    FOR EACH ROW EXECUTE FUNCTION instalment_check();
CREATE TRIGGER kept BEFORE DELETE ON instalment
    FOR EACH ROW EXECUTE FUNCTION vault.refuse_change();

-- A condition belongs to an instalment of its own award; once confirmed it stays so.
CREATE FUNCTION award_condition_check() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.instalment_id IS NOT NULL AND NEW.award_id <>
        (SELECT award_id FROM instalment WHERE id = NEW.instalment_id) THEN
        RAISE EXCEPTION 'the instalment is of another award' USING ERRCODE = 'check_violation';
    END IF;
    IF TG_OP = 'UPDATE' AND (OLD.confirmed_at IS NOT NULL OR (NEW.award_id, NEW.instalment_id,
        NEW.kind) IS DISTINCT FROM (OLD.award_id, OLD.instalment_id, OLD.kind)) THEN
        RAISE EXCEPTION 'a condition is confirmed once and else stays'
            USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.document_id IS NOT NULL AND (SELECT survivor_id FROM vault.document
            WHERE id = NEW.document_id) <>
        (SELECT survivor_id FROM award WHERE id = NEW.award_id) THEN
        RAISE EXCEPTION 'the document is about somebody else' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER award_condition_check BEFORE INSERT OR UPDATE ON award_condition
    FOR EACH ROW EXECUTE FUNCTION award_condition_check();
CREATE TRIGGER kept BEFORE DELETE ON award_condition
    FOR EACH ROW EXECUTE FUNCTION vault.refuse_change();

-- Evidence is a receipt or a term report of the same survivor, for a payment that was made.
CREATE FUNCTION evidence_check() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM instalment JOIN award ON award.id = instalment.award_id
            JOIN vault.document ON document.survivor_id = award.survivor_id
        WHERE instalment.id = NEW.instalment_id AND document.id = NEW.document_id
          AND instalment.state IN ('paid', 'evidenced')
          AND document.document_class IN ('receipt', 'term_report')) THEN
        RAISE EXCEPTION 'this is no evidence for that payment' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER evidence_check BEFORE INSERT ON evidence
    FOR EACH ROW EXECUTE FUNCTION evidence_check();
CREATE TRIGGER kept BEFORE UPDATE OR DELETE ON evidence
    FOR EACH ROW EXECUTE FUNCTION vault.refuse_change();

-- A paper is about something of the same survivor; only whether it arrived is added later.
CREATE FUNCTION document_check() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND to_jsonb(NEW) - 'state' <> to_jsonb(OLD) - 'state' THEN
        RAISE EXCEPTION 'a document stays as it was added' USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.survivor_id IS DISTINCT FROM (CASE NEW.subject_kind
        WHEN 'survivor' THEN NEW.subject_id
        WHEN 'application' THEN
            (SELECT survivor_id FROM application WHERE id = NEW.subject_id)
        WHEN 'award' THEN (SELECT survivor_id FROM award WHERE id = NEW.subject_id)
        WHEN 'instalment' THEN (SELECT survivor_id FROM award
            JOIN instalment ON award_id = award.id WHERE instalment.id = NEW.subject_id)
        END) THEN
        RAISE EXCEPTION 'the document is about somebody else' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER document_check BEFORE INSERT OR UPDATE ON vault.document
    FOR EACH ROW EXECUTE FUNCTION document_check();
"""

WORDINGS = """
INSERT INTO acceptance_wording (id, audience, version, language, text) VALUES
('019abc00-0000-7000-8000-000000000001', 'giver', 1, 'en',
 'The fund offers to pay the costs that were read to you, to the school, centre or shop named '
 'for each. Nothing has to be paid back. It does not depend on any report, statement or court '
 'case. You can ask for a change or stop at any time, without giving a reason. The caseworker '
 'collects the receipt or report for each payment. Do you accept?'),
('019abc00-0000-7000-8000-000000000002', 'giver', 1, 'th',
 'กองทุนขอเสนอจ่ายค่าใช้จ่ายตามที่อ่านให้ฟัง โดยจ่ายให้โรงเรียน ศูนย์ฝึกอาชีพ หรือร้านค้าที่ระบุไว้ '
 'ไม่ต้องคืนเงิน และไม่ขึ้นอยู่กับการแจ้งความ การให้ปากคำ หรือคดีใด ๆ '
 'ท่านขอเปลี่ยนแปลงหรือหยุดเมื่อใดก็ได้โดยไม่ต้องบอกเหตุผล '
 'เจ้าหน้าที่จะเป็นผู้เก็บใบเสร็จหรือรายงานของการจ่ายแต่ละครั้ง ท่านตอบรับหรือไม่'),
('019abc00-0000-7000-8000-000000000003', 'child', 1, 'en',
 'We would like to help pay for your learning, as we talked about. You do not have to do '
 'anything in return. You can say no, now or later, and nobody will be cross. Do you want this?'),
('019abc00-0000-7000-8000-000000000004', 'child', 1, 'th',
 'เราอยากช่วยจ่ายค่าเรียนตามที่ได้คุยกัน น้องไม่ต้องทำอะไรตอบแทน '
 'จะบอกว่าไม่เอาตอนนี้หรือวันหลังก็ได้ ไม่มีใครว่า น้องอยากรับความช่วยเหลือนี้ไหม');
"""
