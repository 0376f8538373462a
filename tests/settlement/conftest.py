"""The same ground as the give page's tests."""

from tests.giving.conftest import (
    receiver,
    receiver_process,
    stripe_up,
    twin,
    twin_process,
    world,
)

__all__ = [
    "receiver",
    "receiver_process",
    "stripe_up",
    "twin",
    "twin_process",
    "world",
]
