"""What an application asks for: its costs less what others already give for the same costs."""

from collections import Counter
from collections.abc import Sequence
from typing import Protocol


class Cost(Protocol):
    """A budget line, as far as the sum goes; amounts in satang."""

    @property
    def line_kind(self) -> str | None: ...
    @property
    def amount_minor(self) -> int | None: ...


class Support(Cost, Protocol):
    """Other support for costs of one kind."""

    @property
    def standing(self) -> str | None: ...


def gaps(lines: Sequence[Cost], supports: Sequence[Support]) -> list[int]:
    """What is left to pay of each line: granted support lowers its kind's lines, first ones first.

    Support beyond the costs of its kind lowers nothing else; `has_excess` finds it.
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


def has_excess(lines: Sequence[Cost], supports: Sequence[Support]) -> bool:
    """Whether more support is granted for some kind of cost than its lines cost."""
    costs = Counter[str | None]()
    for line in lines:
        costs[line.line_kind] += line.amount_minor or 0
    return any(given > costs[kind] for kind, given in _granted(supports).items())


def _granted(supports: Sequence[Support]) -> Counter[str | None]:
    given = Counter[str | None]()
    for support in supports:
        if support.standing == "granted":
            given[support.line_kind] += support.amount_minor or 0
    return given
