"""Entries of two persons, rates, and the life of funds."""

from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    for script in (FUNDS, ADOPTION, RATES, ENTRIES, RULES):
        op.get_bind().connection.driver_connection.execute(script)
    for function in CALLABLE:
        op.execute(f"REVOKE EXECUTE ON FUNCTION ledger.{function} FROM PUBLIC")
        op.execute(f"GRANT EXECUTE ON FUNCTION ledger.{function} TO fund_app")


def downgrade() -> None:
    op.execute("DROP TABLE bookkeeping_entry, entry_paper")
    op.execute("DROP FUNCTION bookkeeping_entry_check()")
    op.execute("DROP FUNCTION entry_paper_check()")
    op.execute("DROP TRIGGER fund_check ON ledger.fund")
    op.execute("DROP TRIGGER kept ON ledger.fund")
    for function in (*CALLABLE, "fund_check()"):
        op.execute(f"DROP FUNCTION ledger.{function}")
    op.execute("DROP TABLE ledger.rate")
    op.execute(
        "ALTER TABLE ledger.fund DROP COLUMN target_minor, DROP COLUMN closed_on,"
        " DROP COLUMN version"
    )


CALLABLE = (
    "change_fund(jsonb)",
    "close_fund(uuid, bigint, date)",
    "reserve_adopted(uuid, uuid, uuid, varchar, bigint, varchar, timestamptz)",
    "enter_rate(jsonb)",
)

FUNDS = """
ALTER TABLE ledger.fund
    ADD COLUMN target_minor bigint CONSTRAINT ck_fund_target CHECK (target_minor > 0),
    ADD COLUMN closed_on date,
    ADD COLUMN version bigint NOT NULL DEFAULT 1,
    ADD CONSTRAINT ck_fund_closed CHECK (is_open = (closed_on IS NULL));

-- Gifts were given for what the fund is for: that stays. It is closed once, and empty.
CREATE FUNCTION ledger.fund_check() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF (NEW.id, NEW.code, NEW.restriction, NEW.purpose, NEW.opened_at)
        IS DISTINCT FROM (OLD.id, OLD.code, OLD.restriction, OLD.purpose, OLD.opened_at) THEN
        RAISE EXCEPTION 'what fund % is for does not change', OLD.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'fund_stays';
    END IF;
    IF NOT OLD.is_open THEN
        RAISE EXCEPTION 'fund % is closed', OLD.id USING ERRCODE = 'LF005';
    END IF;
    IF NEW.is_open THEN
        RETURN NEW;
    END IF;
    IF EXISTS (
        SELECT FROM ledger.account a JOIN ledger.balance_shard s ON s.account_id = a.id
        WHERE a.fund_id = OLD.id AND a.office_id IS NOT NULL
        GROUP BY a.id HAVING sum(s.debits - s.credits) <> 0) THEN
        RAISE EXCEPTION 'fund % holds or owes money', OLD.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'fund_holds_money';
    END IF;
    IF EXISTS (SELECT FROM ledger.fund_guard WHERE fund_id = OLD.id AND reserved <> 0) THEN
        RAISE EXCEPTION 'fund % holds money for awards', OLD.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'fund_has_commitments';
    END IF;
    -- Fees of no gift go there, and whatever Stripe still says of a fund that is closed.
    IF OLD.code = 'general' THEN
        RAISE EXCEPTION 'fund % takes what belongs to no other', OLD.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'fund_is_needed';
    END IF;
    IF EXISTS (SELECT FROM public.gift g WHERE g.fund_id = OLD.id AND (
        g.state IN ('open', 'processing')
        OR g.state = 'paid' AND g.stripe_payment_intent_id IS NOT NULL AND NOT EXISTS (
            SELECT FROM public.balance_transaction b WHERE b.gift_id = g.id))) THEN
        RAISE EXCEPTION 'a gift to fund % is under way', OLD.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'fund_has_gifts';
    END IF;
    IF EXISTS (SELECT FROM public.bookkeeping_entry
        WHERE state = 'proposed' AND OLD.id = ANY (fund_ids)) THEN
        RAISE EXCEPTION 'an entry of fund % waits', OLD.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'fund_has_entries';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER fund_check BEFORE UPDATE ON ledger.fund
    FOR EACH ROW EXECUTE FUNCTION ledger.fund_check();
CREATE TRIGGER kept BEFORE DELETE OR TRUNCATE ON ledger.fund
    FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change();

-- False if the fund changed since `version` was read.
CREATE FUNCTION ledger.change_fund(p jsonb) RETURNS boolean LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    UPDATE ledger.fund f
    SET name_en = n.name_en, name_th = n.name_th, gift_cap_minor = n.gift_cap_minor,
        target_minor = n.target_minor, reserve_days = n.reserve_days, version = f.version + 1
    FROM jsonb_populate_record(NULL::ledger.fund, p) n
    WHERE f.id = n.id AND f.version = n.version;
    RETURN FOUND;
END
$$;

-- Waits for postings that are under way, so that none slips in behind the sums. An award or payment
-- under way may go on to post and would then wait for us: it is not waited for.
CREATE FUNCTION ledger.close_fund(p_fund uuid, p_version bigint, p_on date) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    LOCK TABLE ledger.journal IN SHARE MODE;
    PERFORM 1 FROM ledger.fund_guard WHERE fund_id = p_fund ORDER BY currency FOR UPDATE NOWAIT;
    UPDATE ledger.fund SET is_open = false, closed_on = p_on, version = version + 1
    WHERE id = p_fund AND version = p_version;
    RETURN FOUND;
END
$$;
"""

ADOPTION = """
-- What was promised before these books began is held, whatever the fund has; it shows as short.
CREATE FUNCTION ledger.reserve_adopted(p_commitment uuid, p_award uuid, p_fund uuid,
    p_currency varchar, p_amount bigint, p_actor varchar, p_at timestamptz) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM 1 FROM ledger.fund_guard
    WHERE fund_id = p_fund AND currency = p_currency FOR UPDATE;
    IF NOT EXISTS (SELECT 1 FROM ledger.fund WHERE id = p_fund AND is_open) THEN
        RAISE EXCEPTION 'fund % is closed', p_fund USING ERRCODE = 'LF005';
    END IF;
    INSERT INTO ledger.commitment (id, award_id, fund_id, currency, recorded_at, actor)
    VALUES (p_commitment, p_award, p_fund, p_currency, p_at, p_actor);
    INSERT INTO ledger.commitment_event (commitment_id, kind, amount_minor, cause, recorded_at,
        actor)
    VALUES (p_commitment, 'reserve', p_amount, 'award', p_at, p_actor);
    UPDATE ledger.fund_guard SET reserved = reserved + p_amount
    WHERE fund_id = p_fund AND currency = p_currency;
END
$$;
"""

RATES = """
CREATE TABLE ledger.rate (
    id uuid CONSTRAINT pk_rate PRIMARY KEY,
    currency varchar NOT NULL,
    valid_on date NOT NULL,
    thb_per_unit numeric(18, 8) NOT NULL,
    source varchar NOT NULL,
    entered_by varchar NOT NULL,
    entered_at timestamptz NOT NULL,
    CONSTRAINT ck_rate_currency CHECK (currency <> 'THB'),
    CONSTRAINT ck_rate_thb_per_unit CHECK (thb_per_unit > 0)
);
CREATE INDEX ix_rate_currency_valid_on_id ON ledger.rate (currency, valid_on, id);
CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger.rate
    FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change();

CREATE FUNCTION ledger.enter_rate(p jsonb) RETURNS void LANGUAGE sql
SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    INSERT INTO ledger.rate SELECT (jsonb_populate_record(NULL::ledger.rate, p)).*;
$$;
"""

ENTRIES = """
CREATE TABLE entry_paper (
    id uuid CONSTRAINT pk_entry_paper PRIMARY KEY,
    key_id uuid NOT NULL CONSTRAINT fk_entry_paper_key_id REFERENCES vault.data_key,
    content_type varchar NOT NULL,
    pages bigint NOT NULL,
    size bigint NOT NULL,
    content_sha256 bytea NOT NULL,
    storage_key varchar NOT NULL CONSTRAINT uq_entry_paper_storage_key UNIQUE,
    uploaded_by uuid NOT NULL CONSTRAINT fk_entry_paper_uploaded_by REFERENCES staff,
    uploaded_at timestamptz NOT NULL,
    state varchar NOT NULL,
    CONSTRAINT ck_entry_paper_content_type CHECK (
        content_type IN ('application/pdf', 'image/jpeg')),
    CONSTRAINT ck_entry_paper_state CHECK (state IN ('pending', 'stored', 'failed')),
    CONSTRAINT ck_entry_paper_content_sha256 CHECK (octet_length(content_sha256) = 32),
    CONSTRAINT ck_entry_paper_pages CHECK (pages > 0 AND size > 0)
);

CREATE TABLE bookkeeping_entry (
    id uuid CONSTRAINT pk_bookkeeping_entry PRIMARY KEY,
    kind varchar NOT NULL,
    state varchar NOT NULL,
    effective_on date NOT NULL,
    reason varchar NOT NULL,
    fund_ids uuid[] NOT NULL,
    content varchar NOT NULL,
    content_sha256 bytea NOT NULL,
    reverses_id uuid CONSTRAINT fk_bookkeeping_entry_reverses_id REFERENCES ledger.journal,
    award_entry_id uuid
        CONSTRAINT fk_bookkeeping_entry_award_entry_id REFERENCES bookkeeping_entry,
    paper_id uuid CONSTRAINT fk_bookkeeping_entry_paper_id REFERENCES entry_paper
        CONSTRAINT uq_bookkeeping_entry_paper_id UNIQUE,
    proposed_by uuid NOT NULL CONSTRAINT fk_bookkeeping_entry_proposed_by REFERENCES staff,
    proposed_at timestamptz NOT NULL,
    decided_by uuid CONSTRAINT fk_bookkeeping_entry_decided_by REFERENCES staff,
    decided_at timestamptz,
    decline_reason varchar,
    journal_id uuid CONSTRAINT fk_bookkeeping_entry_journal_id REFERENCES ledger.journal
        CONSTRAINT uq_bookkeeping_entry_journal_id UNIQUE,
    CONSTRAINT ck_bookkeeping_entry_kind CHECK (kind IN (
        'manual', 'reversal', 'transfer', 'exchange', 'opening_balance', 'opening_award',
        'award_payment', 'award_freeing', 'bank_charge', 'interest', 'tax_withheld',
        'tax_on_fees', 'tax_remitted')),
    CONSTRAINT ck_bookkeeping_entry_state CHECK (
        state IN ('proposed', 'booked', 'declined', 'withdrawn')),
    CONSTRAINT ck_bookkeeping_entry_reason CHECK (btrim(reason) <> ''),
    CONSTRAINT ck_bookkeeping_entry_fund_ids CHECK (cardinality(fund_ids) > 0),
    CONSTRAINT ck_bookkeeping_entry_content_sha256 CHECK (
        content_sha256 = sha256(convert_to(content, 'UTF8'))),
    CONSTRAINT ck_bookkeeping_entry_reverses_id CHECK (
        (kind = 'reversal') = (reverses_id IS NOT NULL)),
    CONSTRAINT ck_bookkeeping_entry_award_entry_id CHECK (
        (kind IN ('award_payment', 'award_freeing')) = (award_entry_id IS NOT NULL)),
    -- Every baht has a document; what only moves between our own books needs none.
    CONSTRAINT ck_bookkeeping_entry_paper_id CHECK (
        paper_id IS NOT NULL OR kind IN ('reversal', 'transfer', 'award_freeing')),
    CONSTRAINT ck_bookkeeping_entry_decided CHECK (
        (state = 'proposed') = (decided_by IS NULL)
        AND (decided_by IS NULL) = (decided_at IS NULL)),
    CONSTRAINT ck_bookkeeping_entry_second_person CHECK (
        CASE state
            WHEN 'withdrawn' THEN decided_by = proposed_by
            WHEN 'declined' THEN decided_by <> proposed_by
            WHEN 'booked' THEN decided_by <> proposed_by
                OR kind IN ('bank_charge', 'interest', 'tax_on_fees', 'tax_remitted')
            ELSE true
        END),
    CONSTRAINT ck_bookkeeping_entry_decline_reason CHECK (
        (state = 'declined') = (decline_reason IS NOT NULL)),
    CONSTRAINT ck_bookkeeping_entry_journal_id CHECK (
        (journal_id IS NOT NULL)
        = (state = 'booked' AND kind NOT IN ('opening_award', 'award_freeing')))
);
CREATE INDEX ix_bookkeeping_entry_proposed ON bookkeeping_entry (id) WHERE state = 'proposed';
CREATE INDEX ix_bookkeeping_entry_award_entry_id ON bookkeeping_entry (award_entry_id)
    WHERE award_entry_id IS NOT NULL;
CREATE UNIQUE INDEX uq_bookkeeping_entry_live_reverses_id ON bookkeeping_entry (reverses_id)
    WHERE state IN ('proposed', 'booked');
"""

RULES = """
CREATE FUNCTION entry_paper_check() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state <> 'pending' OR (NEW.id, NEW.key_id, NEW.content_type, NEW.pages, NEW.size,
        NEW.content_sha256, NEW.storage_key, NEW.uploaded_by, NEW.uploaded_at)
        IS DISTINCT FROM (OLD.id, OLD.key_id, OLD.content_type, OLD.pages, OLD.size,
        OLD.content_sha256, OLD.storage_key, OLD.uploaded_by, OLD.uploaded_at) THEN
        RAISE EXCEPTION 'a paper does not change' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER entry_paper_check BEFORE UPDATE ON entry_paper
    FOR EACH ROW EXECUTE FUNCTION entry_paper_check();
CREATE TRIGGER kept BEFORE DELETE ON entry_paper
    FOR EACH ROW EXECUTE FUNCTION vault.refuse_change();

CREATE FUNCTION bookkeeping_entry_check() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    said jsonb := NEW.content::jsonb;
    giver ledger.fund;
    taker ledger.fund;
BEGIN
    -- Whoever signs it has a seat in finance, on that day.
    IF NEW.state <> 'withdrawn' AND NOT EXISTS (SELECT FROM staff_role
        WHERE staff_id = coalesce(NEW.decided_by, NEW.proposed_by)
          AND role IN ('finance_officer', 'treasurer')
          AND from_at <= coalesce(NEW.decided_at, NEW.proposed_at)
          AND (until_at IS NULL OR until_at > coalesce(NEW.decided_at, NEW.proposed_at))) THEN
        RAISE EXCEPTION 'an entry needs a seat in finance' USING ERRCODE = 'check_violation';
    END IF;
    IF TG_OP = 'INSERT' THEN
        IF NEW.state <> 'proposed' THEN
            RAISE EXCEPTION 'an entry begins as proposed' USING ERRCODE = 'check_violation';
        END IF;
        IF (said ->> 'kind', said ->> 'effective_on', said ->> 'reason')
            IS DISTINCT FROM (NEW.kind, NEW.effective_on::text, NEW.reason)
            OR said #>> '{journal,reverses_id}' IS DISTINCT FROM NEW.reverses_id::text
            OR said ->> 'paper_sha256' IS DISTINCT FROM (SELECT encode(content_sha256, 'hex')
                FROM entry_paper WHERE id = NEW.paper_id) THEN
            RAISE EXCEPTION 'the content is not what the row says'
                USING ERRCODE = 'check_violation';
        END IF;
        -- Held until the end, so that a fund that is being closed waits, or is found closed.
        PERFORM FROM ledger.fund WHERE id = ANY (NEW.fund_ids) ORDER BY id FOR SHARE;
        IF (SELECT count(*) FROM ledger.fund WHERE id = ANY (NEW.fund_ids) AND is_open)
            <> cardinality(NEW.fund_ids) THEN
            RAISE EXCEPTION 'a fund of this entry is closed' USING ERRCODE = 'LF005';
        END IF;
        IF NEW.award_entry_id IS NOT NULL AND NOT EXISTS (SELECT FROM bookkeeping_entry
            WHERE id = NEW.award_entry_id AND kind = 'opening_award' AND state = 'booked') THEN
            RAISE EXCEPTION 'only an award that was taken over is paid or freed here'
                USING ERRCODE = 'check_violation';
        END IF;
    ELSE
        IF OLD.state <> 'proposed' THEN
            RAISE EXCEPTION 'a decided entry stays' USING ERRCODE = 'check_violation';
        END IF;
        IF (NEW.id, NEW.kind, NEW.effective_on, NEW.reason, NEW.fund_ids, NEW.content,
            NEW.content_sha256, NEW.reverses_id, NEW.award_entry_id, NEW.paper_id,
            NEW.proposed_by, NEW.proposed_at)
            IS DISTINCT FROM (OLD.id, OLD.kind, OLD.effective_on, OLD.reason, OLD.fund_ids,
            OLD.content, OLD.content_sha256, OLD.reverses_id, OLD.award_entry_id, OLD.paper_id,
            OLD.proposed_by, OLD.proposed_at) THEN
            RAISE EXCEPTION 'what was proposed does not change' USING ERRCODE = 'check_violation';
        END IF;
    END IF;
    -- A donor's restriction holds: purpose money goes to a fund of that purpose or nowhere.
    IF NEW.kind = 'transfer' THEN
        SELECT * INTO giver FROM ledger.fund WHERE id = (said #>> '{plan,from_fund_id}')::uuid;
        SELECT * INTO taker FROM ledger.fund WHERE id = (said #>> '{plan,to_fund_id}')::uuid;
        IF giver.restriction = 'purpose' AND taker.purpose IS DISTINCT FROM giver.purpose THEN
            RAISE EXCEPTION 'money given for a purpose stays with it'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'donor_restriction';
        END IF;
    END IF;
    IF NEW.state <> 'booked' THEN
        RETURN NEW;
    END IF;
    IF EXISTS (SELECT FROM entry_paper WHERE id = NEW.paper_id AND state <> 'stored') THEN
        RAISE EXCEPTION 'its paper is not stored'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'entry_paper_missing';
    END IF;
    -- What is in the books is what was approved: each line, in order.
    IF NEW.journal_id IS NOT NULL AND NOT EXISTS (
        SELECT FROM ledger.journal j
        WHERE j.id = NEW.journal_id AND j.kind = said #>> '{journal,kind}'
          AND j.occurred_on = NEW.effective_on
          AND j.reverses_id IS NOT DISTINCT FROM NEW.reverses_id
          AND said #> '{journal,transfers}' = (
            SELECT jsonb_agg(jsonb_build_array(t.debit_account_id, t.credit_account_id,
                t.amount_minor::text) ORDER BY t.position)
            FROM ledger.transfer t WHERE t.journal_id = j.id)) THEN
        RAISE EXCEPTION 'what was booked is not what was proposed'
            USING ERRCODE = 'check_violation';
    END IF;
    -- Moving money between funds has a kind of its own, with the restriction above.
    IF NEW.kind = 'manual' AND EXISTS (SELECT FROM ledger.transfer t
        JOIN ledger.account a ON a.id IN (t.debit_account_id, t.credit_account_id)
        WHERE t.journal_id = NEW.journal_id AND (a.role IN ('transfers_in', 'transfers_out')
            OR a.fund_id <> ALL (NEW.fund_ids))) THEN
        RAISE EXCEPTION 'a manual journal stays within its fund'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'manual_between_funds';
    END IF;
    -- A transfer is a decision and no fact: it takes nothing that awards, young gifts, inquiries or
    -- taxes hold. Posting it took the giver's guard, so the sum stands.
    IF NEW.kind = 'transfer' AND EXISTS (
        SELECT FROM ledger.transfer t CROSS JOIN ledger.fund_position(
            giver.id, t.currency, (NEW.decided_at AT TIME ZONE 'Asia/Bangkok')::date) p
        WHERE t.journal_id = NEW.journal_id
          AND p.cash - p.reserved - p.young - p.inquiries - p.owed < 0) THEN
        RAISE EXCEPTION 'fund % does not have this to give', giver.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'transfer_overspends';
    END IF;
    -- An award that was taken over is held, paid and freed together with its entry.
    IF NEW.kind IN ('opening_award', 'award_payment', 'award_freeing') AND NOT EXISTS (
        SELECT FROM ledger.commitment c
        JOIN ledger.commitment_event e ON e.commitment_id = c.id
        WHERE c.award_id = coalesce(NEW.award_entry_id, NEW.id)
          AND CASE NEW.kind
            WHEN 'opening_award' THEN
                e.kind = 'reserve' AND e.amount_minor = (said #>> '{plan,amount_minor}')::bigint
            WHEN 'award_payment' THEN e.kind = 'liquidate' AND e.cause = NEW.id::text
                AND e.amount_minor = (said #>> '{plan,amount_minor}')::bigint
            ELSE e.kind = 'free' AND e.amount_minor = (said #>> '{plan,amount_minor}')::bigint
          END) THEN
        RAISE EXCEPTION 'the award does not hold what was proposed'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'award_changed';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER bookkeeping_entry_check BEFORE INSERT OR UPDATE ON bookkeeping_entry
    FOR EACH ROW EXECUTE FUNCTION bookkeeping_entry_check();
CREATE TRIGGER kept BEFORE DELETE ON bookkeeping_entry
    FOR EACH ROW EXECUTE FUNCTION vault.refuse_change();
"""
