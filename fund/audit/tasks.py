"""The rounds of the worker's loops: number what settled, sign what grew."""

from fund import clock, db
from fund.audit import checkpoints, operations


def sequence_events() -> None:
    """Put everything that settled into the tree, a transaction a batch."""
    while True:
        with db.transaction() as session:
            added = operations.sequence(session)
        if added < operations.BATCH:
            return


def sign_tree() -> None:
    """Sign the tree if something happened."""
    with db.transaction() as session:
        checkpoints.sign_checkpoint(session, now=clock.now())
