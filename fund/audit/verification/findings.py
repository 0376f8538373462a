"""What a check of the log finds."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Finding:
    """`kind`: edited, deleted, truncated, inserted, reordered, forked or rehashed; or late (not
    numbered in time), unreadable (its key opens nothing) or inconsistent (a witness contradicts
    itself, which is its fault and not the log's).

    `only_witness`: the database alone looks whole; somebody who kept a checkpoint tells otherwise.
    """

    row: str
    kind: str
    what: str
    only_witness: bool = False

    def __str__(self) -> str:
        seen = " (only a witness shows it)" if self.only_witness else ""
        return f"{self.row}: {self.kind}: {self.what}{seen}"


@dataclass
class Report:
    """What was read, and what was found; `erased` events had their key destroyed.

    `unsealing` is how many seconds it took to open what was sealed.
    """

    findings: list[Finding] = field(default_factory=list)
    events: int = 0
    leaves: int = 0
    checkpoints: int = 0
    sealed: int = 0
    erased: int = 0
    unsealing: float = 0.0

    def find(self, row: str, kind: str, what: str) -> None:
        self.findings.append(Finding(row, kind, what))
