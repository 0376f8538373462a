"""What an entry books is what its kind means; periods end within a year."""

from alembic import op

revision = "0020"
down_revision = "0019"

ENTRIES = """
-- Approvals and donors' restrictions hang on an entry's kind: it books what the kind means.
CREATE FUNCTION bookkeeping_entry_books() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    plan jsonb := NEW.content::jsonb -> 'plan';
BEGIN
    IF EXISTS (
        SELECT FROM ledger.transfer t
        JOIN ledger.account d ON d.id = t.debit_account_id
        JOIN ledger.account c ON c.id = t.credit_account_id
        WHERE t.journal_id = NEW.journal_id AND NOT CASE NEW.kind
            WHEN 'bank_charge' THEN (d.role, c.role) = ('bank_charges', 'bank')
            WHEN 'interest' THEN (d.role, c.role) = ('bank', 'interest')
            WHEN 'tax_on_fees' THEN (d.role, c.role) = ('processing_fees', 'tax_payable')
            WHEN 'tax_remitted' THEN (d.role, c.role) = ('tax_payable', 'bank')
            WHEN 'transfer' THEN (d.role, c.role, d.fund_id::text) IN (
                ('transfers_out', 'bank', plan ->> 'from_fund_id'),
                ('bank', 'transfers_in', plan ->> 'to_fund_id'))
            WHEN 'reversal' THEN true
            ELSE 'transfers_in' NOT IN (d.role, c.role) AND 'transfers_out' NOT IN (d.role, c.role)
        END) THEN
        RAISE EXCEPTION 'this is not what this kind books' USING ERRCODE = 'check_violation';
    END IF;
    -- Taking a transfer back is a decision like giving it: see bookkeeping_entry_check.
    IF NEW.kind = 'reversal' AND EXISTS (
        SELECT FROM (
            SELECT t.fund_id, t.currency, bool_or(d.role = 'transfers_in') AS gives_back
            FROM ledger.transfer t JOIN ledger.account d ON d.id = t.debit_account_id
            WHERE t.journal_id = NEW.journal_id GROUP BY t.fund_id, t.currency
        ) f CROSS JOIN ledger.fund_position(
            f.fund_id, f.currency, (NEW.decided_at AT TIME ZONE 'Asia/Bangkok')::date) p
        WHERE f.gives_back AND p.cash - p.reserved - p.young - p.inquiries - p.owed < 0) THEN
        RAISE EXCEPTION 'the fund does not have this to give back'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'transfer_overspends';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER bookkeeping_entry_books AFTER UPDATE ON bookkeeping_entry
    FOR EACH ROW WHEN (NEW.state = 'booked') EXECUTE FUNCTION bookkeeping_entry_books();
"""

# A period cannot be shortened or taken back, and none after it begins before its end.
PERIODS = """
CREATE FUNCTION ledger.check_period_end() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF upper(NEW.days) > (NEW.opened_at AT TIME ZONE 'Asia/Bangkok')::date + 366 THEN
        RAISE EXCEPTION 'period % ends too far from now', NEW.days USING ERRCODE = 'LF026';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER check_period_end BEFORE INSERT ON ledger.period
    FOR EACH ROW EXECUTE FUNCTION ledger.check_period_end();
"""


def upgrade() -> None:
    for script in (ENTRIES, PERIODS):
        op.get_bind().connection.driver_connection.execute(script)
    op.execute("REVOKE EXECUTE ON FUNCTION ledger.check_period_end FROM PUBLIC")


def downgrade() -> None:
    op.execute("DROP TRIGGER check_period_end ON ledger.period")
    op.execute("DROP FUNCTION ledger.check_period_end")
    op.execute("DROP TRIGGER bookkeeping_entry_books ON bookkeeping_entry")
    op.execute("DROP FUNCTION bookkeeping_entry_books")
