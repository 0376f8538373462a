"""A statement as one flat table with a header, as CSV and XLSX want it."""

from collections.abc import Iterator

from fund.i18n import gettext
from fund.ledger.statements.shape import Statement, Value, currency_of

# A table calculator takes text that begins like this for a formula, wherever it came from.
FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")


def header(statement: Statement) -> list[str]:
    """The columns' titles; first the section, where there are any, and a currency before money."""
    titles = [gettext("Section")] if _has_titles(statement) else []
    place = _currency_place(statement)
    for position, column in enumerate(statement.columns):
        if position == place:
            titles.append(gettext("Currency"))
        fixed = column.kind == "money" and column.currency not in (None, column.title)
        titles.append(f"{column.title}, {column.currency}" if fixed else column.title)
    return titles


def lines(statement: Statement) -> Iterator[tuple[list[Value], bool]]:
    """Each row's values under that header, and whether it is a total."""
    has_titles, place = _has_titles(statement), _currency_place(statement)
    for title, row in statement.rows():
        cells = list(row.cells)
        if place is not None:
            cells.insert(place, currency_of(statement.columns, row))
        yield ([title, *cells] if has_titles else cells), row.is_total


def safe(text: str) -> str:
    """The text, so that nobody's name or key is ever reckoned with."""
    return f"'{text}" if text.startswith(FORMULA_SIGNS) else text


def _has_titles(statement: Statement) -> bool:
    return any(section.title for section in statement.sections)


def _currency_place(statement: Statement) -> int | None:
    """Before the first column whose rows differ in currency."""
    varying = (
        position
        for position, column in enumerate(statement.columns)
        if column.kind == "money" and column.currency is None
    )
    return next(varying, None)
