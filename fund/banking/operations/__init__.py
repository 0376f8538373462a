"""Every write of this room: bank accounts, their statements, and what explains a line."""

from fund.banking.operations.accounts import add_account
from fund.banking.operations.matching import (
    Choice,
    book_line,
    confirm_suggestions,
    leave_aside,
    match_line,
    open_line,
    return_line,
)
from fund.banking.operations.statements import (
    drop_statement,
    map_columns,
    record_statement,
    record_texts_read,
    undo_statement,
    upload_statement,
)

__all__ = [
    "Choice",
    "add_account",
    "book_line",
    "confirm_suggestions",
    "drop_statement",
    "leave_aside",
    "map_columns",
    "match_line",
    "open_line",
    "record_statement",
    "record_texts_read",
    "return_line",
    "undo_statement",
    "upload_statement",
]
