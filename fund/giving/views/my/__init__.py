"""The donor's own pages."""

from fund.giving.views.my import home, plans, sign_in

__all__ = ["home", "plans", "sign_in"]
