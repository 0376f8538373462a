"""How long the server takes to make the pages that people see first."""

import time
from statistics import median

from config.settings import Settings
from fund import create_app, db, postgres
from fund.permissions import Role
from tests.bench.clients import database
from tests.bench.rows import row
from tests.people.factories import make_staff


def measure(cluster: postgres.Cluster) -> list[dict[str, object]]:
    """The rows of the table of promises that are about pages."""
    with database(cluster) as name:
        app = create_app(
            Settings.from_environ({"FUND_ENV": "test", "DATABASE_URL": cluster.url(name)})
        )
        with db.transaction() as session:
            staff = make_staff(session, Role.CASEWORKER)
        client = app.test_client()
        with client.session_transaction() as browser:
            browser["_user_id"] = staff.session_id
            browser["seen_at"] = time.time()
        rows = []
        for label, path in (("first staff page", "/staff/"), ("give page", "/give")):
            times = []
            for _ in range(20):
                start = time.perf_counter()
                assert client.get(path).status_code == 200
                times.append((time.perf_counter() - start) * 1000)
            rows.append(row(f"{label}, made by the server", median(times), "ms", "<= 100"))
        return rows
