"""CSV (RFC 4180), a line a transfer."""

import csv
import io
from collections.abc import Iterator

from fund.audit.events import instant
from fund.ledger.plaintext.book import PlainBook

COLUMNS = (
    "journal",
    "position",
    "day",
    "true_day",
    "recorded_at",
    "kind",
    "source",
    "key",
    "actor",
    "reverses",
    "concerns",
    "debit_account",
    "credit_account",
    "amount",
    "currency",
)


def write(book: PlainBook) -> Iterator[str]:
    """A line with the columns' names, then each transfer with what its journal says."""
    text = io.StringIO()
    rows = csv.writer(text)
    rows.writerow(COLUMNS)
    for journal in book.journals():
        for position, line in enumerate(journal.lines, start=1):
            rows.writerow(
                (
                    journal.id,
                    position,
                    journal.effective_on,
                    journal.occurred_on,
                    instant(journal.recorded_at),
                    journal.kind,
                    journal.source,
                    journal.key,
                    journal.actor,
                    journal.reverses_id or "",
                    journal.concerns or "",
                    line.debit.code,
                    line.credit.code,
                    line.amount,
                    line.debit.currency,
                )
            )
        yield text.getvalue()
        text.seek(0)
        text.truncate()
    yield text.getvalue()
