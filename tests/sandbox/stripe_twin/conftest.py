"""The twin's fixtures, for the tests in this folder."""

from .fixtures import api, checked, receiver, receiver_process, twin, twin_process

__all__ = ["api", "checked", "receiver", "receiver_process", "twin", "twin_process"]
