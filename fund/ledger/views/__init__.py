"""The books, to read: balances, journals, statements and their files."""

from fund.ledger.views import books, export, files, statements
from fund.ledger.views.room import NAVIGATION as NAVIGATION
from fund.ledger.views.room import blueprint as blueprint

__all__ = ["NAVIGATION", "blueprint", "books", "export", "files", "statements"]
