"""Tables that go out again: what is wrong with a list, and the list as it was sent.

Made for a table calculator, and so that it takes nothing in them for a formula.
"""

import csv
import io
from collections.abc import Iterable, Sequence

from fund import tables
from fund.bookkeeping.imports.choices import FAULTS
from fund.i18n import gettext
from fund.ledger.statements.flat import safe
from fund.tables import Fault

_MARK = "\ufeff"  # by which Excel knows UTF-8


def faults_csv(faults: Sequence[Fault]) -> bytes:
    """Row, column and what is wrong there, in the reader's language."""
    heading = [gettext("Row"), gettext("Column"), gettext("What is wrong")]
    rows = [
        [str(fault.place or ""), fault.params.get("column", ""), text_of(fault)] for fault in faults
    ]
    return _csv([heading, *rows])


def list_csv(content: bytes) -> bytes:
    """The cells of a list that was sent. Raises BadFile."""
    return _csv(tables.rows_of(content))


def text_of(fault: Fault) -> str:
    """What is wrong, in the reader's language."""
    return str(gettext(FAULTS[fault.code]) % fault.params)


def _csv(rows: Iterable[Sequence[str]]) -> bytes:
    made = io.StringIO(newline="")
    csv.writer(made).writerows([[safe(cell) for cell in row] for row in rows])
    return (_MARK + made.getvalue()).encode()
