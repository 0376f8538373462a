"""Indices for reading one account, some days and the rarer kinds of journals.

Each transfer goes into two more indices, of one column and deduplicated, so they are small: about
7 bytes a transfer each, 146 bytes of WAL for both, and a few microseconds. A journal's day takes
the place of the index that it had; charges and what became available, nearly all journals, are
in no index more.
"""

from alembic import op

revision = "0019"
down_revision = "0018"

INDICES = {
    "ix_journal_effective_on_id": "journal (effective_on, id)",
    "ix_journal_kind_effective_on": (
        "journal (kind, effective_on) WHERE kind NOT IN ('charge', 'available')"
    ),
    "ix_transfer_debit_account_id": "transfer (debit_account_id)",
    "ix_transfer_credit_account_id": "transfer (credit_account_id)",
}
BY_DAY = "ix_journal_effective_on"


def upgrade() -> None:
    with op.get_context().autocommit_block():  # journals go on being posted meanwhile
        for name, columns in INDICES.items():
            op.execute(f"DROP INDEX CONCURRENTLY IF EXISTS ledger.{name}")  # of a broken-off try
            op.execute(f"CREATE INDEX CONCURRENTLY {name} ON ledger.{columns}")
        op.execute(f"DROP INDEX CONCURRENTLY IF EXISTS ledger.{BY_DAY}")


def downgrade() -> None:
    with op.get_context().autocommit_block():
        op.execute(f"DROP INDEX CONCURRENTLY IF EXISTS ledger.{BY_DAY}")
        op.execute(f"CREATE INDEX CONCURRENTLY {BY_DAY} ON ledger.journal (effective_on)")
        for name in INDICES:
            op.execute(f"DROP INDEX CONCURRENTLY IF EXISTS ledger.{name}")
