"""Tables of fund/committee, and the policy that the fund starts with."""

from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.execute(TABLES)
    op.execute(RULES)
    op.execute(STARTING_POLICY)


def downgrade() -> None:
    op.execute("DROP TRIGGER award_decided ON award")
    op.execute("DROP TRIGGER application_decided ON application")
    op.execute("DROP TABLE decision, vote, score, declaration, policy")
    op.execute(
        "DROP FUNCTION vote_check(), decision_check(), award_decided(), application_decided(),"
        " policy_check(), holds_seat(uuid, timestamptz, boolean), recused_from(uuid),"
        " are_tiers(jsonb)"
    )


TABLES = """
-- Everybody needs an approval, whatever the amount.
CREATE FUNCTION are_tiers(tiers jsonb) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
    SELECT jsonb_typeof(tiers) = 'array' AND tiers -> -1 ->> 'up_to_minor' IS NULL
        AND jsonb_array_length(jsonb_path_query_array(tiers, '$[*] ? (@.approvals >= 1)'))
            = greatest(jsonb_array_length(tiers), 1)
$$;

CREATE TABLE policy (
    id uuid CONSTRAINT pk_policy PRIMARY KEY,
    valid_from date NOT NULL CONSTRAINT uq_policy_valid_from UNIQUE,
    tiers jsonb NOT NULL,
    quorum_percent bigint NOT NULL,
    decide_within_days bigint NOT NULL,
    CONSTRAINT ck_policy_tiers CHECK (are_tiers(tiers)),
    CONSTRAINT ck_policy_quorum_percent CHECK (quorum_percent BETWEEN 1 AND 100),
    CONSTRAINT ck_policy_decide_within_days CHECK (decide_within_days > 0)
);

CREATE TABLE declaration (
    id uuid CONSTRAINT pk_declaration PRIMARY KEY,
    application_id uuid NOT NULL
        CONSTRAINT fk_declaration_application_id REFERENCES application (id),
    member_id uuid NOT NULL CONSTRAINT fk_declaration_member_id REFERENCES staff (id),
    has_conflict boolean NOT NULL,
    conflict_kind varchar,
    declared_at timestamptz NOT NULL,
    CONSTRAINT ck_declaration_conflict_kind CHECK (
        has_conflict = (conflict_kind IS NOT NULL)
        AND conflict_kind IN ('author', 'household', 'payee', 'acquainted', 'other'))
);
CREATE INDEX ix_declaration_application_id_member_id ON declaration (application_id, member_id);

CREATE TABLE score (
    id uuid CONSTRAINT pk_score PRIMARY KEY,
    application_id uuid NOT NULL CONSTRAINT fk_score_application_id REFERENCES application (id),
    round bigint NOT NULL,
    member_id uuid NOT NULL CONSTRAINT fk_score_member_id REFERENCES staff (id),
    need bigint NOT NULL,
    plan bigint NOT NULL,
    cost bigint NOT NULL,
    safety varchar NOT NULL,
    CONSTRAINT uq_score_application_id_round_member_id UNIQUE (application_id, round, member_id),
    CONSTRAINT ck_score_marks CHECK (
        need BETWEEN 1 AND 5 AND plan BETWEEN 1 AND 5 AND cost BETWEEN 1 AND 5),
    CONSTRAINT ck_score_safety CHECK (safety IN ('fine', 'ask'))
);

CREATE TABLE vote (
    id uuid CONSTRAINT pk_vote PRIMARY KEY,
    application_id uuid NOT NULL CONSTRAINT fk_vote_application_id REFERENCES application (id),
    round bigint NOT NULL,
    member_id uuid NOT NULL CONSTRAINT fk_vote_member_id REFERENCES staff (id),
    is_chair boolean NOT NULL,
    choice varchar NOT NULL,
    conditions varchar[] NOT NULL,
    sealed_reason bytea,
    cast_at timestamptz NOT NULL,
    CONSTRAINT uq_vote_application_id_round_member_id UNIQUE (application_id, round, member_id),
    CONSTRAINT ck_vote_choice CHECK (
        choice IN ('approve', 'approve_with_conditions', 'defer', 'decline')),
    CONSTRAINT ck_vote_reason CHECK (choice <> 'decline' OR sealed_reason IS NOT NULL),
    CONSTRAINT ck_vote_conditions CHECK (
        conditions <@ ARRAY['enrolment_confirmed', 'quotation_received',
            'safety_plan_agreed']::varchar[]
        AND (choice = 'approve_with_conditions') = (cardinality(conditions) > 0))
);

CREATE TABLE decision (
    id uuid CONSTRAINT pk_decision PRIMARY KEY,
    application_id uuid NOT NULL
        CONSTRAINT fk_decision_application_id REFERENCES application (id),
    round bigint NOT NULL,
    outcome varchar NOT NULL,
    policy_id uuid NOT NULL CONSTRAINT fk_decision_policy_id REFERENCES policy (id),
    requested_minor bigint NOT NULL,
    seats bigint NOT NULL,
    recused bigint NOT NULL,
    approvals bigint NOT NULL,
    declines bigint NOT NULL,
    deferrals bigint NOT NULL,
    decided_at timestamptz NOT NULL,
    CONSTRAINT uq_decision_application_id_round UNIQUE (application_id, round),
    CONSTRAINT ck_decision_outcome CHECK (outcome IN ('approved', 'declined', 'deferred')),
    CONSTRAINT ck_decision_counts CHECK (recused >= 0 AND seats >= recused
        AND approvals + declines + deferrals <= seats - recused)
);
"""

RULES = """
CREATE FUNCTION holds_seat(member uuid, at timestamptz, chair boolean) RETURNS boolean
LANGUAGE sql STABLE AS $$
    SELECT EXISTS (
        SELECT FROM staff_role WHERE staff_id = member
          AND (role = 'chair' OR (role = 'committee_member' AND NOT chair))
          AND from_at <= at AND (until_at IS NULL OR until_at > at))
$$;

-- Who wrote the application, is recused, holds no seat or declared nothing does not vote; nor does
-- anybody outside the round that is being reviewed.
CREATE FUNCTION vote_check() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    application application;
BEGIN
    SELECT * INTO application FROM application WHERE id = NEW.application_id FOR SHARE;
    IF application.state <> 'in_review' OR application.round <> NEW.round THEN
        RAISE EXCEPTION 'this round is not in review' USING ERRCODE = 'check_violation';
    END IF;
    IF application.author_id = NEW.member_id THEN
        RAISE EXCEPTION 'an author does not vote on their own application'
            USING ERRCODE = 'check_violation';
    END IF;
    IF EXISTS (SELECT FROM declaration WHERE application_id = NEW.application_id
            AND member_id = NEW.member_id AND has_conflict) THEN
        RAISE EXCEPTION 'who is recused does not vote' USING ERRCODE = 'check_violation';
    END IF;
    IF NOT EXISTS (SELECT FROM declaration WHERE application_id = NEW.application_id
            AND member_id = NEW.member_id) THEN
        RAISE EXCEPTION 'conflicts are declared before a vote' USING ERRCODE = 'check_violation';
    END IF;
    IF NOT holds_seat(NEW.member_id, NEW.cast_at, NEW.is_chair) THEN
        RAISE EXCEPTION 'only who holds a seat votes' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER vote_check BEFORE INSERT ON vote
    FOR EACH ROW EXECUTE FUNCTION vote_check();

CREATE FUNCTION recused_from(application uuid) RETURNS SETOF uuid LANGUAGE sql STABLE AS $$
    SELECT author_id FROM application AS a WHERE a.id = application
    UNION SELECT member_id FROM declaration WHERE application_id = application AND has_conflict
$$;

-- Counts are those of the votes and of the seats; an approval has the votes, the majority and the
-- quorum that the policy of its day asks for.
CREATE FUNCTION decision_check() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    needed record;
    cast_votes record;
    may_vote bigint;
BEGIN
    SELECT count(*) FILTER (WHERE choice LIKE 'approve%') AS approved,
        count(*) FILTER (WHERE choice = 'decline') AS declined,
        count(*) FILTER (WHERE choice = 'defer') AS deferred,
        COALESCE(bool_or(is_chair) FILTER (WHERE choice LIKE 'approve%'), false) AS by_chair
    INTO cast_votes
    FROM vote WHERE application_id = NEW.application_id AND round = NEW.round
      AND member_id NOT IN (SELECT recused_from(NEW.application_id));
    IF (cast_votes.approved, cast_votes.declined, cast_votes.deferred)
        <> (NEW.approvals, NEW.declines, NEW.deferrals) THEN
        RAISE EXCEPTION 'the counts are not those of the votes' USING ERRCODE = 'check_violation';
    END IF;
    SELECT count(*) INTO may_vote FROM (
        SELECT id FROM staff WHERE state = 'active' AND holds_seat(id, NEW.decided_at, false)
        UNION SELECT member_id FROM vote
        WHERE application_id = NEW.application_id AND round = NEW.round
        EXCEPT SELECT recused_from(NEW.application_id)) AS member;
    IF NEW.seats - NEW.recused <> may_vote THEN
        RAISE EXCEPTION 'the counts are not those of the seats' USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.policy_id <> (SELECT id FROM policy
            WHERE valid_from <= (NEW.decided_at AT TIME ZONE 'Asia/Bangkok')::date
            ORDER BY valid_from DESC LIMIT 1) THEN
        RAISE EXCEPTION 'this was not the policy of the day' USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.outcome = 'approved' THEN
        SELECT (tier ->> 'approvals')::bigint AS approvals, (tier ->> 'chair')::boolean AS chair,
            quorum_percent
        INTO needed
        FROM policy, jsonb_array_elements(tiers) WITH ORDINALITY AS t (tier, place)
        WHERE id = NEW.policy_id AND (tier ->> 'up_to_minor' IS NULL
            OR NEW.requested_minor <= (tier ->> 'up_to_minor')::bigint)
        ORDER BY place LIMIT 1;
        IF NEW.approvals < needed.approvals OR (needed.chair AND NOT cast_votes.by_chair) THEN
            RAISE EXCEPTION 'the policy asks for more approvals' USING ERRCODE = 'check_violation';
        ELSIF NEW.approvals <= NEW.declines + NEW.deferrals THEN
            RAISE EXCEPTION 'there is no majority' USING ERRCODE = 'check_violation';
        ELSIF (NEW.approvals + NEW.declines + NEW.deferrals) * 100
            < may_vote * needed.quorum_percent THEN
            RAISE EXCEPTION 'there is no quorum' USING ERRCODE = 'check_violation';
        END IF;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER decision_check BEFORE INSERT ON decision
    FOR EACH ROW EXECUTE FUNCTION decision_check();

CREATE FUNCTION award_decided() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM decision JOIN application
            ON application.id = decision.application_id AND application.round = decision.round
            WHERE application.id = NEW.application_id AND decision.outcome = 'approved') THEN
        RAISE EXCEPTION 'the committee has not approved this' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER award_decided BEFORE INSERT ON award
    FOR EACH ROW EXECUTE FUNCTION award_decided();

CREATE FUNCTION application_decided() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM decision WHERE application_id = NEW.id
            AND round = NEW.round AND outcome = NEW.state) THEN
        RAISE EXCEPTION 'no decision says so' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
-- After the application's own check has said that it may go there at all.
CREATE TRIGGER application_decided BEFORE UPDATE ON application FOR EACH ROW
    WHEN (NEW.state <> OLD.state AND NEW.state IN ('approved', 'declined', 'deferred'))
    EXECUTE FUNCTION application_decided();

-- An old decision is judged by the policy of its day, so no policy comes to be before another.
CREATE FUNCTION policy_check() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.valid_from <= (SELECT max(valid_from) FROM policy) THEN
        RAISE EXCEPTION 'a policy begins after every other' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER policy_check BEFORE INSERT ON policy
    FOR EACH ROW EXECUTE FUNCTION policy_check();

CREATE TRIGGER kept BEFORE UPDATE OR DELETE ON policy
    FOR EACH ROW EXECUTE FUNCTION vault.refuse_change();
CREATE TRIGGER kept BEFORE UPDATE OR DELETE ON declaration
    FOR EACH ROW EXECUTE FUNCTION vault.refuse_change();
CREATE TRIGGER kept BEFORE UPDATE OR DELETE ON score
    FOR EACH ROW EXECUTE FUNCTION vault.refuse_change();
CREATE TRIGGER kept BEFORE UPDATE OR DELETE ON vote
    FOR EACH ROW EXECUTE FUNCTION vault.refuse_change();
CREATE TRIGGER kept BEFORE UPDATE OR DELETE ON decision
    FOR EACH ROW EXECUTE FUNCTION vault.refuse_change();
"""

# Up to 20,000 THB two approvals; up to 100,000 three; above that three, one of them the chair's.
STARTING_POLICY = """
INSERT INTO policy (id, valid_from, tiers, quorum_percent, decide_within_days) VALUES (
    '019abc00-0000-7000-8000-000000000010', '2020-01-01',
    '[{"up_to_minor": 2000000, "approvals": 2, "chair": false},
      {"up_to_minor": 10000000, "approvals": 3, "chair": false},
      {"up_to_minor": null, "approvals": 3, "chair": true}]', 50, 14);
"""
