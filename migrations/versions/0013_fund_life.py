"""The rest of a fund's life: tax that is owed, inquiries that hold money, disputes."""

from alembic import op

revision = "0013"
down_revision = "0012"

HELD_AT_OFFICE = (
    "bank",
    "stripe_pending",
    "stripe_available",
    "payout_in_transit",
    "disbursement_in_transit",
    "dispute_receivable",
)
CREDIT = (
    "disbursement_in_transit",
    "contributions",
    "interest",
    "transfers_in",
    "opening_balances",
    "fx_position",
)
DEBIT = (
    *(role for role in HELD_AT_OFFICE if role not in CREDIT),
    "processing_fees",
    "refunds",
    "dispute_losses",
    "grants",
    "bank_charges",
    "transfers_out",
)
TAX = "tax_payable"

TABLES = """
ALTER TABLE ledger.fund ADD COLUMN reserve_days integer NOT NULL DEFAULT 14
    CONSTRAINT ck_fund_reserve_days CHECK (reserve_days BETWEEN 0 AND 365);

-- What an inquiry holds: memo, like a commitment. It ends by a row of its own.
CREATE TABLE ledger.hold (
    id uuid CONSTRAINT pk_hold PRIMARY KEY,
    fund_id uuid NOT NULL,
    currency varchar NOT NULL,
    amount_minor bigint NOT NULL,
    concerns varchar,
    cause varchar NOT NULL CONSTRAINT uq_hold_cause UNIQUE,
    recorded_at timestamptz NOT NULL,
    actor varchar NOT NULL,
    CONSTRAINT fk_hold_fund_id_currency FOREIGN KEY (fund_id, currency)
        REFERENCES ledger.fund_guard (fund_id, currency),
    CONSTRAINT ck_hold_amount CHECK (amount_minor > 0)
);
CREATE INDEX ix_hold_fund_id_currency ON ledger.hold (fund_id, currency);

CREATE TABLE ledger.hold_release (
    hold_id uuid CONSTRAINT pk_hold_release PRIMARY KEY
        CONSTRAINT fk_hold_release_hold_id REFERENCES ledger.hold,
    recorded_at timestamptz NOT NULL,
    actor varchar NOT NULL
);
"""
BOOKED = ("hold", "hold_release")

CHART = """
CREATE OR REPLACE FUNCTION ledger.open_accounts() RETURNS void LANGUAGE sql
SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    INSERT INTO ledger.fund_guard (fund_id, currency)
    SELECT f.id, c.currency
    FROM ledger.fund f
    CROSS JOIN (SELECT 'THB' UNION SELECT currency FROM ledger.office) c (currency)
    ON CONFLICT DO NOTHING;

    WITH chart (role, normal_side, is_held) AS (VALUES
        ('bank', 'debit', true),
        ('stripe_pending', 'debit', true),
        ('stripe_available', 'debit', true),
        ('payout_in_transit', 'debit', true),
        ('disbursement_in_transit', 'credit', true),
        ('dispute_receivable', 'debit', true),
        ('tax_payable', 'credit', true),
        ('contributions', 'credit', false),
        ('interest', 'credit', false),
        ('transfers_in', 'credit', false),
        ('opening_balances', 'credit', false),
        ('fx_position', 'credit', false),
        ('processing_fees', 'debit', false),
        ('refunds', 'debit', false),
        ('dispute_losses', 'debit', false),
        ('grants', 'debit', false),
        ('bank_charges', 'debit', false),
        ('transfers_out', 'debit', false)
    ), places (office_id, office_code, currency) AS (
        SELECT id, code, currency FROM ledger.office
    )
    INSERT INTO ledger.account (id, code, fund_id, office_id, currency, role, normal_side)
    SELECT uuidv7(), concat_ws(':', f.code, p.office_code, p.currency, c.role),
        f.id, p.office_id, p.currency, c.role, c.normal_side
    FROM ledger.fund f
    CROSS JOIN chart c
    JOIN (
        SELECT office_id, office_code, currency, true FROM places
        UNION ALL
        SELECT NULL, NULL, currency, false
        FROM (SELECT 'THB' UNION SELECT currency FROM places) currencies (currency)
    ) p (office_id, office_code, currency, is_held) USING (is_held)
    ON CONFLICT DO NOTHING;
$$;

CREATE OR REPLACE FUNCTION ledger.open_fund(p jsonb) RETURNS void LANGUAGE sql
SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    INSERT INTO ledger.fund
    SELECT (jsonb_populate_record(
        NULL::ledger.fund, '{"is_open": true, "reserve_days": 14}' || p)).*;
    SELECT ledger.open_accounts();
$$;
"""

POSITION = """
-- Accounts whose debit takes a gift back, for now or for good.
CREATE FUNCTION ledger.takes_back(role varchar) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
    SELECT role IN ('contributions', 'refunds', 'dispute_receivable', 'dispute_losses')
$$;

-- What a fund holds in a currency. Available for awards is cash less all the others:
-- `reserved` by awards; `young`: what is still here of charges younger than the fund's
-- reserve_days; `inquiries`: what is still here of what open inquiries hold, but for young
-- charges, so that a gift counts once; `owed` as tax.
CREATE FUNCTION ledger.fund_position(p_fund uuid, p_currency varchar, p_today date)
RETURNS TABLE (cash bigint, reserved bigint, young bigint, inquiries bigint, owed bigint)
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    WITH held AS (
        SELECT h.concerns, sum(h.amount_minor) AS amount
        FROM ledger.hold h
        WHERE h.fund_id = p_fund AND h.currency = p_currency
            AND NOT EXISTS (SELECT 1 FROM ledger.hold_release r WHERE r.hold_id = h.id)
        GROUP BY h.concerns
    ), given AS (
        SELECT j.source, j.idempotency_key, true AS is_young, NULL::numeric AS held,
            sum(t.amount_minor) AS amount
        FROM ledger.journal j
        JOIN ledger.fund f ON f.id = p_fund
        JOIN ledger.transfer t ON t.journal_id = j.id
        JOIN ledger.account a ON a.id = t.credit_account_id
        WHERE j.kind = 'charge' AND j.effective_on > p_today - f.reserve_days
            AND t.fund_id = p_fund AND t.currency = p_currency AND a.role = 'contributions'
        GROUP BY j.id
        UNION ALL
        SELECT j.source, j.idempotency_key, false, h.amount, sum(t.amount_minor)
        FROM held h
        CROSS JOIN ledger.office o
        JOIN ledger.fund f ON f.id = p_fund
        JOIN ledger.journal j ON j.source = 'stripe:' || o.code AND j.idempotency_key = h.concerns
        JOIN ledger.transfer t ON t.journal_id = j.id
        JOIN ledger.account a ON a.id = t.credit_account_id
        WHERE j.kind = 'charge' AND j.effective_on <= p_today - f.reserve_days
            AND t.fund_id = p_fund AND t.currency = p_currency AND a.role = 'contributions'
        GROUP BY j.id, h.amount
    ), gift AS (
        SELECT n.is_young, n.held, greatest(n.amount - coalesce(back.amount, 0), 0) AS here
        FROM given n
        LEFT JOIN LATERAL (
            -- What refunds, disputes and a reversal took of it, less what came back.
            SELECT sum(t.amount_minor
                * (ledger.takes_back(d.role)::int - ledger.takes_back(c.role)::int)) AS amount
            FROM ledger.journal j
            JOIN ledger.transfer t ON t.journal_id = j.id
            JOIN ledger.account d ON d.id = t.debit_account_id
            JOIN ledger.account c ON c.id = t.credit_account_id
            WHERE j.source = n.source AND j.concerns = n.idempotency_key
        ) back ON true
    )
    SELECT money.cash, g.reserved,
        (SELECT coalesce(sum(here), 0)::bigint FROM gift WHERE is_young),
        (SELECT coalesce(sum(least(held, here)), 0)::bigint FROM gift WHERE NOT is_young)
            + (SELECT coalesce(sum(amount), 0)::bigint FROM held WHERE concerns IS NULL),
        money.owed
    FROM (
        SELECT coalesce(sum(s.debits - s.credits) FILTER (WHERE ledger.is_cash(a.role)), 0)::bigint
                AS cash,
            greatest(coalesce(sum(s.credits - s.debits) FILTER (WHERE a.role = 'tax_payable'), 0),
                0)::bigint AS owed
        FROM ledger.account a JOIN ledger.balance_shard s ON s.account_id = a.id
        WHERE a.fund_id = p_fund AND a.currency = p_currency
    ) money
    LEFT JOIN ledger.fund_guard g ON g.fund_id = p_fund AND g.currency = p_currency
$$;

-- By how much the fund falls short of `p_amount`; 0 means that it is reserved.
CREATE FUNCTION ledger.reserve(p_commitment uuid, p_award uuid, p_fund uuid, p_currency varchar,
    p_amount bigint, p_today date, p_actor varchar, p_at timestamptz) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_available bigint;
BEGIN
    IF current_setting('transaction_isolation') <> 'read committed' THEN
        RAISE EXCEPTION 'the sum must be taken after the lock: READ COMMITTED only';
    END IF;
    PERFORM 1 FROM ledger.fund_guard
    WHERE fund_id = p_fund AND currency = p_currency FOR UPDATE;
    IF NOT EXISTS (SELECT 1 FROM ledger.fund WHERE id = p_fund AND is_open) THEN
        RAISE EXCEPTION 'fund % is closed', p_fund USING ERRCODE = 'LF005';
    END IF;
    -- A statement of its own: it sees what was committed before the lock was granted.
    SELECT cash - reserved - young - inquiries - owed INTO v_available
    FROM ledger.fund_position(p_fund, p_currency, p_today);
    IF v_available < p_amount THEN
        RETURN p_amount - v_available;
    END IF;
    INSERT INTO ledger.commitment (id, award_id, fund_id, currency, recorded_at, actor)
    VALUES (p_commitment, p_award, p_fund, p_currency, p_at, p_actor);
    INSERT INTO ledger.commitment_event (commitment_id, kind, amount_minor, cause, recorded_at,
        actor)
    VALUES (p_commitment, 'reserve', p_amount, 'award', p_at, p_actor);
    UPDATE ledger.fund_guard SET reserved = reserved + p_amount
    WHERE fund_id = p_fund AND currency = p_currency;
    RETURN 0;
END
$$;
"""

HOLDS = """
-- An inquiry holds money, whatever the fund has: it is never refused. The id of the hold, of an
-- earlier one if this very cause was told before.
CREATE FUNCTION ledger.hold_money(p_hold uuid, p_fund uuid, p_currency varchar, p_amount bigint,
    p_concerns varchar, p_cause varchar, p_actor varchar, p_at timestamptz) RETURNS uuid
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_before ledger.hold;
BEGIN
    PERFORM 1 FROM ledger.fund_guard
    WHERE fund_id = p_fund AND currency = p_currency FOR UPDATE;
    INSERT INTO ledger.hold (id, fund_id, currency, amount_minor, concerns, cause, recorded_at,
        actor)
    VALUES (p_hold, p_fund, p_currency, p_amount, p_concerns, p_cause, p_at, p_actor)
    ON CONFLICT (cause) DO NOTHING;
    IF FOUND THEN
        RETURN p_hold;
    END IF;
    SELECT h.* INTO STRICT v_before FROM ledger.hold h WHERE h.cause = p_cause;
    IF (v_before.fund_id, v_before.currency, v_before.amount_minor, v_before.concerns)
            IS DISTINCT FROM (p_fund, p_currency, p_amount, p_concerns) THEN
        RAISE EXCEPTION 'cause % holds something else', p_cause USING ERRCODE = 'LF020';
    END IF;
    RETURN v_before.id;
END
$$;

-- The inquiry is over. False if it was before.
CREATE FUNCTION ledger.release_hold(p_hold uuid, p_actor varchar, p_at timestamptz)
RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    INSERT INTO ledger.hold_release (hold_id, recorded_at, actor) VALUES (p_hold, p_at, p_actor)
    ON CONFLICT DO NOTHING;
    RETURN FOUND;
END
$$;
"""

POSITION_CALLS = (
    "fund_position(uuid, varchar, date)",
    "reserve(uuid, uuid, uuid, varchar, bigint, date, varchar, timestamptz)",
)
NEW_CALLS = (
    "takes_back(varchar)",
    "hold_money(uuid, uuid, varchar, bigint, varchar, varchar, varchar, timestamptz)",
    "release_hold(uuid, varchar, timestamptz)",
)


def upgrade() -> None:
    _run(TABLES)
    for table in BOOKED:
        op.execute(
            f"""
            CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger.{table}
            FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change()
            """
        )
    _limit_roles((*DEBIT, *CREDIT, TAX), (*HELD_AT_OFFICE, TAX))
    _drop_calls(POSITION_CALLS)
    _run(CHART, POSITION, HOLDS)
    _grant((*POSITION_CALLS, *NEW_CALLS))
    op.execute("SELECT ledger.open_accounts()")


def downgrade() -> None:
    before = op.get_context().script.get_revision("0003").module
    _drop_calls((*POSITION_CALLS, *NEW_CALLS))
    _run(
        *(
            script.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION")
            for script in (before.CHART, before.POSITION, before.COMMITMENTS)
        )
    )
    _grant(POSITION_CALLS)
    op.execute("DROP TABLE ledger.hold_release")
    op.execute("DROP TABLE ledger.hold")
    op.execute("ALTER TABLE ledger.fund DROP COLUMN reserve_days")
    op.execute("DELETE FROM ledger.account WHERE role = 'tax_payable'")  # refused if it was used
    _limit_roles((*DEBIT, *CREDIT), HELD_AT_OFFICE)


def _limit_roles(roles: tuple[str, ...], held: tuple[str, ...]) -> None:
    checks = {
        "ck_account_role": _one_of(roles),
        "ck_account_held_at_office": f"(office_id IS NOT NULL) = ({_one_of(held)})",
        "ck_account_normal_side": f"(normal_side = 'debit') = ({_one_of(DEBIT)})",
    }
    for name, rule in checks.items():
        op.execute(f"ALTER TABLE ledger.account DROP CONSTRAINT {name}")
        op.execute(f"ALTER TABLE ledger.account ADD CONSTRAINT {name} CHECK ({rule})")


def _one_of(roles: tuple[str, ...]) -> str:
    return f"role IN ({', '.join(repr(role) for role in roles)})"


def _run(*scripts: str) -> None:
    for script in scripts:
        op.get_bind().connection.driver_connection.execute(script)


def _drop_calls(functions: tuple[str, ...]) -> None:
    for function in functions:
        op.execute(f"DROP FUNCTION ledger.{function}")


def _grant(functions: tuple[str, ...]) -> None:
    for function in functions:
        op.execute(f"REVOKE EXECUTE ON FUNCTION ledger.{function} FROM PUBLIC")
        op.execute(f"GRANT EXECUTE ON FUNCTION ledger.{function} TO fund_app")
