"""What a bank's file comes to once read, whatever its format."""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from fund.money import CURRENCIES

LARGEST_BYTES = 5 * 1024 * 1024
MOST_LINES = 5_000
# Beyond it JSON and the audit log do not count exactly.
_LARGEST_MINOR = 2**53 - 1


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
class Fault:
    """What is wrong in the file: a row's, or the whole file's where `place` is None."""

    code: str
    place: int | None = None
    params: dict[str, Any] = field(default_factory=dict)


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


class BadFile(Exception):
    """The file as a whole cannot be read; `fault` says why."""

    def __init__(self, code: str, place: int | None = None, **params: object) -> None:
        super().__init__(code)
        self.fault = Fault(code, place, params)


def minor_of(text: str, currency: str) -> int | None:
    """A plain decimal as minor units, exact; None if it is none or has too many decimals."""
    if not re.fullmatch(r"-?[0-9]{1,16}(\.[0-9]{1,8})?", text):
        return None
    try:
        minor = Decimal(text).scaleb(CURRENCIES[currency].exponent)
    except InvalidOperation:
        return None
    if minor != minor.to_integral_value() or abs(minor) > _LARGEST_MINOR:
        return None
    return int(minor)


def check_chain(parsed: ParsedFile) -> list[Fault]:
    """The balance before and all lines come to the balance after, where the file has balances."""
    if parsed.opening_minor is None or parsed.closing_minor is None:
        return []
    comes_to = parsed.opening_minor + sum(line.amount_minor for line in parsed.lines)
    if comes_to == parsed.closing_minor:
        return []
    return [Fault("balance_differs", None, {"off_minor": parsed.closing_minor - comes_to})]
