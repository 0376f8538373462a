"""However often a donor clicks, reloads or goes back: one payment, of one gift."""

from sqlalchemy import func, select

from fund.giving.models import CheckoutGate, Gift
from fund.ids import new_id
from tests.giving.factories import give_form
from tests.giving.street import Street, gift_of, is_stripes
from tests.sandbox.stripe_twin.fixtures import NZ_KEY

GOOD = "4242424242424242"


def made_at_stripe(street: Street) -> list[str]:
    sessions = street.twin.client(NZ_KEY).v1.checkout.sessions.list({"limit": 100}).data
    return [session.status for session in sessions]


def test_a_form_sent_again_after_going_back_leads_to_the_gift_that_it_began(street, session):
    nonce = str(new_id())
    ways = {street.begin(nonce=nonce) for _ in range(3)}
    ways.add(street.begin(nonce=nonce, choice="NZD:2500"))
    assert len(ways) == 1
    assert session.scalar(select(func.count()).select_from(Gift)) == 1


def test_the_form_is_not_kept_by_the_browser_so_that_going_back_begins_anew(street):
    assert street.look("/give").headers["Cache-Control"] == "no-store"


def test_two_tabs_and_a_reload_are_one_page_at_stripe_and_one_turn(street, session):
    way = street.begin()
    first = street.look(way)
    turn = session.scalars(select(CheckoutGate.slot_at)).one()
    for tab in (way, way, f"/give/prove/{gift_of(way)}"):
        again = street.look(tab)
        again = street.look(way) if tab != way else again
        assert again.headers["Location"] == first.headers["Location"]
    assert made_at_stripe(street) == ["open"]
    assert session.scalars(select(CheckoutGate.slot_at)).one() == turn


def test_going_back_after_paying_asks_for_nothing(street):
    way = street.begin()
    street.try_card(street.look(way).headers["Location"], GOOD)
    thanks = way.replace("checkout", "thanks")
    assert street.look(way).headers["Location"] == thanks
    assert "has arrived" in street.look(thanks).text
    assert street.look(f"/give/prove/{gift_of(way)}").headers["Location"] == way
    assert made_at_stripe(street) == ["complete"]


def test_a_page_left_too_long_is_opened_anew_for_the_same_gift(street, session):
    way = street.begin()
    page = street.look(way).headers["Location"]
    api = street.twin.client(NZ_KEY)
    api.v1.checkout.sessions.expire(page.rpartition("/")[2])
    thanks = street.look(way.replace("checkout", "thanks"))
    assert "left open too long" in thanks.text
    nonce = give_form()["nonce"]
    for _ in range(2):  # a double click
        again = street.send(f"/give/again/{gift_of(way)}", nonce=nonce)
        assert again.headers["Location"] == way
    new_page = street.look(way)
    assert is_stripes(new_page)
    assert new_page.headers["Location"] != page
    street.try_card(new_page.headers["Location"], GOOD)
    assert "has arrived" in street.look(way.replace("checkout", "thanks")).text
    assert session.scalar(select(func.count()).select_from(Gift)) == 1
    assert session.get_one(Gift, gift_of(way), populate_existing=True).attempt == 2
    assert sorted(made_at_stripe(street)) == ["complete", "expired"]
