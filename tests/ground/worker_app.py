"""The service with the tests' tasks, for `flask worker` as a process of its own."""

from fund import create_app, jobs, upkeep
from tests.ground import tasks

__all__ = ["tasks"]

# Every second, and not only every ten: what was left is looked for.
jobs.app.periodic(cron="* * * * * *", periodic_id="quick")(upkeep.take_up_stalled)

app = create_app()
