"""The finance pages of the books."""

from fund.bookkeeping.views import periods
from fund.bookkeeping.views.room import NAVIGATION as NAVIGATION
from fund.bookkeeping.views.room import blueprint as blueprint

__all__ = ["NAVIGATION", "blueprint", "periods"]
