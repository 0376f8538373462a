"""What an application asks for: its costs less what others already give for the same costs."""

from collections import Counter
from collections.abc import Sequence
from typing import Protocol


class Cost(Protocol):
    """A budget line, as far as the sum goes; amounts in satang."""

    @property
    def line_kind(self) -> str: ...
    @property
    def amount_minor(self) -> int | None: ...


class Support(Cost, Protocol):
    """Other support for costs of one kind."""

    @property
    def standing(self) -> str: ...


def gaps(lines: Sequence[Cost], supports: Sequence[Support]) -> list[int]:
    """What is left to pay of each line: granted support lowers its kind's lines, first ones first.

    Support beyond the costs of its kind lowers nothing else; `excess` finds it.
    """
    given = _granted(supports)
    left = []
    for line in lines:
        amount = line.amount_minor or 0
        covered = min(amount, given[line.line_kind])
        given[line.line_kind] -= covered
        left.append(amount - covered)
    return left


def gap(lines: Sequence[Cost], supports: Sequence[Support]) -> int:
    """The amount asked of the fund, in satang."""
    return sum(gaps(lines, supports))


def excess(lines: Sequence[Cost], supports: Sequence[Support]) -> list[str]:
    """Kinds of cost for which more support is granted than the lines cost."""
    costs = Counter[str]()
    for line in lines:
        costs[line.line_kind] += line.amount_minor or 0
    return sorted(kind for kind, given in _granted(supports).items() if given > costs[kind])


def _granted(supports: Sequence[Support]) -> Counter[str]:
    given = Counter[str]()
    for support in supports:
        if support.standing == "granted":
            given[support.line_kind] += support.amount_minor or 0
    return given
