"""Sixty donors a second, where Stripe makes twenty-five pages a second: everybody's turn comes."""

import heapq
import re
from datetime import timedelta

from sqlalchemy import func, select

from fund import clock
from fund.giving.models import CheckoutBreaker, CheckoutGate, CheckoutPace
from tests.giving.factories import start_plan
from tests.giving.street import Street, is_stripes, stranger
from tests.sandbox.stripe_twin.fixtures import NZ_KEY

DONORS, A_SECOND = 100, 60


def sessions_by_gift(street: Street) -> dict[str, set[str]]:
    """The sessions that were made at Stripe for each gift."""
    api = street.twin.client(NZ_KEY)
    made: dict[str, set[str]] = {}
    for session in api.v1.checkout.sessions.list({"limit": 100}).auto_paging_iter():
        made.setdefault(session.client_reference_id, set()).add(session.id)
    return made


def rush(street: Street) -> tuple[dict[str, float], list[float]]:
    """Each donor goes on as their page does by itself; when each reached Stripe, and each wait that
    a page named."""
    begun = street.twin.time
    comes = [(begun + n / A_SECOND, n, "") for n in range(DONORS)]
    reached: dict[str, float] = {}
    waits: list[float] = []
    while comes:
        at, number, way = heapq.heappop(comes)
        street.move(max(0.0, at - street.twin.time))
        address, email = stranger(number)
        way = way or street.begin(address, email=email)
        answer = street.look(way, address)
        if is_stripes(answer):
            reached[way] = at - begun
            continue
        assert answer.status_code == 503
        again = float(answer.headers["Retry-After"])
        assert float(answer.headers["Refresh"]) == again
        assert "Many people are giving" in answer.text
        waits.append(again)
        heapq.heappush(comes, (at + again, number, way))
    return reached, waits


def test_in_a_rush_each_donor_reaches_stripe_once_and_in_turn(street, session):
    street.twin.control("switches", limits="live")
    reached, waits = rush(street)
    assert len(reached) == DONORS
    made = sessions_by_gift(street)
    assert len(made) == DONORS
    assert all(len(sessions) == 1 for sessions in made.values())
    # Nobody was sent to Stripe in vain, so that a turn is a turn.
    assert street.twin.world.calls.read()["POST /v1/checkout/sessions"] == DONORS
    # The line begins slowly, and is at its full speed soon.
    assert max(reached.values()) < DONORS / 20 + 9
    assert waits
    assert session.scalar(select(func.count()).select_from(CheckoutBreaker)) == 0
    needs = select(CheckoutGate.needs).distinct()
    assert session.scalars(needs).all() == ["nothing"]


def test_who_waits_long_is_told_how_long_and_sees_it_pass(street, session, world):
    later = clock.now() + timedelta(seconds=90)
    session.add(CheckoutPace(office_id=world.abroad.id, since=clock.now(), next_at=later))
    session.commit()
    way = street.begin()
    shown = []
    while not is_stripes(answer := street.look(way)):
        shown.append(re.findall(r"your turn in about (\d) minute", answer.text))
        street.move(float(answer.headers["Retry-After"]))
    assert shown == [["2"], ["2"], ["1"], ["1"], []]


def test_a_place_that_stripe_has_not_after_all_is_asked_for_again(street, session, run_jobs):
    street.twin.control("switches", limits="sandbox")
    api = street.twin.client(NZ_KEY)
    for _ in range(25):  # somebody else uses the account up
        api.v1.balance.retrieve()
    way = street.begin()
    answer = street.look(way)
    assert answer.status_code == 503
    assert "nothing has been charged" in answer.text
    street.traveller.shift(5)
    street.twin.time += 5
    assert is_stripes(street.look(way))
    run_jobs()  # the job that made it meanwhile, or would have
    assert [len(made) for made in sessions_by_gift(street).values()] == [1]


def test_a_plan_waits_its_turn_too(street, session):
    for number in range(12):
        address, email = stranger(number)
        street.look(street.begin(address, email=email), address)
    plan = start_plan(session)
    answer = street.look(f"/give/monthly/{plan.id}/checkout")
    assert answer.status_code == 503
    street.move(float(answer.headers["Retry-After"]))
    assert is_stripes(street.look(f"/give/monthly/{plan.id}/checkout"))
