"""The strings that tests, the demo world and the board pull: `/_twin/...`, this machine only."""

from . import billing, money, payments, traffic
from .surface import bp

__all__ = ["billing", "bp", "money", "payments", "traffic"]
