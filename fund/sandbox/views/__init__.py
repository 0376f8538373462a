"""Pages of the practice world; `wiring.py` registers them in no other."""

from fund.sandbox.views import mail, tour
from fund.sandbox.views.blueprint import blueprint

__all__ = ["blueprint", "mail", "tour"]
