"""Which column of a list says what: chosen by a person, guessed first from the columns' names."""

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from fund import tables
from fund.tables import BadFile, Rows

# What a column may be -> what people call it, in both languages; the first that fits is taken.
NAMES: dict[str, tuple[str, ...]] = {
    "day": (
        *("date", "day", "received on", "gift date"),
        *("วันที่", "วันที่บริจาค", "วันที่รับ", "วัน"),
    ),
    "amount": (
        *("amount", "gift amount", "donation", "total"),
        *("จำนวนเงิน", "ยอดเงิน", "จำนวน", "ยอดบริจาค"),
    ),
    "reference": (
        *("reference", "ref", "ref no", "slip", "slip no", "receipt no", "cheque no", "number"),
        *("เลขที่อ้างอิง", "อ้างอิง", "เลขที่ใบนำฝาก", "เลขที่ใบเสร็จ", "เลขที่เช็ค", "เลขที่"),
    ),
    "name": (
        *("name", "full name", "donor", "donor name", "first name"),
        *("ชื่อ", "ชื่อผู้บริจาค", "ชื่อ-นามสกุล", "ผู้บริจาค"),
    ),
    "last_name": ("last name", "surname", "family name", "นามสกุล", "สกุล"),
    "email": ("email", "mail", "email address", "อีเมล", "อีเมล์"),
    "tax_id": (
        *("tax id", "tax number", "tax no"),
        *("เลขประจำตัวผู้เสียภาษี", "เลขผู้เสียภาษี", "เลขบัตรประชาชน"),
    ),
    "method": (
        *("method", "how", "type", "payment method"),
        *("วิธี", "วิธีบริจาค", "ช่องทาง", "ประเภท"),
    ),
    "fund": ("fund", "purpose", "designation", "กองทุน", "วัตถุประสงค์"),
    "language": ("language", "lang", "ภาษา"),
    "currency": ("currency", "สกุลเงิน"),
}


@dataclass(frozen=True)
class Columns:
    """By the names in the file's heading, empty where there is none.

    `day_order`: a key of `tables.DAY_ORDERS`; `decimal`: `.` or `,`. `usual_…`: what holds for rows
    that do not say it; `usual_fund` is a fund's code.
    """

    day: str
    amount: str
    reference: str = ""
    name: str = ""
    last_name: str = ""
    email: str = ""
    tax_id: str = ""
    method: str = ""
    fund: str = ""
    language: str = ""
    currency: str = ""
    day_order: str = "dmy"
    decimal: str = "."
    usual_fund: str = ""
    usual_method: str = "bank"
    usual_language: str = "th"

    @classmethod
    def of(cls, kept: Mapping[str, Any] | None) -> "Columns | None":
        return cls(**kept) if kept else None

    def kept(self) -> dict[str, Any]:
        return asdict(self)

    def named(self) -> list[str]:
        """The columns that the file must have."""
        return [name for field in NAMES if (name := getattr(self, field))]


def header_of(rows: Rows) -> tuple[int, list[str]]:
    """Where the heading stands, and the columns' names, each told from its namesakes by a number.

    Raises BadFile.
    """
    place = tables.header_place(rows)
    names: list[str] = []
    for cell in rows[place]:
        name = " ".join(cell.split())
        same = sum(known == name or known.startswith(f"{name} (") for known in names)
        names.append(f"{name} ({same + 1})" if name and same else name)
    return place, names


def header_sha256(names: Sequence[str]) -> bytes:
    """By what a list with the same heading is known."""
    return hashlib.sha256(json.dumps(list(names), ensure_ascii=False).encode()).digest()


def guess(rows: Rows) -> Columns | None:
    """The likeliest reading; None without a day and an amount. Raises BadFile."""
    place, names = header_of(rows)
    found = {field: name for field in NAMES if (name := _find(names, NAMES[field]))}
    if not {"day", "amount"} <= found.keys():
        return None
    below = rows[place + 1 :]
    days = _cells(below, names.index(found["day"]))
    amounts = _cells(below, names.index(found["amount"]))
    return Columns(**found, day_order=_day_order(days), decimal=_decimal(amounts))


def check_has(names: Sequence[str], columns: Columns) -> None:
    """Raise BadFile unless the file has these columns."""
    if not set(columns.named()) <= set(names):
        raise BadFile("csv_other_columns")


def _find(names: Sequence[str], wanted: Sequence[str]) -> str | None:
    plain = {_plain(name): name for name in reversed(names) if name}
    return next((plain[_plain(name)] for name in wanted if _plain(name) in plain), None)


def _plain(name: str) -> str:
    return re.sub(r"[\s._:/#()-]+", "", name.casefold())


def _cells(rows: Rows, column: int) -> list[str]:
    return [row[column].strip() for row in rows if len(row) > column and row[column].strip()]


def _day_order(days: Sequence[str]) -> str:
    """The order in which most of the days can be read; in doubt as Thais write it."""
    orders = ("dmy", "ymd", "mdy")
    return max(orders, key=lambda order: sum(tables.day_of(day, order) is not None for day in days))


def _decimal(amounts: Sequence[str]) -> str:
    commas = sum(bool(re.search(r",\d{1,2}\D*$", text)) for text in amounts)
    points = sum(bool(re.search(r"\.\d{1,2}\D*$", text)) for text in amounts)
    return "," if commas > points else "."
