"""The twin's fixtures, for the tests in this folder."""

from collections.abc import Iterator

import pytest

from .fixtures import api, checked, receiver, receiver_process, twin, twin_process
from .inprocess import TwinInside

__all__ = ["api", "checked", "receiver", "receiver_process", "twin", "twin_process"]


@pytest.fixture
def inside() -> Iterator[TwinInside]:
    """A twin in this process, every exchange with it checked against Stripe's description."""
    twin = TwinInside(is_checked=True)
    yield twin
    twin.close()
