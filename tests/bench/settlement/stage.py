"""What the measures stand on: web servers, a worker, a twin, and gifts that wait to be paid."""

import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import requests
from sqlalchemy import text

from config.settings import ROOT
from fund import clock, db, keys, postgres
from fund.crypto import new_data_key
from fund.giving.operations import start_gift
from fund.ids import new_id
from fund.keys import DataKey
from fund.money import Money
from tests.bench.clients import database
from tests.bench.settlement.sending import SECRET, Line
from tests.giving.factories import make_giving_world
from tests.ports import free_port
from tests.sandbox.stripe_twin.fixtures import NZ_KEY, Twin, running_twin

# The events of a paid gift that an endpoint is told to send, see docs/server.md.
TYPES = ("charge.succeeded", "checkout.session.completed")
Environ = dict[str, str]


@contextmanager
def served(app: str, environ: Environ, *, port: int | None = None) -> Iterator[int]:
    """`app` behind the service's own gunicorn settings, once every worker answers; its port."""
    port = port or free_port()
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "gunicorn", "--config", "config/gunicorn.py"),
            *("--log-level", "warning", "--bind", f"127.0.0.1:{port}", app),
        ],
        cwd=ROOT,
        env=environ | {"FUND_BIND": f"127.0.0.1:{port}"},
    )
    try:
        until = time.monotonic() + 120
        answers = 0
        while answers < 20:  # the port opens before the workers have read the code
            assert time.monotonic() < until
            try:
                requests.get(f"http://127.0.0.1:{port}/webhooks/stripe/nz", timeout=10)
                answers += 1
            except (requests.ConnectionError, requests.Timeout):
                time.sleep(0.2)
        yield port
    finally:
        _stop(process)


@contextmanager
def working(environ: Environ, *, only: str | None = "loops") -> Iterator[None]:
    """`flask worker`, without the jobs: its mails would be the mail server's measure."""
    half = ["--only", only] if only else []
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "worker", *half]
    process = subprocess.Popen(command, cwd=ROOT, env=environ, stderr=subprocess.DEVNULL)
    try:
        yield
    finally:
        _stop(process)


def _stop(process: "subprocess.Popen[bytes]") -> None:
    process.send_signal(signal.SIGTERM)
    process.wait(timeout=60)


@dataclass(frozen=True)
class Stage:
    """The whole of it, with the events of `gifts` in the order in which Stripe would send them."""

    port: int
    twin: Twin
    gifts: Sequence[UUID]
    events: Sequence[bytes]


@contextmanager
def staged(cluster: postgres.Cluster, folder: Path, gifts: int, apart: float) -> Iterator[Stage]:
    """So many gifts, which Stripe has charged `apart` seconds after each other until now."""
    with ExitStack() as stack:
        name = stack.enter_context(database(cluster))
        with db.transaction() as session:
            make_giving_world(session)
        ids = _begin(gifts)
        template = _learn(folder, ids[0])
        _charge(folder, template, ids, apart)
        twin = stack.enter_context(running_twin(folder, "http://127.0.0.1:9"))
        environ = environment(cluster.url(name)) | {"STRIPE_API_BASE": twin.base_url}
        port = stack.enter_context(served("wsgi:app", environ))
        stack.enter_context(working(environ))
        _wait_for_the_worker(port)
        events = [template.written(event, gift) for gift in ids for event in template.events]
        yield Stage(port, twin, ids, [event.encode() for event in events])


def _wait_for_the_worker(port: int) -> None:
    """Until an event that says nothing is worked off: a worker takes seconds to start."""
    said = {"id": "evt_first", "object": "event", "type": "bench.begun", "livemode": False}
    said |= {"created": int(time.time()), "data": {"object": {}}}
    assert Line(port).send(json.dumps(said).encode()) == 200
    until = time.monotonic() + 60
    worked_off = text("SELECT count(*) FROM settlement_inbox WHERE state = 'ignored'")
    while time.monotonic() < until:
        with db.reading() as session:
            if session.scalar(worked_off):
                return
        time.sleep(0.1)
    raise TimeoutError


def environment(url: str) -> Environ:
    """What the processes are told."""
    told = {"FUND_ENV": "test", "DATABASE_URL": url, "FLOOR_SECRET": SECRET}
    return {**os.environ, **told, "PYTHONPATH": str(ROOT)}


def _begin(count: int) -> list[UUID]:
    """Gifts that wait, each of a donor with a key of their own, copied from one begun for real."""
    with db.transaction() as session:
        first = start_gift(
            session,
            amount=Money(50_00, "NZD"),
            fund_code="education",
            email="donor@example.org",
            name="Mere Donor",
            language="en",
            now=clock.now(),
        )
        ids = [new_id() for _ in range(count)]
        donors = [new_id() for _ in range(count)]
        made = []
        for _ in range(count):
            key_id = new_id()
            version, wrapped = keys.keyring().wrap(new_data_key(), context=f"data_key:{key_id}")
            made.append(
                {
                    "id": key_id,
                    "owner_kind": "donor",
                    "kek_version": version,
                    "wrapped": wrapped,
                    "created_at": clock.now(),
                }
            )
        session.execute(DataKey.__table__.insert(), made)
        key_ids = [key["id"] for key in made]
        values = {"ids": ids, "donors": donors, "keys": key_ids, "first": first.id}
        session.execute(text(_COPY_DONORS), values)
        session.execute(text(_COPY_GIFTS), values)
    return ids


_COPY_DONORS = r"""
    INSERT INTO donor
    SELECT made.* FROM gift, donor, unnest(CAST(:donors AS uuid[]), CAST(:keys AS uuid[]))
        AS new (id, key_id), jsonb_populate_record(donor, jsonb_build_object('id', new.id,
        'key_id', new.key_id, 'email_index', '\x' || replace(new.id::text, '-', ''))) AS made
    WHERE gift.id = :first AND donor.id = gift.donor_id
"""
_COPY_GIFTS = """
    INSERT INTO gift
    SELECT made.* FROM gift, unnest(CAST(:ids AS uuid[]), CAST(:donors AS uuid[]))
        AS new (id, donor_id),
        jsonb_populate_record(gift, jsonb_build_object('id', new.id, 'donor_id', new.donor_id))
        AS made
    WHERE gift.id = :first
"""


_IDS = re.compile(r"\b(txn|ch|pi|pm|cs_test|evt)_[A-Za-z0-9]+")


@dataclass(frozen=True)
class Template:
    """What a paid gift leaves at the twin, as texts in which its ids stand out."""

    gift: UUID
    objects: Sequence[tuple[str, str]]  # (kind, document)
    events: Sequence[str]

    def written(self, document: str, gift: UUID) -> str:
        """The same of another gift."""
        hexed = gift.hex
        changed = document.replace(str(self.gift), str(gift))
        return _IDS.sub(lambda found: f"{found[1]}_{found[0][-6:]}{hexed}", changed)


def _learn(folder: Path, gift: UUID) -> Template:
    with running_twin(folder, "http://127.0.0.1:9") as twin:
        twin.control("switches", drop=True)
        metadata = {"gift_id": str(gift), "attempt": "1"}
        client = twin.client()
        session = client.v1.checkout.sessions.create(
            {
                "mode": "payment",
                "success_url": "http://localhost/",
                "line_items": [
                    {
                        "quantity": 1,
                        "price_data": {
                            "currency": "nzd",
                            "unit_amount": 5000,
                            "product_data": {"name": "Education"},
                        },
                    }
                ],
                "metadata": metadata,
                "payment_intent_data": {"metadata": metadata},
            }
        )
        twin.control("pay", session_id=session.id)
        listed = _get(twin, "/v1/events?limit=100")["data"]
        events = [json.dumps(event) for kind in TYPES for event in listed if event["type"] == kind]
    with sqlite3.connect(folder / "stripe_twin.sqlite3") as file:
        kept = file.execute(
            "SELECT kind, doc FROM object WHERE kind IN ('charge', 'balance_transaction')"
        ).fetchall()
    return Template(gift, kept, events)


def _charge(folder: Path, template: Template, gifts: Sequence[UUID], apart: float) -> None:
    now = time.time()
    with sqlite3.connect(folder / "stripe_twin.sqlite3") as file:
        account = file.execute("SELECT account FROM object WHERE kind = 'charge'").fetchone()[0]
        file.execute("DELETE FROM object")
        file.execute("DELETE FROM delivery")
        for number, gift in enumerate(gifts):
            created = int(now - (len(gifts) - number) * apart)
            for kind, document in template.objects:
                doc = json.loads(template.written(document, gift)) | {"created": created}
                if kind == "balance_transaction":
                    doc["available_on"] = created + 2 * 86_400
                file.execute(
                    "INSERT INTO object (account, id, kind, created, doc) VALUES (?, ?, ?, ?, ?)",
                    (account, doc["id"], kind, created, json.dumps(doc)),
                )


def _get(twin: Twin, path: str) -> dict[str, Any]:
    answer = requests.get(f"{twin.base_url}{path}", auth=(NZ_KEY, ""), timeout=30)
    body: dict[str, Any] = answer.json()
    return body


def calls(twin: Twin) -> int:
    """How often the twin was asked."""
    counted = requests.get(f"{twin.base_url}/_twin/calls", timeout=10).json()
    return int(counted["total"])
