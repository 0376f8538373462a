"""The whole book as plain text, for readers that need nothing of ours: Beancount, hledger, CSV."""

from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import date

from sqlalchemy.orm import Session

from fund.ledger.plaintext import beancount, hledger, table
from fund.ledger.plaintext.book import PlainBook

# Format -> how a book is written in it, and what the file's name ends with.
FORMATS: dict[str, tuple[Callable[[PlainBook], Iterator[str]], str]] = {
    "beancount": (beancount.write, "beancount"),
    "hledger": (hledger.write, "journal"),
    "csv": (table.write, "csv"),
}


def export(session: Session, file_format: str, *, as_of: date | None = None) -> Iterator[str]:
    """The text of every journal up to the end of the day `as_of` (None: all), piece by piece.

    `file_format` is one of FORMATS. The book is of one moment, however long it takes to write, and
    is never held in memory.
    """
    write, _ending = FORMATS[file_format]
    with closing(PlainBook(session, as_of=as_of)) as book:
        yield from write(book)


def file_name(file_format: str, day: date) -> str:
    """What the file is called, such as `book-2026-11-24.beancount`."""
    return f"book-{day.isoformat()}.{FORMATS[file_format][1]}"
