"""Pages of this room."""

from fund.banking.views import accounts, lines, reconciling, statements
from fund.banking.views.room import NAVIGATION, blueprint

__all__ = ["NAVIGATION", "accounts", "blueprint", "lines", "reconciling", "statements"]
