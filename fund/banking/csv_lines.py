"""A bank's CSV file, read as its account's mapping says. Every bank writes another one."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from fund import tables
from fund.banking.files import MOST_LINES, FileLine, ParsedFile, check_chain
from fund.tables import BadFile, Fault, Rows


@dataclass(frozen=True)
class ColumnMapping:
    """Which column says what: by the name in the file's heading, empty where there is none.

    Either `amount` (out is negative), or `paid_in` and `paid_out`. `day_order` is a key of
    `tables.DAY_ORDERS`, `decimal` is `.` or `,`.
    """

    day: str
    day_order: str
    amount: str = ""
    paid_in: str = ""
    paid_out: str = ""
    text: str = ""
    text_2: str = ""
    reference: str = ""
    balance: str = ""
    decimal: str = "."

    @classmethod
    def of(cls, kept: Mapping[str, Any] | None) -> "ColumnMapping | None":
        return cls(**kept) if kept else None

    def kept(self) -> dict[str, Any]:
        return asdict(self)

    def columns(self) -> list[str]:
        """The columns that the file must have."""
        named = (self.day, self.amount, self.paid_in, self.paid_out, self.text, self.text_2)
        return [name for name in (*named, self.reference, self.balance) if name]


def columns_of(content: bytes) -> list[str]:
    """The names of the file's columns, for choosing among them. Raises BadFile."""
    return tables.columns_of(tables.rows_of(content))


def read(content: bytes, currency: str, mapping: ColumnMapping) -> ParsedFile:
    """The file's lines, oldest first. Raises BadFile where it has not these columns."""
    rows = tables.rows_of(content)
    header = _header(rows, mapping.columns())
    names = [name.strip() for name in rows[header]]
    cells = [
        (place, {name: cell.strip() for name, cell in zip(names, row, strict=False) if name})
        for place, row in enumerate(rows[header + 1 :], start=header + 2)
    ]
    reader = _Reader(currency, mapping)
    lines, balances, faults, left_out = [], [], [], 0
    for place, row in cells:
        if not row.get(mapping.day):
            left_out += any(row.values())
            continue
        found = reader.line(place, row)
        if isinstance(found, Fault):
            faults.append(found)
            continue
        line, balance = found
        if line is not None:
            lines.append(line)
            balances.append(balance)
    if len(lines) > MOST_LINES:
        raise BadFile("too_many_lines", most=MOST_LINES)
    if not lines and not faults:
        raise BadFile("file_without_lines")
    return _finished(lines, balances, faults, left_out)


def _finished(
    lines: list[FileLine], balances: list[int | None], faults: list[Fault], left_out: int
) -> ParsedFile:
    opening = closing = None
    if lines and not faults and balances[0] is not None:
        ways = [(lines, balances), (lines[::-1], balances[::-1])]  # newest first is turned round
        lines, balances = min(ways, key=lambda way: len(_balance_faults(*way)))
        faults += _balance_faults(lines, balances)
        first, last = balances[0], balances[-1]
        if not faults and first is not None and last is not None:
            opening, closing = first - lines[0].amount_minor, last
    days = [line.booked_on for line in lines]
    parsed = ParsedFile(
        lines=lines,
        opening_minor=opening,
        closing_minor=closing,
        first_on=min(days, default=None),
        last_on=max(days, default=None),
        left_out=left_out,
        faults=faults,
    )
    return parsed if faults else ParsedFile(**(vars(parsed) | {"faults": check_chain(parsed)}))


def _balance_faults(lines: Sequence[FileLine], balances: Sequence[int | None]) -> list[Fault]:
    """Rows whose balance is not the one before and their own amount."""
    faults = []
    for before, (line, after) in zip(
        balances, zip(lines[1:], balances[1:], strict=False), strict=False
    ):
        if before is None or after is None:
            faults.append(Fault("line_balance_missing", line.place))
        elif before + line.amount_minor != after:
            faults.append(Fault("line_balance", line.place))
    return faults


@dataclass(frozen=True)
class _Reader:
    currency: str
    mapping: ColumnMapping

    def line(
        self, place: int, row: Mapping[str, str]
    ) -> tuple[FileLine | None, int | None] | Fault:
        """The row's line and balance; no line where nothing was moved."""
        day = tables.day_of(row.get(self.mapping.day, ""), self.mapping.day_order)
        if day is None:
            return Fault("line_day", place)
        amount = self.amount(row)
        if amount is None:
            return Fault("line_amount", place)
        balance = None
        if self.mapping.balance:
            balance = self.figure(row.get(self.mapping.balance, ""))
            if balance is None:
                return Fault("line_balance_missing", place)
        if amount == 0:
            return None, balance
        texts = [row.get(name, "") for name in (self.mapping.text, self.mapping.text_2) if name]
        reference = row.get(self.mapping.reference, "") if self.mapping.reference else ""
        text = " · ".join(dict.fromkeys(said for said in (*texts, reference) if said))
        return FileLine(place, day, amount, text, bank_reference=reference or None), balance

    def amount(self, row: Mapping[str, str]) -> int | None:
        if self.mapping.amount:
            return self.figure(row.get(self.mapping.amount, ""))
        came, went = row.get(self.mapping.paid_in, ""), row.get(self.mapping.paid_out, "")
        taken, given = self.figure(came or "0"), self.figure(went or "0")
        if not (came or went) or taken is None or given is None:
            return None
        return abs(taken) - abs(given)

    def figure(self, text: str) -> int | None:
        return tables.figure_of(text, self.currency, self.mapping.decimal)


def _header(rows: Rows, wanted: list[str]) -> int:
    for place, row in enumerate(rows[: tables.HEADER_WITHIN]):
        if set(wanted) <= {cell.strip() for cell in row}:
            return place
    raise BadFile("csv_other_columns")
