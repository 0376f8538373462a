"""A list's rows, read as its columns say: gifts, and what is wrong with each row."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Protocol
from uuid import UUID

from marshmallow import ValidationError, validate

from fund import tables
from fund.bookkeeping.imports import columns as columns_
from fund.bookkeeping.imports.columns import Columns
from fund.giving.tax_ids import is_thai_tax_id
from fund.ledger.models import Fund
from fund.money import CURRENCIES
from fund.tables import BadFile, Fault, Rows

LARGEST_BYTES = 5 * 1024 * 1024
MOST_LINES = 5_000
LONGEST = {"name": 200, "reference": 60, "email": 254}
OLDEST_YEARS = 20  # older than that, a year was written in another calendar
METHODS = {
    "bank": ("bank", "transfer", "bank transfer", "wire", "โอน", "โอนเงิน", "เงินโอน", "ธนาคาร"),
    "cash": ("cash", "เงินสด", "สด"),
    "cheque": ("cheque", "check", "เช็ค"),
}
LANGUAGES = {"th": ("th", "thai", "ไทย", "ภาษาไทย"), "en": ("en", "english", "อังกฤษ", "ภาษาอังกฤษ")}
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_EMAIL = validate.Email()


class _Tell(Protocol):
    """How a row's fault is told: its code, the column where it stands, and its figures."""

    def __call__(self, code: str, column: str, **params: object) -> None: ...


@dataclass(frozen=True)
class GiftLine:
    """One row as a gift. `place`: its row in the file, from 1. `reference` may be empty."""

    place: int
    day: date
    amount_minor: int
    fund_id: UUID
    method: str
    language: str
    reference: str = ""
    name: str = ""
    email: str = ""
    tax_id: str = ""


@dataclass(frozen=True)
class GiftList:
    """A file as read. `left_out`: rows that say no day, address or reference, such as a sum."""

    lines: Sequence[GiftLine] = ()
    faults: Sequence[Fault] = ()
    left_out: Sequence[int] = ()
    names: Sequence[str] = ()


def read(
    rows: Rows, columns: Columns, *, currency: str, funds: Sequence[Fund], today: date
) -> GiftList:
    """The rows as gifts in `currency`. Raises BadFile where the file as a whole cannot be read."""
    header, names = columns_.header_of(rows)
    columns_.check_has(names, columns)
    reader = _Reader(columns, currency, _fund_ids(funds), today)
    left_out = []
    for place, row in enumerate(rows[header + 1 :], start=header + 2):
        cells = [" ".join(cell.split()) for cell in row]
        if not any(cells):
            continue
        said = dict(zip(names, cells, strict=False))
        if not any(said.get(name) for name in (columns.day, columns.email, columns.reference)):
            left_out.append(place)
            continue
        if any(cells[len(names) :]) or any(_CONTROLS.search(cell) for cell in cells):
            reader.faults.append(Fault("row_shifted", place, {"column": ""}))
            continue
        reader.take(place, said)
    if len(reader.lines) > MOST_LINES:
        raise BadFile("too_many_gifts", most=MOST_LINES)
    if not reader.lines and not reader.faults:
        raise BadFile("file_without_lines")
    return GiftList(reader.lines, reader.faults, left_out, names)


def _fund_ids(funds: Sequence[Fund]) -> dict[str, UUID]:
    """Open funds by their code and both names."""
    return {
        name.casefold(): fund.id
        for fund in funds
        if fund.is_open
        for name in (fund.name_th, fund.name_en, fund.code)
    }


@dataclass
class _Reader:
    columns: Columns
    currency: str
    fund_ids: Mapping[str, UUID]
    today: date
    lines: list[GiftLine] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)

    def take(self, place: int, said: Mapping[str, str]) -> None:
        """The row's gift, or its faults, all of them."""
        before = len(self.faults)

        def fault(code: str, column: str, **params: object) -> None:
            self.faults.append(Fault(code, place, {"column": column, **params}))

        cells = {name: said.get(getattr(self.columns, name), "") for name in columns_.NAMES}
        day, amount = self._day(cells, fault), self._amount(cells, fault)
        fund_id = self._fund(cells, fault)
        method = _choice(cells["method"], METHODS) or self.columns.usual_method
        if cells["method"] and not _choice(cells["method"], METHODS):
            fault("line_method", self.columns.method)
        language = _choice(cells["language"], LANGUAGES) or self.columns.usual_language
        name = " ".join(part for part in (cells["name"], cells["last_name"]) if part)
        tax_id = self._tax_id(cells, fault)
        self._check_texts({**cells, "name": name}, fault)
        if len(self.faults) > before or day is None or amount is None or fund_id is None:
            return
        self.lines.append(
            GiftLine(
                place=place,
                day=day,
                amount_minor=amount,
                fund_id=fund_id,
                method=method,
                language=language,
                reference=cells["reference"],
                name=name,
                email=cells["email"],
                tax_id=tax_id,
            )
        )

    def _day(self, cells: Mapping[str, str], fault: _Tell) -> date | None:
        day = tables.day_of(cells["day"], self.columns.day_order)
        if day is None:
            fault("line_day" if cells["day"] else "line_day_missing", self.columns.day)
        elif day > self.today:
            fault("line_day_to_come", self.columns.day)
        elif day.year < self.today.year - OLDEST_YEARS:
            fault("line_day_old", self.columns.day, year=day.year)
        return day

    def _amount(self, cells: Mapping[str, str], fault: _Tell) -> int | None:
        amount = tables.figure_of(
            cells["amount"].removeprefix(self.currency).removesuffix(self.currency),
            self.currency,
            self.columns.decimal,
        )
        if amount is None or amount % CURRENCIES[self.currency].step_minor:
            fault("line_amount", self.columns.amount)
        elif amount <= 0:
            fault("line_amount_nothing", self.columns.amount)
        said = cells["currency"].upper()
        if said and said not in (self.currency, *_BAHT.get(self.currency, ())):
            fault("line_currency", self.columns.currency, currency=self.currency)
        return amount

    def _fund(self, cells: Mapping[str, str], fault: _Tell) -> UUID | None:
        said = cells["fund"] or self.columns.usual_fund
        fund_id = self.fund_ids.get(said.casefold())
        if fund_id is None:
            fault("line_fund" if said else "line_fund_missing", self.columns.fund)
        return fund_id

    def _tax_id(self, cells: Mapping[str, str], fault: _Tell) -> str:
        number = cells["tax_id"].replace("-", "").replace(" ", "")
        if number and not is_thai_tax_id(number):
            fault("line_tax_id", self.columns.tax_id)
        if number and not cells["email"]:
            fault("line_tax_id_of_nobody", self.columns.tax_id)
        return number

    def _check_texts(self, cells: Mapping[str, str], fault: _Tell) -> None:
        for name, most in LONGEST.items():
            if len(cells[name]) > most:
                fault("line_too_long", getattr(self.columns, name), most=most)
        if cells["email"]:
            try:
                _EMAIL(cells["email"])
            except ValidationError:
                fault("line_email", self.columns.email)


_BAHT = {"THB": ("BAHT", "บาท", "฿")}


def _choice(text: str, words: Mapping[str, Sequence[str]]) -> str | None:
    said = text.casefold()
    return next((code for code, names in words.items() if said in names), None) if said else None
