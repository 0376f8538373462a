"""Every write of this room: bank accounts, their statements, and what explains a line."""

from fund.banking.operations.accounts import add_account
from fund.banking.operations.statements import (
    drop_statement,
    map_columns,
    record_statement,
    record_texts_read,
    undo_statement,
    upload_statement,
)

__all__ = [
    "add_account",
    "drop_statement",
    "map_columns",
    "record_statement",
    "record_texts_read",
    "undo_statement",
    "upload_statement",
]
