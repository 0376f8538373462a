"""Pages of this room."""

from fund.disbursements.views import payees, runs
from fund.disbursements.views.room import NAVIGATION, blueprint

__all__ = ["NAVIGATION", "blueprint", "payees", "runs"]
