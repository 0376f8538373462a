"""The file itself. One whose columns nobody confirmed says so in its first line and its name."""

import csv
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from io import BytesIO, StringIO

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell

from fund.giving.edonation.columns import Line
from fund.giving.models import EdonationMapping
from fund.i18n import gettext
from fund.ledger.models import Office
from fund.ledger.statements.flat import safe

Table = Sequence[Sequence[str]]


@dataclass(frozen=True)
class Format:
    """How the file is written, and what a browser is told about it."""

    mimetype: str
    write: Callable[[Table], bytes]


def make(mapping: EdonationMapping, lines: Sequence[Line], form: Format) -> bytes:
    """The file: one row a receipt, below the headings."""
    table = [
        [heading for heading, _ in mapping.columns],
        *([line.tell(field) for _, field in mapping.columns] for line in lines),
    ]
    return form.write(table if mapping.is_confirmed else [[_warning()], *table])


def file_name(
    mapping: EdonationMapping, office: Office, first_on: date, last_on: date, suffix: str
) -> str:
    """What the file is called."""
    mark = "" if mapping.is_confirmed else "-unconfirmed"
    return f"e-donation-{office.code}-{first_on}-{last_on}{mark}.{suffix}"


def _warning() -> str:
    text: str = gettext(
        "UNCONFIRMED: these columns were not held against the Revenue Department’s form yet. Do not"
        " hand this file in."
    )
    return text


def _write_csv(table: Table) -> bytes:
    """UTF-8 with a byte order mark, so that Excel reads the Thai."""
    text = StringIO(newline="")
    csv.writer(text).writerows([safe(value) for value in row] for row in table)
    return text.getvalue().encode("utf-8-sig")


def _write_xlsx(table: Table) -> bytes:
    """Texts alone: a tax number keeps its digits, and nothing is reckoned."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("e-Donation")
    for row in table:
        cells = [WriteOnlyCell(sheet) for _ in row]
        for cell, value in zip(cells, row, strict=True):
            cell.value = value
            cell.data_type = "s"
            cell.number_format = "@"
        sheet.append(cells)
    target = BytesIO()
    book.save(target)
    return target.getvalue()


FORMATS = {
    "csv": Format("text/csv", _write_csv),
    "xlsx": Format(
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", _write_xlsx
    ),
}
