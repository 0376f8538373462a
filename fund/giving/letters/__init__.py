"""What goes out to donors by mail, and on paper beside it."""

from fund.giving.letters.dedication import Message, write_dedication
from fund.giving.letters.paper import Letter
from fund.giving.letters.receipt import write_receipt
from fund.giving.letters.statement import name_year, write_statement

__all__ = ["Letter", "Message", "name_year", "write_dedication", "write_receipt", "write_statement"]
