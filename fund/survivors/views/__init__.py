"""Pages of this room."""

from fund.survivors.views import cases, consents, documents
from fund.survivors.views.room import NAVIGATION, blueprint

__all__ = ["NAVIGATION", "blueprint", "cases", "consents", "documents"]
