"""Indices for looking through the log: everything by time, and by event and by person.

Bookings are most of the log and are found by time alone, so the index by event leaves them out,
and the one by person leaves out what nobody signed in for: posting pays for one index more.
"""

from alembic import op

revision = "0018"
down_revision = "0017"

INDICES = {
    "ix_event_at_id": "(at, id)",
    "ix_event_name_at_id": "(name, at, id) WHERE name <> 'journal_posted'",
    "ix_event_actor_at_id": "(actor, at, id) WHERE actor <> 'system' AND actor <> 'anonymous'",
}


def upgrade() -> None:
    with op.get_context().autocommit_block():  # the log goes on being written meanwhile
        for name, columns in INDICES.items():
            op.execute(f"DROP INDEX CONCURRENTLY IF EXISTS audit.{name}")  # of a broken-off try
            op.execute(f"CREATE INDEX CONCURRENTLY {name} ON audit.event {columns}")


def downgrade() -> None:
    for name in INDICES:
        op.execute(f"DROP INDEX audit.{name}")
