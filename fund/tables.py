"""Tables that people send: CSV as banks and office programs write it, each in another way."""

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from fund.money import CURRENCIES

Rows = list[list[str]]

# What programs write today, and what Thai ones wrote before. UTF-16 is known by its first bytes.
ENCODINGS = ("utf-8-sig", "cp874")
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
DELIMITERS = ",;\t|"
HEADER_WITHIN = 30  # an address or an account's number may stand above the columns
BUDDHIST = 543
DAY_ORDERS = {
    "ymd": ("year", "month", "day"),
    "dmy": ("day", "month", "year"),
    "mdy": ("month", "day", "year"),
}
_DAY = re.compile(r"(\d{1,4})[-/. ](\d{1,2})[-/. ](\d{1,4})(?:[ T].*)?")
_NAMED_DAY = re.compile(r"(\d{1,2})[-/ ]*([^\d\s/,-]+)[-/ ,]*(\d{2,4})(?:[ T].*)?")
_THAI_DIGITS = str.maketrans("๐๑๒๓๔๕๖๗๘๙", "0123456789")
# Beyond it JSON and the audit log do not count exactly.
_LARGEST_MINOR = 2**53 - 1


@dataclass(frozen=True)
class Fault:
    """What is wrong in the file: a row's, or the whole file's where `place` is None."""

    code: str
    place: int | None = None
    params: dict[str, Any] = field(default_factory=dict)


class BadFile(Exception):
    """The file as a whole cannot be read; `fault` says why."""

    def __init__(self, code: str, place: int | None = None, **params: object) -> None:
        super().__init__(code)
        self.fault = Fault(code, place, params)


def rows_of(content: bytes) -> Rows:
    """The file's rows as a table calculator counts them, empty ones too. Raises BadFile.

    Strict about quotes: an open one would swallow the rows that follow it.
    """
    text = _decoded(content)
    sample = [line for line in text.splitlines() if line.strip()][:HEADER_WITHIN]
    delimiter = max(DELIMITERS, key=lambda sign: sum(line.count(sign) for line in sample))
    try:
        return list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    except csv.Error:
        raise BadFile("csv_broken")


def columns_of(rows: Rows) -> list[str]:
    """The names of the columns, for choosing among them. Raises BadFile."""
    return list(dict.fromkeys(named(rows[header_place(rows)])))


def header_place(rows: Rows) -> int:
    """Where among the first rows the columns are named: the widest without figures.

    Raises BadFile.
    """
    first = [set(named(row)) for row in rows[:HEADER_WITHIN]]
    widths = {
        place: len(names) for place, names in enumerate(first) if not any(map(_is_figure, names))
    }
    widest = max(widths.values(), default=0)
    if widest < 2:
        raise BadFile("csv_without_columns")
    return next(place for place, width in widths.items() if width == widest)


def named(row: Sequence[str]) -> list[str]:
    """The cells of a row that say something."""
    return [cell.strip() for cell in row if cell.strip()]


def figure_of(text: str, currency: str, decimal: str) -> int | None:
    """An amount as people write it: `1,234.50`, `-20`, `(20.00)`, `20.00-`, Thai digits; in minor
    units, None if it is none. `decimal`: `.` or `,`."""
    plain = re.sub(r"[\s\u00a0฿$]", "", text.translate(_THAI_DIGITS))
    groups = "," if decimal == "." else "."
    plain = plain.replace(groups, "").replace(decimal, ".").lstrip("+")
    if bracketed := re.fullmatch(r"\((.+)\)|(.+)-", plain):
        plain = "-" + (bracketed[1] or bracketed[2])
    return minor_of(plain, currency)


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


def day_of(text: str, order: str) -> date | None:
    """A day in figures in this order (a key of `DAY_ORDERS`), or with the month's name; years of
    the Buddhist calendar are known by their size. None if it is none."""
    text = text.strip().translate(_THAI_DIGITS)
    if found := _DAY.fullmatch(text):
        parts = dict(zip(DAY_ORDERS[order], map(int, found.groups()), strict=True))
    elif (found := _NAMED_DAY.fullmatch(text)) and (month := _month_of(found[2])):
        parts = {"day": int(found[1]), "month": month, "year": int(found[3])}
    else:
        return None
    year = parts["year"]
    if year < 100:  # 26 is 2026, 69 is 2569 of the Buddhist calendar
        year += 2500 if year > 50 else 2000
    if year > 2400:
        year -= BUDDHIST
    try:
        return date(year, parts["month"], parts["day"])
    except ValueError:
        return None


_MONTHS = (
    ("jan", "january", "มค", "มกราคม"),
    ("feb", "february", "กพ", "กุมภาพันธ์"),
    ("mar", "march", "มีค", "มีนาคม"),
    ("apr", "april", "เมย", "เมษายน"),
    ("may", "พค", "พฤษภาคม"),
    ("jun", "june", "มิย", "มิถุนายน"),
    ("jul", "july", "กค", "กรกฎาคม"),
    ("aug", "august", "สค", "สิงหาคม"),
    ("sep", "sept", "september", "กย", "กันยายน"),
    ("oct", "october", "ตค", "ตุลาคม"),
    ("nov", "november", "พย", "พฤศจิกายน"),
    ("dec", "december", "ธค", "ธันวาคม"),
)
_MONTH_OF = {name: number for number, names in enumerate(_MONTHS, 1) for name in names}


def _month_of(name: str) -> int | None:
    return _MONTH_OF.get(name.replace(".", "").lower())


def _decoded(content: bytes) -> str:
    encodings = ("utf-16",) if content.startswith(_UTF16) else ENCODINGS
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise BadFile("csv_broken")


def _is_figure(text: str) -> bool:
    return bool(re.fullmatch(r"[-+(]?[0-9][0-9.,/: -]*\)?", text))
