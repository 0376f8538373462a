"""The finance pages of the books."""

from fund.bookkeeping.views import entries, funds, gifts, imports, periods, rates
from fund.bookkeeping.views.room import NAVIGATION as NAVIGATION
from fund.bookkeeping.views.room import blueprint as blueprint

__all__ = ["NAVIGATION", "blueprint", "entries", "funds", "gifts", "imports", "periods", "rates"]
