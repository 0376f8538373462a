"""What witnesses saw of the log: what somebody outside can hold against the whole database.

And what we can hold against a witness: that it cosigned more for us than it says now.
"""

from collections.abc import Iterator, Mapping, Sequence

from fund.audit.verification.findings import Finding
from fund.audit.witnesses import Kept, Seen


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


def compare_kept(seen: Sequence[Seen], kept: Sequence[Kept]) -> Iterator[Finding]:
    """Hold what each witness answers against what it cosigned for us before it was asked."""
    answers = {witness.name: witness for witness in seen if witness.fault is None}
    for before in kept:
        if not before.is_signed:
            row = f"cosignature {before.size} by {before.name}"
            yield Finding(row, "edited", "the witness did not sign it")
        elif answer := answers.get(before.name):
            what = ""
            if answer.size < before.size:
                now = f"one of {answer.size}" if answer.size else "none"
                what = f"it cosigned a log of {before.size} leaves, and says now that it saw {now}"
            elif answer.size == before.size and answer.root != before.root:
                what = f"it cosigned two logs of {before.size} leaves"
            if what:
                row = f"witness {before.name}"
                yield Finding(row, "inconsistent", f"the witness contradicts itself: {what}")
