"""Periods that close, snapshots, balances by day."""

from alembic import op

revision = "0015"
down_revision = "0014"

TABLES = """
-- What every account moved on a day, as far as `roll_up` says; what came later is added on reading.
CREATE TABLE ledger.balance_day (
    day date NOT NULL,
    account_id uuid NOT NULL CONSTRAINT fk_balance_day_account_id REFERENCES ledger.account,
    debits bigint NOT NULL,
    credits bigint NOT NULL,
    CONSTRAINT pk_balance_day PRIMARY KEY (day, account_id),
    CONSTRAINT ck_balance_day_totals CHECK (debits >= 0 AND credits >= 0)
) WITH (fillfactor = 70);

-- One row: the journals of this many of the log's leaves are in `balance_day`, and where the last
-- of them stands. The log's order is used because a place in it is given only once nothing can
-- come before it any more.
CREATE TABLE ledger.roll_up (
    is_only boolean NOT NULL DEFAULT true CONSTRAINT pk_roll_up PRIMARY KEY,
    leaves bigint NOT NULL,
    epoch bigint NOT NULL,
    xid bigint NOT NULL,
    event_id uuid NOT NULL,
    CONSTRAINT ck_roll_up_is_only CHECK (is_only),
    CONSTRAINT ck_roll_up_leaves CHECK (leaves >= 0)
);
INSERT INTO ledger.roll_up (leaves, epoch, xid, event_id)
VALUES (0, 0, 0, '00000000-0000-0000-0000-000000000000');

ALTER TABLE ledger.period
    ADD opened_at timestamptz NOT NULL,
    ADD opened_by varchar NOT NULL,
    ADD closing_at timestamptz,
    ADD closing_by varchar,
    ADD closed_at timestamptz,
    ADD closed_by varchar,
    ADD reason varchar,
    ADD unreconciled jsonb,
    ADD snapshot_sha256 bytea,
    ADD CONSTRAINT ck_period_days CHECK (NOT isempty(days) AND NOT upper_inf(days)),
    ADD CONSTRAINT ck_period_closing CHECK (
        (status = 'open') = (closing_at IS NULL) AND (closing_at IS NULL) = (closing_by IS NULL)),
    ADD CONSTRAINT ck_period_closed CHECK (
        (status = 'closed') = (closed_at IS NOT NULL)
        AND (closed_at IS NULL) = (closed_by IS NULL)
        AND (closed_at IS NULL) = (unreconciled IS NULL)
        AND (closed_at IS NULL) = (snapshot_sha256 IS NULL)),
    ADD CONSTRAINT ck_period_snapshot_sha256 CHECK (octet_length(snapshot_sha256) = 32),
    ADD CONSTRAINT ck_period_reason CHECK (reason <> ''),
    ADD CONSTRAINT ck_period_reconciled CHECK (
        unreconciled IS NULL OR reason IS NOT NULL OR unreconciled = '[]');

CREATE TABLE ledger.period_snapshot (
    period_id uuid NOT NULL CONSTRAINT fk_period_snapshot_period_id REFERENCES ledger.period,
    account_id uuid NOT NULL CONSTRAINT fk_period_snapshot_account_id REFERENCES ledger.account,
    debits bigint NOT NULL,
    credits bigint NOT NULL,
    CONSTRAINT pk_period_snapshot PRIMARY KEY (period_id, account_id),
    CONSTRAINT ck_period_snapshot_totals CHECK (debits >= 0 AND credits >= 0)
);
CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger.period_snapshot
    FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change();
"""

RULES = """
-- The first period begins with the books and each begins where the one before ends, so that what
-- is closed is always everything up to one day. Not even the owner goes back.
CREATE FUNCTION ledger.check_period() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF TG_OP = 'DELETE' OR TG_OP = 'TRUNCATE' THEN
        RAISE EXCEPTION '% on ledger.period is refused', TG_OP USING ERRCODE = 'LF001';
    ELSIF TG_OP = 'INSERT' THEN
        IF NEW.status <> 'open' OR lower(NEW.days) IS DISTINCT FROM
            (SELECT max(upper(p.days)) FROM ledger.period p) THEN
            RAISE EXCEPTION 'period % does not follow the last one', NEW.days
                USING ERRCODE = 'LF021';
        END IF;
    ELSIF (NEW.id, NEW.days, NEW.opened_at, NEW.opened_by)
            IS DISTINCT FROM (OLD.id, OLD.days, OLD.opened_at, OLD.opened_by)
        OR OLD.status <> 'open' AND (NEW.closing_at, NEW.closing_by)
            IS DISTINCT FROM (OLD.closing_at, OLD.closing_by)
        OR (OLD.status, NEW.status) NOT IN (('open', 'closing'), ('closing', 'closed')) THEN
        RAISE EXCEPTION 'period % goes from % to %', OLD.days, OLD.status, NEW.status
            USING ERRCODE = 'LF022';
    ELSIF NEW.status = 'closed' AND EXISTS (
        SELECT 1 FROM ledger.period p WHERE p.days << NEW.days AND p.status <> 'closed') THEN
        RAISE EXCEPTION 'a period before % is open', NEW.days USING ERRCODE = 'LF024';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER check_period BEFORE INSERT OR UPDATE OR DELETE ON ledger.period
    FOR EACH ROW EXECUTE FUNCTION ledger.check_period();
CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON ledger.period
    FOR EACH STATEMENT EXECUTE FUNCTION ledger.check_period();
"""

TOTALS = """
-- Takes the journals of the next `p_leaves` leaves of the log into `balance_day`; how many leaves.
-- Whoever does it at the same time waits at the row and goes on behind.
CREATE FUNCTION ledger.roll_up_days(p_leaves bigint) RETURNS bigint LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_from bigint;
    v_to bigint;
BEGIN
    SELECT leaves INTO STRICT v_from FROM ledger.roll_up FOR UPDATE;
    SELECT least(v_from + p_leaves, coalesce(max(index) + 1, 0)) INTO v_to FROM audit.leaf;
    IF v_to <= v_from THEN
        RETURN 0;
    END IF;
    INSERT INTO ledger.balance_day AS d (day, account_id, debits, credits)
    SELECT j.effective_on, side.account_id, sum(side.debit), sum(side.credit)
    FROM audit.leaf l
    JOIN audit.event e ON e.id = l.event_id AND e.name = 'journal_posted'
    JOIN ledger.journal j ON j.id = e.subject_id
    JOIN ledger.transfer t ON t.journal_id = j.id
    CROSS JOIN LATERAL (VALUES
        (t.debit_account_id, t.amount_minor, 0), (t.credit_account_id, 0, t.amount_minor)
    ) side (account_id, debit, credit)
    WHERE l.index >= v_from AND l.index < v_to
    GROUP BY j.effective_on, side.account_id
    ORDER BY j.effective_on, side.account_id
    ON CONFLICT (day, account_id) DO UPDATE
        SET debits = d.debits + excluded.debits, credits = d.credits + excluded.credits;
    UPDATE ledger.roll_up r
    SET leaves = v_to, epoch = l.epoch, xid = l.xid, event_id = l.event_id
    FROM audit.leaf l WHERE l.index = v_to - 1;
    RETURN v_to - v_from;
END
$$;

-- What every account moved from `p_first` to `p_last`: the days rolled up, and all that the log
-- holds behind the last leaf that was. STABLE, so that both parts are of one moment.
CREATE FUNCTION ledger.totals_between(p_first date, p_last date)
RETURNS TABLE (account_id uuid, debits bigint, credits bigint) LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp SET plan_cache_mode = force_custom_plan AS $$
DECLARE
    v ledger.roll_up;
BEGIN
    SELECT * INTO STRICT v FROM ledger.roll_up;
    RETURN QUERY
    SELECT s.account_id, sum(s.debit)::bigint, sum(s.credit)::bigint
    FROM (
        SELECT d.account_id, d.debits, d.credits
        FROM ledger.balance_day d WHERE d.day BETWEEN p_first AND p_last
        UNION ALL
        SELECT side.account_id, side.debit, side.credit
        FROM audit.event e
        JOIN ledger.journal j ON j.id = e.subject_id AND j.effective_on BETWEEN p_first AND p_last
        JOIN ledger.transfer t ON t.journal_id = j.id
        CROSS JOIN LATERAL (VALUES
            (t.debit_account_id, t.amount_minor, 0), (t.credit_account_id, 0, t.amount_minor)
        ) side (account_id, debit, credit)
        WHERE e.name = 'journal_posted' AND (e.epoch, e.xid, e.id) > (v.epoch, v.xid, v.event_id)
    ) s (account_id, debit, credit)
    GROUP BY s.account_id;
END
$$;
"""

PERIODS = """
CREATE FUNCTION ledger.open_period(p_id uuid, p_last date, p_actor varchar, p_at timestamptz)
RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_first date;
BEGIN
    SELECT max(upper(days)) INTO v_first FROM ledger.period;
    IF p_last < v_first THEN
        RAISE EXCEPTION 'the next period begins on %', v_first USING ERRCODE = 'LF021';
    END IF;
    INSERT INTO ledger.period (id, days, status, opened_at, opened_by)
    VALUES (p_id, daterange(v_first, p_last, '[]'), 'open', p_at, p_actor);
END
$$;

-- The period, locked, if its days are over (in Bangkok, where the books are kept).
CREATE FUNCTION ledger.lock_period(p_id uuid, p_at timestamptz) RETURNS ledger.period
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v ledger.period;
BEGIN
    SELECT * INTO STRICT v FROM ledger.period WHERE id = p_id FOR UPDATE;
    IF upper(v.days) > (p_at AT TIME ZONE 'Asia/Bangkok')::date THEN
        RAISE EXCEPTION 'period % is not over', v.days USING ERRCODE = 'LF023';
    END IF;
    RETURN v;
END
$$;

CREATE FUNCTION ledger.begin_closing(p_id uuid, p_actor varchar, p_at timestamptz) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM ledger.lock_period(p_id, p_at);
    UPDATE ledger.period SET status = 'closing', closing_at = p_at, closing_by = p_actor
    WHERE id = p_id;
END
$$;

-- Closes for ever. Waits for whatever is just being booked and holds back what comes, so that the
-- snapshot is whole; `post_journals` waits for this lock before it looks which days are closed.
CREATE FUNCTION ledger.close_period(p_id uuid, p_reason varchar, p_unreconciled jsonb,
    p_actor varchar, p_at timestamptz) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
SET lock_timeout = '10s' AS $$
DECLARE
    v ledger.period;
BEGIN
    IF current_setting('transaction_isolation') <> 'read committed' THEN
        RAISE EXCEPTION 'the sums must be taken after the lock: READ COMMITTED only';
    END IF;
    LOCK TABLE ledger.journal IN SHARE ROW EXCLUSIVE MODE;
    v := ledger.lock_period(p_id, p_at);
    IF v.status <> 'closing' THEN
        RAISE EXCEPTION 'period % is %', v.days, v.status USING ERRCODE = 'LF022';
    END IF;
    INSERT INTO ledger.period_snapshot (period_id, account_id, debits, credits)
    SELECT p_id, t.account_id, t.debits, t.credits
    FROM ledger.totals_between('-infinity', upper(v.days) - 1) t;
    -- Money between two places is asked for again here, whatever the caller knows of it.
    IF p_reason IS NULL AND (p_unreconciled <> '[]' OR EXISTS (
        SELECT 1
        FROM ledger.period_snapshot s JOIN ledger.account a ON a.id = s.account_id
        WHERE s.period_id = p_id AND a.role IN (
            'payout_in_transit', 'disbursement_in_transit', 'dispute_receivable')
        GROUP BY a.office_id, a.currency, a.role
        HAVING sum(s.debits) <> sum(s.credits))) THEN
        RAISE EXCEPTION 'something in % is not reconciled', v.days USING ERRCODE = 'LF025';
    END IF;
    UPDATE ledger.period
    SET status = 'closed', closed_at = p_at, closed_by = p_actor, reason = p_reason,
        unreconciled = p_unreconciled, snapshot_sha256 = ledger.snapshot_sha256(p_id)
    WHERE id = p_id;
END
$$;

-- A line an account, in order of the accounts: its id, debits and credits.
CREATE FUNCTION ledger.snapshot_sha256(p_period uuid) RETURNS bytea LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp AS $$
    SELECT sha256(convert_to(coalesce(string_agg(
        account_id || ' ' || debits || ' ' || credits || E'\\n', '' ORDER BY account_id), ''),
        'UTF8'))
    FROM ledger.period_snapshot WHERE period_id = p_period
$$;
"""

CALLABLE = (
    "roll_up_days(bigint)",
    "totals_between(date, date)",
    "open_period(uuid, date, varchar, timestamptz)",
    "begin_closing(uuid, varchar, timestamptz)",
    "close_period(uuid, varchar, jsonb, varchar, timestamptz)",
)
INTERNAL = ("lock_period(uuid, timestamptz)", "snapshot_sha256(uuid)")
COLUMNS = (
    "opened_at",
    "opened_by",
    "closing_at",
    "closing_by",
    "closed_at",
    "closed_by",
    "reason",
    "unreconciled",
    "snapshot_sha256",
)


def upgrade() -> None:
    for script in (TABLES, RULES, TOTALS, PERIODS):
        op.get_bind().connection.driver_connection.execute(script)
    for function in (*CALLABLE, *INTERNAL):
        op.execute(f"REVOKE EXECUTE ON FUNCTION ledger.{function} FROM PUBLIC")
    for function in CALLABLE:
        op.execute(f"GRANT EXECUTE ON FUNCTION ledger.{function} TO fund_app")


def downgrade() -> None:
    for function in (*CALLABLE, *INTERNAL):
        op.execute(f"DROP FUNCTION ledger.{function}")
    op.execute("DROP FUNCTION ledger.check_period() CASCADE")
    for table in ("period_snapshot", "roll_up", "balance_day"):
        op.execute(f"DROP TABLE ledger.{table}")
    op.execute("ALTER TABLE ledger.period DROP CONSTRAINT ck_period_days")
    for column in COLUMNS:  # their constraints go with them
        op.execute(f"ALTER TABLE ledger.period DROP COLUMN {column}")
