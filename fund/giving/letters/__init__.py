"""What goes out to donors by mail, and on paper beside it."""

from fund.giving.letters.paper import Letter
from fund.giving.letters.receipt import write_receipt
from fund.giving.letters.statement import write_statement

__all__ = ["Letter", "write_receipt", "write_statement"]
