"""The donor's own pages."""

from fund.giving.views.my import erasure, home, plans, sign_in

__all__ = ["erasure", "home", "plans", "sign_in"]
