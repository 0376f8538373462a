"""The donor's own pages."""

from fund.giving.views.my import home, sign_in

__all__ = ["home", "sign_in"]
