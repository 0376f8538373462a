"""How many webhooks a second are taken, beside the floor."""

import json
from statistics import median
from uuid import uuid4

from sqlalchemy import text

from fund import db, postgres
from tests.bench.clients import database
from tests.bench.rows import row
from tests.bench.settlement.sending import in_seconds
from tests.bench.settlement.stage import environment, served
from tests.giving.factories import make_giving_world

ROUNDS, SECONDS, LINES = 5, 3.0, 6
# Of the size of a charge's event at Stripe.
BODY = json.dumps(
    {
        "id": "evt_bench_%s",
        "object": "event",
        "api_version": "2026-10-28.endive",
        "created": 1_790_000_000,
        "livemode": False,
        "type": "charge.succeeded",
        "data": {
            "object": {
                "id": "ch_bench",
                "object": "charge",
                "metadata": {"gift_id": str(uuid4()), "attempt": "1"},
                "billing_details": {"email": "donor@example.org", "name": "Mere Donor"},
                "rest": {f"field_{n}": f"value {n}" for n in range(75)},
            }
        },
    }
)


def measure(cluster: postgres.Cluster) -> list[dict[str, object]]:
    """Floor and intake in turn, so that a slow moment of the machine meets both."""
    with database(cluster) as name:
        with db.transaction() as session:
            make_giving_world(session)
        with cluster.admin(name) as connection:
            connection.execute("CREATE TABLE floor (id bigserial PRIMARY KEY, body bytea)")
            connection.execute("GRANT ALL ON floor, floor_id_seq TO fund_app")
        environ = environment(cluster.url(name))
        with (
            served("tests.bench.settlement.floor:app", environ) as floor_port,
            served("wsgi:app", environ) as port,
        ):
            floors, intakes = [], []
            for warm in (floor_port, port):
                in_seconds(warm, _make, LINES, 1)
            for _ in range(ROUNDS):
                floors.append(in_seconds(floor_port, _make, LINES, SECONDS))
                intakes.append(in_seconds(port, _make, LINES, SECONDS))
        with db.reading() as session:
            kept = session.scalar(text("SELECT count(*) FROM settlement_inbox"))
    ratios = [intake / floor for intake, floor in zip(intakes, floors, strict=True)]
    return [
        row("webhook intake", median(intakes), "events/s", None),
        row("the floor: signature and one INSERT", median(floors), "events/s", None),
        row("webhook intake ÷ the floor", median(ratios), "", ">= 0.7"),
        row("webhooks kept", float(kept or 0), "events", None),
    ]


def _make() -> bytes:
    """An event that was never sent before."""
    return (BODY % uuid4().hex).encode()
