"""The file of Thai tax receipts for the Revenue Department's e-Donation."""

from fund.giving.edonation.acting import change_columns, confirm_columns, record_export
from fund.giving.edonation.columns import EXAMPLES, FIELD_NAMES, LONGEST, Line
from fund.giving.edonation.files import FORMATS, Format, file_name, make
from fund.giving.edonation.finding import (
    LeftOut,
    Totals,
    find_mapping,
    list_lines,
    list_offices,
    list_rows,
    sum_left_out,
    sum_rows,
)

__all__ = [
    "EXAMPLES",
    "FIELD_NAMES",
    "FORMATS",
    "LONGEST",
    "Format",
    "LeftOut",
    "Line",
    "Totals",
    "change_columns",
    "confirm_columns",
    "file_name",
    "find_mapping",
    "list_lines",
    "list_offices",
    "list_rows",
    "make",
    "record_export",
    "sum_left_out",
    "sum_rows",
]
