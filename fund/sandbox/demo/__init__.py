"""The demo world: three years of an invented fund, made by the rooms' own operations.

Everybody, every school and every gift in it is invented. It is loaded into an empty database only,
and never in production.
"""

from fund.sandbox.demo.cast import CAST, PASSWORD, Member
from fund.sandbox.demo.loading import is_loaded, load

__all__ = ["CAST", "PASSWORD", "Member", "is_loaded", "load"]
