"""What a bank's file comes to once read, whatever its format."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from fund.tables import Fault

LARGEST_BYTES = 5 * 1024 * 1024
MOST_LINES = 5_000


@dataclass(frozen=True)
class FileLine:
    """One line; in is positive. `place` is its row or entry in the file, from 1.

    `code`: the bank's code of the kind of transaction. `bank_reference`: the bank's own number of
    the transaction. `text`: all that is written, names too.
    """

    place: int
    booked_on: date
    amount_minor: int
    text: str = ""
    code: str | None = None
    bank_reference: str | None = None


@dataclass(frozen=True)
class ParsedFile:
    """A file as read. With faults nothing of it may be recorded. Balances are both there or not.

    `account_number` is None where the format does not say it; `left_out`: rows without a day.
    """

    lines: Sequence[FileLine] = ()
    opening_minor: int | None = None
    closing_minor: int | None = None
    first_on: date | None = None
    last_on: date | None = None
    account_number: str | None = None
    left_out: int = 0
    faults: Sequence[Fault] = ()

    def digest(self) -> str:
        """Names exactly what was read: who records it has seen it so."""
        said = [(line.place, line.booked_on, line.amount_minor, line.text) for line in self.lines]
        return hashlib.sha256(
            repr((said, self.opening_minor, self.closing_minor)).encode()
        ).hexdigest()


def check_chain(parsed: ParsedFile) -> list[Fault]:
    """The balance before and all lines come to the balance after, where the file has balances."""
    if parsed.opening_minor is None or parsed.closing_minor is None:
        return []
    comes_to = parsed.opening_minor + sum(line.amount_minor for line in parsed.lines)
    if comes_to == parsed.closing_minor:
        return []
    return [Fault("balance_differs", None, {"off_minor": parsed.closing_minor - comes_to})]
