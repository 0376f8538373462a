"""The one shape that page, CSV, XLSX and PDF are made from. Its texts are in the reader's language.

A column holds texts, days or money; a money column is of one currency, or each row has its own
(then the files say which in a column before it). Rows stand in sections; a total is a row too.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from fund.ledger.statements.days import Days
from fund.money import Money

Value = str | date | Money | None


@dataclass(frozen=True)
class Column:
    """`kind` is text, day or money; `currency` is that of every row, None if rows differ.

    `is_detail`: for tables to work with, and left out where a person reads.
    """

    title: str
    kind: str = "text"
    currency: str | None = None
    is_detail: bool = False


@dataclass(frozen=True)
class Link:
    """Where a row leads: an endpoint and what it is given."""

    endpoint: str
    values: dict[str, str]


@dataclass(frozen=True)
class Row:
    """One value a column; `link` leads to what is behind it."""

    cells: tuple[Value, ...]
    link: Link | None = None
    is_total: bool = False


@dataclass(frozen=True)
class Section:
    """Rows under a title, gone through once; `currency` if all their money is of one."""

    title: str
    rows: Iterable[Row]
    currency: str | None = None


@dataclass(frozen=True)
class Head:
    """What stands above every statement.

    `names` are the legal names of the offices whose books these are, `standing` says whether the
    days are open, `subject` whom or what it is about if not the whole.
    """

    slug: str
    title: str
    days: Days
    made_at: datetime
    names: Sequence[str]
    standing: str
    subject: str = ""


@dataclass(frozen=True)
class Statement:
    """A whole statement; `notes` stand beneath it."""

    head: Head
    columns: tuple[Column, ...]
    sections: Sequence[Section]
    notes: Sequence[str] = ()

    def rows(self) -> Iterator[tuple[str, Row]]:
        """Every row with its section's title."""
        for section in self.sections:
            for row in section.rows:
                yield section.title, row


def to_account(account_id: UUID, days: Days) -> Link:
    """To the account's own lines of these days."""
    return Link("ledger.account_show", {"account_id": str(account_id), **days.values()})


def currency_of(columns: Sequence[Column], row: Row) -> str | None:
    """The currency of the row's money, where rows differ."""
    for column, value in zip(columns, row.cells, strict=True):
        if isinstance(value, Money) and column.currency is None:
            return value.currency
    return None
