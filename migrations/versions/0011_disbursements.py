"""Tables of fund/disbursements, and the duties that are apart for everyone."""

from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.execute(POLICY)
    op.execute(TABLES)
    op.execute(RULES)


def downgrade() -> None:
    op.execute("DROP FUNCTION run_approvals_suffice(run), run_holds_its_content(run) CASCADE")
    op.execute("DROP TABLE run_approval, payment, run, payee_account, payee")
    op.execute(
        "DROP FUNCTION payee_account_check(), run_check(), payment_check(), run_approval_check()"
    )
    op.execute("ALTER TABLE policy DROP COLUMN run_tiers")


# The starting policy: one member up to 50,000 THB a run, above that two, one of them the chair.
POLICY = """
ALTER TABLE policy ADD COLUMN run_tiers jsonb NOT NULL DEFAULT
    '[{"up_to_minor": 5000000, "approvals": 1, "chair": false},
      {"up_to_minor": null, "approvals": 2, "chair": true}]';
ALTER TABLE policy ALTER COLUMN run_tiers DROP DEFAULT;
ALTER TABLE policy ADD CONSTRAINT ck_policy_run_tiers CHECK (are_tiers(run_tiers));
"""

TABLES = """
CREATE TABLE payee (
    id uuid CONSTRAINT pk_payee PRIMARY KEY,
    kind varchar NOT NULL,
    name varchar,
    survivor_id uuid CONSTRAINT fk_payee_survivor_id REFERENCES vault.survivor (id),
    key_id uuid NOT NULL CONSTRAINT fk_payee_key_id REFERENCES vault.data_key (id),
    added_by uuid NOT NULL CONSTRAINT fk_payee_added_by REFERENCES staff (id),
    added_at timestamptz NOT NULL,
    CONSTRAINT ck_payee_kind CHECK (kind IN ('school', 'training_centre', 'vendor', 'guardian')),
    -- A guardian's name lies sealed with the account, never here.
    CONSTRAINT ck_payee_name CHECK ((kind = 'guardian') = (name IS NULL)),
    CONSTRAINT ck_payee_survivor_id CHECK ((kind = 'guardian') = (survivor_id IS NOT NULL))
);
CREATE INDEX ix_payee_survivor_id ON payee (survivor_id);

CREATE TABLE payee_account (
    id uuid CONSTRAINT pk_payee_account PRIMARY KEY,
    payee_id uuid NOT NULL CONSTRAINT fk_payee_account_payee_id REFERENCES payee (id),
    sealed_details bytea NOT NULL,
    entered_by uuid NOT NULL CONSTRAINT fk_payee_account_entered_by REFERENCES staff (id),
    entered_at timestamptz NOT NULL,
    checked_by uuid CONSTRAINT fk_payee_account_checked_by REFERENCES staff (id),
    checked_at timestamptz,
    usable_from timestamptz,
    CONSTRAINT ck_payee_account_second_person CHECK (checked_by <> entered_by),
    CONSTRAINT ck_payee_account_checked CHECK (
        (checked_by IS NULL) = (checked_at IS NULL)
        AND (checked_by IS NULL) = (usable_from IS NULL)
        AND usable_from >= checked_at)
);
CREATE INDEX ix_payee_account_payee_id ON payee_account (payee_id);

CREATE TABLE run (
    id uuid CONSTRAINT pk_run PRIMARY KEY,
    office_id uuid NOT NULL CONSTRAINT fk_run_office_id REFERENCES ledger.office (id),
    state varchar NOT NULL,
    total_minor bigint NOT NULL,
    content_sha256 bytea NOT NULL,
    prepared_by uuid NOT NULL CONSTRAINT fk_run_prepared_by REFERENCES staff (id),
    prepared_at timestamptz NOT NULL,
    sent_by uuid CONSTRAINT fk_run_sent_by REFERENCES staff (id),
    sent_at timestamptz,
    CONSTRAINT ck_run_state CHECK (
        state IN ('prepared', 'approved', 'sent', 'closed', 'cancelled')),
    CONSTRAINT ck_run_total_minor CHECK (total_minor > 0),
    CONSTRAINT ck_run_content_sha256 CHECK (octet_length(content_sha256) = 32),
    CONSTRAINT ck_run_sent CHECK (
        (state IN ('sent', 'closed')) = (sent_by IS NOT NULL)
        AND (sent_by IS NULL) = (sent_at IS NULL))
);
CREATE INDEX ix_run_state_id ON run (state, id);

CREATE TABLE payment (
    id uuid CONSTRAINT pk_payment PRIMARY KEY,
    run_id uuid NOT NULL CONSTRAINT fk_payment_run_id REFERENCES run (id),
    instalment_id uuid NOT NULL CONSTRAINT fk_payment_instalment_id REFERENCES instalment (id),
    payee_id uuid NOT NULL CONSTRAINT fk_payment_payee_id REFERENCES payee (id),
    payee_account_id uuid NOT NULL
        CONSTRAINT fk_payment_payee_account_id REFERENCES payee_account (id),
    amount_minor bigint NOT NULL,
    state varchar NOT NULL,
    bank_reference varchar,
    paid_on date,
    confirmed_by uuid CONSTRAINT fk_payment_confirmed_by REFERENCES staff (id),
    return_reason varchar,
    returned_by uuid CONSTRAINT fk_payment_returned_by REFERENCES staff (id),
    CONSTRAINT ck_payment_state CHECK (
        state IN ('prepared', 'sent', 'paid', 'returned', 'cancelled')),
    CONSTRAINT ck_payment_amount_minor CHECK (amount_minor > 0),
    CONSTRAINT ck_payment_paid CHECK (
        state NOT IN ('paid', 'prepared', 'sent', 'cancelled')
        OR (state = 'paid') = (bank_reference IS NOT NULL)),
    CONSTRAINT ck_payment_confirmed CHECK (
        (bank_reference IS NULL) = (paid_on IS NULL)
        AND (bank_reference IS NULL) = (confirmed_by IS NULL)),
    CONSTRAINT ck_payment_return_reason CHECK (
        (state = 'returned') = (return_reason IS NOT NULL)
        AND (state = 'returned') = (returned_by IS NOT NULL))
);
CREATE INDEX ix_payment_run_id ON payment (run_id);
CREATE INDEX ix_payment_payee_id ON payment (payee_id);
CREATE UNIQUE INDEX uq_payment_live_instalment_id ON payment (instalment_id)
    WHERE state NOT IN ('returned', 'cancelled');

CREATE TABLE run_approval (
    id uuid CONSTRAINT pk_run_approval PRIMARY KEY,
    run_id uuid NOT NULL CONSTRAINT fk_run_approval_run_id REFERENCES run (id),
    member_id uuid NOT NULL CONSTRAINT fk_run_approval_member_id REFERENCES staff (id),
    as_chair boolean NOT NULL,
    content_sha256 bytea NOT NULL,
    approved_at timestamptz NOT NULL,
    CONSTRAINT uq_run_approval_run_id_member_id UNIQUE (run_id, member_id)
);
CREATE INDEX ix_run_approval_member_id ON run_approval (member_id);
"""

RULES = """
-- An account is entered once and checked once; a change is a new row, usable a day after its check.
CREATE FUNCTION payee_account_check() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.checked_by IS NOT NULL THEN
            RAISE EXCEPTION 'an account is checked after it was entered'
                USING ERRCODE = 'check_violation';
        END IF;
        RETURN NEW;
    END IF;
    IF OLD.checked_by IS NOT NULL OR (NEW.payee_id, NEW.sealed_details, NEW.entered_by,
        NEW.entered_at) IS DISTINCT FROM (OLD.payee_id, OLD.sealed_details, OLD.entered_by,
        OLD.entered_at) THEN
        RAISE EXCEPTION 'an account does not change' USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.usable_from < NEW.checked_at + interval '24 hours' AND EXISTS (
        SELECT FROM payee_account WHERE payee_id = NEW.payee_id AND id < NEW.id) THEN
        RAISE EXCEPTION 'a changed account pauses for a day' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER payee_account_check BEFORE INSERT OR UPDATE ON payee_account
    FOR EACH ROW EXECUTE FUNCTION payee_account_check();
CREATE TRIGGER kept BEFORE DELETE ON payee_account
    FOR EACH ROW EXECUTE FUNCTION vault.refuse_change();
CREATE TRIGGER kept BEFORE UPDATE OR DELETE ON payee
    FOR EACH ROW EXECUTE FUNCTION vault.refuse_change();

-- A payment is what was ready, to the payee's newest account, once that may be used; afterwards
-- only its course changes. An account that was changed since stops it.
CREATE FUNCTION payment_check() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    run run;
BEGIN
    SELECT * INTO run FROM run WHERE id = NEW.run_id;
    IF NEW.state = 'prepared' OR (OLD.state, NEW.state) = ('prepared', 'sent') THEN
        PERFORM FROM payee WHERE id = NEW.payee_id FOR SHARE;  -- whoever changes it waits
        IF EXISTS (SELECT FROM payee_account
                WHERE payee_id = NEW.payee_id AND id > NEW.payee_account_id) THEN
            RAISE EXCEPTION 'this is not the newest account'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'account_changed';
        END IF;
    END IF;
    IF TG_OP = 'INSERT' THEN
        IF NEW.state <> 'prepared' OR run.state <> 'prepared' THEN
            RAISE EXCEPTION 'a payment is prepared with its run' USING ERRCODE = 'check_violation';
        END IF;
        IF NOT EXISTS (SELECT FROM instalment JOIN payee ON payee.kind = instalment.payee_kind
                JOIN award ON award.id = instalment.award_id
            WHERE instalment.id = NEW.instalment_id AND payee.id = NEW.payee_id
              AND instalment.amount_minor = NEW.amount_minor
              AND (payee.survivor_id IS NULL OR payee.survivor_id = award.survivor_id)) THEN
            RAISE EXCEPTION 'a payment is one instalment, whole, to its kind of payee'
                USING ERRCODE = 'check_violation';
        END IF;
        IF NOT EXISTS (SELECT FROM payee_account WHERE id = NEW.payee_account_id
            AND payee_id = NEW.payee_id AND usable_from <= run.prepared_at) THEN
            RAISE EXCEPTION 'the account may not be used yet' USING ERRCODE = 'check_violation';
        END IF;
        RETURN NEW;
    END IF;
    IF (NEW.run_id, NEW.instalment_id, NEW.payee_id, NEW.payee_account_id, NEW.amount_minor)
        IS DISTINCT FROM (OLD.run_id, OLD.instalment_id, OLD.payee_id, OLD.payee_account_id,
        OLD.amount_minor) THEN
        RAISE EXCEPTION 'what was approved does not change' USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.state <> OLD.state AND (OLD.state, NEW.state) NOT IN (('prepared', 'sent'),
        ('prepared', 'cancelled'), ('sent', 'paid'), ('sent', 'returned'), ('paid', 'returned'))
    THEN
        RAISE EXCEPTION 'a payment does not go from % to %', OLD.state, NEW.state
            USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.state = 'sent' AND OLD.state = 'prepared' AND run.state <> 'sent' THEN
        RAISE EXCEPTION 'a payment is sent with its run' USING ERRCODE = 'check_violation';
    END IF;
    IF OLD.confirmed_by IS NOT NULL AND (NEW.bank_reference, NEW.paid_on, NEW.confirmed_by)
        IS DISTINCT FROM (OLD.bank_reference, OLD.paid_on, OLD.confirmed_by) THEN
        RAISE EXCEPTION 'what the bank confirmed stays' USING ERRCODE = 'check_violation';
    END IF;
    IF run.sent_by IN (NEW.confirmed_by, NEW.returned_by) THEN
        RAISE EXCEPTION 'who sent a run does not reconcile it' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER payment_check BEFORE INSERT OR UPDATE ON payment
    FOR EACH ROW EXECUTE FUNCTION payment_check();
CREATE TRIGGER kept BEFORE DELETE ON payment
    FOR EACH ROW EXECUTE FUNCTION vault.refuse_change();

-- Duties are apart, for everyone: who prepared a run, wrote one of its applications or entered one
-- of its accounts does not approve it; nor does anyone without a seat, or with a declared conflict.
CREATE FUNCTION run_approval_check() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    run run;
BEGIN
    SELECT * INTO run FROM run WHERE id = NEW.run_id FOR SHARE;
    IF run.state <> 'prepared' OR run.content_sha256 <> NEW.content_sha256 THEN
        RAISE EXCEPTION 'an approval is for what waits, exactly'
            USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.member_id = run.prepared_by THEN
        RAISE EXCEPTION 'who prepared a run does not approve it'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'duty_preparer_approves';
    END IF;
    IF EXISTS (SELECT FROM payment JOIN payee_account ON payee_account.id = payee_account_id
        WHERE run_id = NEW.run_id AND NEW.member_id = entered_by) THEN
        RAISE EXCEPTION 'who entered an account does not approve its payment'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'duty_enterer_approves';
    END IF;
    IF EXISTS (SELECT FROM payment
            JOIN instalment ON instalment.id = payment.instalment_id
            JOIN award ON award.id = instalment.award_id
            JOIN application ON application.id = award.application_id
        WHERE payment.run_id = NEW.run_id AND (application.author_id = NEW.member_id
            OR EXISTS (SELECT FROM declaration WHERE application_id = application.id
                AND member_id = NEW.member_id AND has_conflict))) THEN
        RAISE EXCEPTION 'an author or recused member does not approve its payment'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'duty_author_approves';
    END IF;
    IF NOT EXISTS (SELECT FROM staff_role WHERE staff_id = NEW.member_id
        AND role = CASE WHEN NEW.as_chair THEN 'chair' ELSE 'committee_member' END
        AND from_at <= NEW.approved_at AND (until_at IS NULL OR until_at > NEW.approved_at)) THEN
        RAISE EXCEPTION 'an approval needs a seat' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER run_approval_check BEFORE INSERT ON run_approval
    FOR EACH ROW EXECUTE FUNCTION run_approval_check();
CREATE TRIGGER kept BEFORE UPDATE OR DELETE ON run_approval
    FOR EACH ROW EXECUTE FUNCTION vault.refuse_change();

-- The policy of the day on which the run was prepared says how many approvals its total needs.
CREATE FUNCTION run_approvals_suffice(run run) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT count(run_approval.id) >= (tier->>'approvals')::int
        AND (NOT (tier->>'chair')::boolean OR COALESCE(bool_or(as_chair), false))
    FROM (
        SELECT item AS tier
        FROM policy, jsonb_array_elements(run_tiers) WITH ORDINALITY AS t(item, place)
        WHERE valid_from = (SELECT max(valid_from) FROM policy
                WHERE valid_from <= ((run).prepared_at AT TIME ZONE 'Asia/Bangkok')::date)
          AND (item->>'up_to_minor' IS NULL OR (item->>'up_to_minor')::bigint >= (run).total_minor)
        ORDER BY place LIMIT 1
    ) AS fitting
    LEFT JOIN run_approval ON run_id = (run).id AND content_sha256 = (run).content_sha256
    GROUP BY tier
$$;

-- Whether its payments are those whose hash (SHA-256 over their canonical JSON, RFC 8785) and total
-- were approved.
CREATE FUNCTION run_holds_its_content(run run) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT sum(amount_minor) = (run).total_minor AND sha256(convert_to('[' || string_agg(
            format('["%s","%s","%s"]', instalment_id, payee_account_id, amount_minor),
            ',' ORDER BY instalment_id) || ']', 'UTF8')) = (run).content_sha256
    FROM payment WHERE run_id = (run).id
$$;

CREATE FUNCTION run_check() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.state <> 'prepared' THEN
            RAISE EXCEPTION 'a run begins as prepared' USING ERRCODE = 'check_violation';
        END IF;
        RETURN NEW;
    END IF;
    IF (NEW.office_id, NEW.total_minor, NEW.content_sha256, NEW.prepared_by, NEW.prepared_at)
        IS DISTINCT FROM (OLD.office_id, OLD.total_minor, OLD.content_sha256, OLD.prepared_by,
        OLD.prepared_at) THEN
        RAISE EXCEPTION 'a prepared run is frozen' USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.state <> OLD.state AND (OLD.state, NEW.state) NOT IN (('prepared', 'approved'),
        ('prepared', 'cancelled'), ('approved', 'sent'), ('approved', 'cancelled'),
        ('sent', 'closed')) THEN
        RAISE EXCEPTION 'a run does not go from % to %', OLD.state, NEW.state
            USING ERRCODE = 'check_violation';
    END IF;
    IF OLD.sent_by IS NOT NULL AND (NEW.sent_by, NEW.sent_at)
        IS DISTINCT FROM (OLD.sent_by, OLD.sent_at) THEN
        RAISE EXCEPTION 'who sent a run, and when, stays' USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.state <> OLD.state AND NEW.state IN ('approved', 'sent')
        AND NOT COALESCE(run_holds_its_content(NEW), false) THEN
        RAISE EXCEPTION 'the payments are not what was prepared' USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.state IN ('approved', 'sent') AND NOT COALESCE(run_approvals_suffice(NEW), false) THEN
        RAISE EXCEPTION 'the run lacks approvals' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER run_check BEFORE INSERT OR UPDATE ON run
    FOR EACH ROW EXECUTE FUNCTION run_check();
CREATE TRIGGER kept BEFORE DELETE ON run FOR EACH ROW EXECUTE FUNCTION vault.refuse_change();
"""
