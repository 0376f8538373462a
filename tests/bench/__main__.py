"""`make bench`: what we promise in figures, measured on an embedded PostgreSQL as it comes.

Prints a table and writes `var/bench/results.json`. Ratios are taken in one run, so that they hold
on a fast machine and on a slow one. `python -m tests.bench posting pages` measures only these.
"""

import sys

from config.settings import Settings
from fund import create_app, postgres
from tests.bench import audit, pages, peers, posting, reading
from tests.bench.rows import report
from tests.bench.settlement import donors, giving, intake

PARTS = {
    "posting": posting.measure,
    "peers": peers.measure,
    "reading": reading.measure,
    "audit": audit.measure,
    "pages": pages.measure,
    "intake": intake.measure,
    "burst": giving.burst,
    "sustained": giving.sustained,
    "rush": donors.rush,
    "card_testing": donors.card_testing,
}


def main(wanted: list[str]) -> None:
    cluster = postgres.start("bench-postgres")
    # For the keyring; each part binds a database of its own.
    create_app(Settings.from_environ({"FUND_ENV": "test", "DATABASE_URL": cluster.url("postgres")}))
    try:
        report([row for part in wanted or PARTS for row in PARTS[part](cluster)])
    finally:
        cluster.stop()


if __name__ == "__main__":
    main(sys.argv[1:])
