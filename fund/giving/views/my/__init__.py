"""The donor's own pages."""

from fund.giving.views.my import dedications, erasure, home, plans, sign_in

__all__ = ["dedications", "erasure", "home", "plans", "sign_in"]
