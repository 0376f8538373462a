"""Pages of this room."""

from fund.applications.views import applications, drafts
from fund.applications.views.room import NAVIGATION, blueprint

__all__ = ["NAVIGATION", "applications", "blueprint", "drafts"]
