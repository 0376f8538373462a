"""What witnesses saw of the log: what somebody outside can hold against the whole database."""

from collections.abc import Iterator, Mapping, Sequence

from fund.audit.verification.findings import Finding
from fund.audit.witnesses import Seen


def compare_seen(seen: Sequence[Seen], size: int, roots: Mapping[int, bytes]) -> Iterator[Finding]:
    """Hold the newest checkpoint that each witness signed against the tree of `size` leaves."""
    for witness in seen:
        row = f"witness {witness.name}"
        if witness.fault is not None:
            yield Finding(row, "unreadable", witness.fault)
        elif witness.size > size:
            what = f"it signed a log of {witness.size} leaves, {size} are whole"
            yield Finding(row, "truncated", what, only_witness=True)
        elif witness.size and roots.get(witness.size) != witness.root:
            what = f"it signed another log of {witness.size} leaves"
            yield Finding(row, "forked", what, only_witness=True)
