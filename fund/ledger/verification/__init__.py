"""Checks the books against themselves and against the log, by SQL of its own.

Nothing here is shared with posting: balances are added anew, rows are hashed as they now stand,
and the rules are asked again, as if no constraint had held them.
Each module here has the rules of one subject.
"""

from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.orm import Session

from fund.ledger.verification import (
    balances,
    commitments,
    entries,
    holds,
    journals,
    periods,
    places,
)

# Rule -> a query of (row, detail), empty where the rule holds.
RULES: dict[str, str] = (
    places.RULES
    | journals.RULES
    | balances.RULES
    | commitments.RULES
    | holds.RULES
    | periods.RULES
    | entries.RULES
)


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong: `kind` names the rule, `row` the row, `detail` the difference."""

    kind: str
    row: str
    detail: str

    def __str__(self) -> str:
        return f"{self.kind}: {self.row} ({self.detail})"


def verify(session: Session) -> list[Finding]:
    """Everything that is wrong with the books, in the order of the rules."""
    return [
        Finding(kind, row.row, row.detail)
        for kind, query in RULES.items()
        for row in session.execute(text(query))
    ]


def count_journals(session: Session) -> int:
    """How many journals there are to check."""
    return int(session.scalar(text("SELECT count(*) FROM ledger.journal")) or 0)
