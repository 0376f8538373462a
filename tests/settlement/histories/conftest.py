"""Offices and funds."""

from tests.giving.conftest import world

__all__ = ["world"]
