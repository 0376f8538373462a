"""The service with the tests' tasks, for `flask worker` as a process of its own."""

from fund import create_app
from tests.ground import tasks

__all__ = ["tasks"]

app = create_app()
