"""The way to Stripe's page, by gunicorn, worker and twin: a rush of donors, and card testing."""

import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from aiosmtpd.controller import Controller

from fund import db, postgres
from tests.bench.clients import database
from tests.bench.rows import row
from tests.bench.settlement.stage import environment, served, working
from tests.bench.settlement.visitors import GOOD, REFUSED, Visitor, type_card
from tests.giving.factories import make_giving_world
from tests.mailserver import Mailbox
from tests.ports import free_port
from tests.sandbox.stripe_twin.fixtures import Twin, running_twin, wait_until

RUSH_A_SECOND, RUSH_SECONDS = 60, 20
CARDS_A_SECOND, CARDS_SECONDS = 20, 60
DONORS_EVERY_SECONDS = 6


@dataclass(frozen=True)
class Place:
    port: int
    twin: Twin
    mailbox: Mailbox


def rush(cluster: postgres.Cluster) -> list[dict[str, object]]:
    """Sixty donors a second, with Stripe's limits: each walks from the give page to Stripe's."""
    count = RUSH_A_SECOND * RUSH_SECONDS
    waited: list[float] = []

    def walk(place: Place, number: int) -> None:
        donor = Visitor(place.port, number)
        way, start = donor.begin(), time.monotonic()
        assert donor.wait(way).is_stripes
        waited.append(time.monotonic() - start)

    with _place(cluster) as place:
        place.twin.control("switches", limits="live")
        spent = _at_pace(RUSH_A_SECOND, count, lambda number: walk(place, number), lines=200)
        sessions = list(
            place.twin.client().v1.checkout.sessions.list({"limit": 100}).auto_paging_iter()
        )
    gifts = {session.client_reference_id for session in sessions}
    return [
        row("rush of 60 donors/s: lost", float(count - len(waited)), "donors", "<= 0"),
        row("rush: sessions made twice", float(len(sessions) - len(gifts)), "", "<= 0"),
        row("rush: donors who reached Stripe's page", len(waited) / spent, "donors/s", None),
        row("rush: longest wait for Stripe's page", max(waited), "s", None),
    ]


def card_testing(cluster: postgres.Cluster) -> list[dict[str, object]]:
    """Twenty stolen cards a second for a minute, each from another address; donors beside them."""
    paid: list[bool] = []
    with _place(cluster) as place:

        def try_one(number: int) -> None:
            tester = Visitor(place.port, number)
            page = tester.ask("GET", tester.begin())
            if page.is_stripes:
                type_card(page.location, REFUSED)

        def give(number: int) -> None:
            donor = Visitor(place.port, 40_000 + number)
            paid.append(_give(place, donor, by_mail=bool(number % 2)))

        others = threading.Thread(
            target=_at_pace,
            args=(1 / DONORS_EVERY_SECONDS, CARDS_SECONDS // DONORS_EVERY_SECONDS, give),
        )
        others.start()
        tries = CARDS_A_SECOND * CARDS_SECONDS
        spent = _at_pace(CARDS_A_SECOND, tries, try_one)
        others.join()
        charges = place.twin.client().v1.charges.list({"limit": 100}).data
    refused = sum(charge.status == "failed" for charge in charges)
    return [
        row("card testing: cards that came to the give page", tries / spent, "cards/s", None),
        row("20 stolen cards/s for a minute: tried at Stripe", float(refused), "cards", "<= 10"),
        row("donors kept from giving meanwhile", float(paid.count(False)), "donors", "<= 0"),
        row("donors who gave meanwhile", float(paid.count(True)), "donors", None),
    ]


def _give(place: Place, donor: Visitor, *, by_mail: bool) -> bool:
    """As a donor does, with JavaScript or without it; whether the gift arrived."""
    way = donor.begin()
    page = donor.wait(way)
    if not page.is_stripes:
        if by_mail or "data-challenge" not in donor.ask("GET", page.location).text:
            donor.send(page.location, mail="true")
            donor.send(_link_to(place.mailbox, donor.email))
        else:
            donor.prove(page.location)
        page = donor.wait(way)
    type_card(page.location, GOOD)
    return "has arrived" in donor.ask("GET", way.replace("checkout", "thanks")).text


def _link_to(mailbox: Mailbox, email: str) -> str:
    def texts() -> list[str]:
        mails = [mail for mail in list(mailbox.mails) if mail["To"] == email]
        bodies = [mail.get_body(("plain",)) for mail in mails]
        found = [body.get_content() for body in bodies if body is not None]
        return [text for text in found if "/give/open/" in text]

    wait_until(lambda: bool(texts()), seconds=30)
    text = texts()[-1]
    return text[text.index("/give/open/") :].split()[0]


def _at_pace(a_second: float, count: int, do: Callable[[int], None], *, lines: int = 32) -> float:
    """Do it so often, each at its moment, as far as so many at once keep up; the seconds spent."""
    start = time.monotonic()

    def one(number: int) -> None:
        time.sleep(max(0.0, start + number / a_second - time.monotonic()))
        do(number)

    with ThreadPoolExecutor(lines) as pool:
        list(pool.map(one, range(count)))
    return time.monotonic() - start


@contextmanager
def _place(cluster: postgres.Cluster) -> Iterator[Place]:
    """The whole service, with a twin that delivers to it and a mail server."""
    mailbox, port = Mailbox(), free_port()
    controller = Controller(mailbox, hostname="127.0.0.1", port=free_port())
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        name = stack.enter_context(database(cluster))
        with db.transaction() as session:
            make_giving_world(session)
        controller.start()
        stack.callback(controller.stop)
        twin = stack.enter_context(running_twin(folder, f"http://127.0.0.1:{port}"))
        environ = environment(cluster.url(name)) | {
            "STRIPE_API_BASE": twin.base_url,
            "FUND_BASE_URL": f"http://127.0.0.1:{port}",
            "SMTP_URL": f"smtp://127.0.0.1:{controller.port}?from=fund@lift.example",
        }
        stack.enter_context(served("wsgi:app", environ, port=port))
        stack.enter_context(working(environ, only=None))
        yield Place(port, twin, mailbox)
