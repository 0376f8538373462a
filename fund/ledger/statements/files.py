"""A statement as a file: CSV, XLSX or PDF, written to a temporary file, never whole in memory."""

import csv
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from io import TextIOWrapper
from tempfile import TemporaryFile
from typing import IO, Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

from fund import pdf
from fund.i18n import format_day, format_exact, gettext, language
from fund.ledger.statements import flat
from fund.ledger.statements.head import facts
from fund.ledger.statements.shape import Column, Row, Statement, Value
from fund.money import CURRENCIES, Money

BOLD = Font(bold=True)
WIDTHS = {"text": 30, "day": 14, "money": 18}
# Excel's own ways to show a day in the language; in Thai in the Buddhist year.
DAY_FORMATS = {"en": "d mmm yyyy", "th": "[$-107041E]d mmm yyyy"}
LOCALES = {"en": "en-GB", "th": "th-TH"}
NOT_IN_XML = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
MOST_COLUMNS_UPRIGHT = 5


@dataclass(frozen=True)
class Format:
    """How a statement is written, and what a browser is told about it.

    `most`: how many lines of an account or journals it can hold so that a person is still served.
    """

    suffix: str
    mimetype: str
    write: Callable[[Statement, IO[bytes]], None]
    most: int


def make(statement: Statement, form: "Format") -> IO[bytes]:
    """The file, ready to be read from its beginning."""
    target = TemporaryFile()  # noqa: SIM115 who reads it closes it
    form.write(statement, target)
    target.seek(0)
    return target


def name(statement: Statement, form: "Format") -> str:
    """What the file is called: what, when, in which language; plain letters only."""
    days = statement.head.days
    parts = [statement.head.slug, *days.values().values(), language()]
    plain = re.sub(r"[^a-z0-9-]+", "-", "-".join(parts).lower())
    return f"{plain}.{form.suffix}"


# --- CSV --------------------------------------------------------------------------------------


def write_csv(statement: Statement, target: IO[bytes]) -> None:
    """UTF-8 with a byte order mark, one header row, plain decimals, ISO days."""
    text = TextIOWrapper(target, encoding="utf-8-sig", newline="", write_through=True)
    writer = csv.writer(text)
    writer.writerow(map(flat.safe, flat.header(statement)))
    writer.writerows([_plain(value) for value in values] for values, _ in flat.lines(statement))
    text.detach()


def _plain(value: Value) -> str:
    match value:
        case None:
            return ""
        case Money():
            return f"{value.decimal():f}"
        case date():
            return value.isoformat()
    return flat.safe(value)


# --- XLSX -------------------------------------------------------------------------------------


def write_xlsx(statement: Statement, target: IO[bytes]) -> None:
    """Real numbers and days under a header that stays; a second sheet says what this is."""
    book = Workbook(write_only=True)
    book.properties.title = statement.head.title
    book.properties.language = LOCALES[language()]
    sheet = book.create_sheet(_sheet_name(statement.head.title))
    titles = flat.header(statement)
    for letter, width in zip(_letters(titles), _widths(statement, titles), strict=True):
        sheet.column_dimensions[letter].width = width
    sheet.freeze_panes = "A2"
    cells = _Cells(sheet)
    sheet.append(cells.row(titles, bold=True))
    for values, is_total in flat.lines(statement):
        sheet.append(cells.row(values, bold=is_total))
    about = book.create_sheet(_sheet_name(gettext("About this statement")))
    about.column_dimensions["A"].width, about.column_dimensions["B"].width = 24, 90
    cells = _Cells(about)
    for label, value in facts(statement.head):
        about.append(cells.row([label, value]))
    for note in statement.notes:
        about.append(cells.row([None, note]))
    book.save(target)


class _Cells:
    """Makes a sheet's rows. A column's cells are made once and filled anew, which is much faster:
    a row is written before the next one is made."""

    def __init__(self, sheet: Any) -> None:
        self._sheet = sheet
        self._styled: dict[tuple[object, ...], Any] = {}

    def row(self, values: Sequence[Value], *, bold: bool = False) -> list[Any]:
        return [self._cell(place, value, bold) for place, value in enumerate(values)]

    def _cell(self, place: int, value: Value, bold: bool) -> Any:
        match value:
            case Money():
                decimals = CURRENCIES[value.currency].exponent
                figure = "#,##0" + (f".{'0' * decimals}" if decimals else "")
                return self._filled(place, value.decimal(), bold, figure)
            case date():
                return self._filled(place, value, bold, DAY_FORMATS[language()])
            case str():
                return self._filled(place, NOT_IN_XML.sub("", value), bold)
        return None

    def _filled(self, place: int, value: object, bold: bool, form: str = "General") -> Any:
        key = (place, form, bold)
        cell = self._styled.get(key)
        if cell is None:
            cell = self._styled[key] = WriteOnlyCell(self._sheet)
            cell.number_format = form
            if isinstance(value, date):
                cell.alignment = Alignment(horizontal="left")
            if bold:
                cell.font = BOLD
        cell.value = value
        if isinstance(value, str):
            cell.data_type = "s"  # text that begins with = stays text
        return cell


def _letters(titles: list[str]) -> list[str]:
    return [get_column_letter(place + 1) for place in range(len(titles))]


def _widths(statement: Statement, titles: list[str]) -> list[int]:
    """Of the statement's own columns by kind; those that the flat table adds are texts."""
    kinds = dict.fromkeys(titles, WIDTHS["text"])
    for column in statement.columns:
        for title in (column.title, f"{column.title}, {column.currency}"):
            if title in kinds:
                kinds[title] = WIDTHS[column.kind]
    return [kinds[title] for title in titles]


def _sheet_name(title: str) -> str:
    return re.sub(r"[\[\]:*?/\\]", " ", title)[:31]


# --- PDF --------------------------------------------------------------------------------------


def write_pdf(statement: Statement, target: IO[bytes]) -> None:
    """A paper to read and to sign: tagged, without the columns that only machines need."""
    columns = [column for column in statement.columns if not column.is_detail]
    head = statement.head
    title = f"{head.title}: {head.subject}" if head.subject else head.title
    data = {
        "title": title,
        "footer": f"{head.title} · {head.days.text}",
        "facts": facts(head),
        "columns": [
            {
                "title": column.title,
                "is_figure": column.kind == "money",
                "width": (2 if place == 0 else 1) if column.kind == "text" else 0,
            }
            for place, column in enumerate(columns)
        ],
        "is_wide": len(columns) > MOST_COLUMNS_UPRIGHT,
        "sections": [
            {
                "title": section.title,
                "rows": [
                    {
                        "cells": _texts(statement.columns, row, section.currency),
                        "is_total": row.is_total,
                    }
                    for row in section.rows
                ],
            }
            for section in statement.sections
        ],
        "notes": list(statement.notes),
    }
    target.write(pdf.compile_pdf("statement", data, language=language()))


def _texts(columns: tuple[Column, ...], row: Row, currency: str | None) -> list[str]:
    return [
        _text(value, column.currency or currency)
        for column, value in zip(columns, row.cells, strict=True)
        if not column.is_detail
    ]


def _text(value: Value, said: str | None) -> str:
    """As a person reads it; the currency only where nothing above says it."""
    match value:
        case None:
            return ""
        case Money():
            figure = format_exact(value)
            return figure if value.currency == said else f"{value.currency} {figure}"
        case date():
            return format_day(value, always_year=True)
    return value


FORMATS = {
    form.suffix: form
    for form in (
        Format("csv", "text/csv", write_csv, 2_000_000),
        Format(
            "xlsx",
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            write_xlsx,
            100_000,
        ),
        Format("pdf", "application/pdf", write_pdf, 1000),
    )
}
