"""Offices, accounts and guards stay as they were opened, and are opened one at a time.

The log's hash of each row, and of all accounts together, stays right only so.
"""

from alembic import op

revision = "0017"
down_revision = "0016"

# What is refused to everybody. An account may yet be closed, and guards change with every
# commitment; but none ever goes.
REFUSED = {
    "office": "UPDATE OR DELETE OR TRUNCATE",
    "account": "DELETE OR TRUNCATE",
    "fund_guard": "DELETE OR TRUNCATE",
}

OPENING = """
-- A fund and an office opened at once would each miss the accounts that both need. Readers and
-- postings go on meanwhile.
CREATE FUNCTION ledger.wait_for_other_openings() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    LOCK TABLE ledger.account IN SHARE ROW EXCLUSIVE MODE;
    RETURN NULL;
END
$$;
"""


def upgrade() -> None:
    for table, changes in REFUSED.items():
        op.execute(
            f"CREATE TRIGGER kept BEFORE {changes} ON ledger.{table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change()"
        )
    op.execute(OPENING)
    op.execute("REVOKE EXECUTE ON FUNCTION ledger.wait_for_other_openings FROM PUBLIC")
    for table in ("office", "fund"):
        op.execute(
            f"CREATE TRIGGER one_opening_at_a_time BEFORE INSERT ON ledger.{table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION ledger.wait_for_other_openings()"
        )


def downgrade() -> None:
    for table in ("office", "fund"):
        op.execute(f"DROP TRIGGER one_opening_at_a_time ON ledger.{table}")
    op.execute("DROP FUNCTION ledger.wait_for_other_openings")
    for table in REFUSED:
        op.execute(f"DROP TRIGGER kept ON ledger.{table}")
