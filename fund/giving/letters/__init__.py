"""What goes out to donors by mail, and on paper beside it."""

from fund.giving.letters.paper import Letter
from fund.giving.letters.receipt import write_receipt

__all__ = ["Letter", "write_receipt"]
