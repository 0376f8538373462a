"""Finance gives a gift back, above a limit by two, and follows it until it is with the donor."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from fund import clock
from fund.errors import Denied, Refused, Unavailable
from fund.gateways import stripe
from fund.giving.models import Gift, Receipt
from fund.ids import new_id
from fund.ledger.models import Journal
from fund.money import Money
from fund.permissions import Role
from fund.settlement import operations, queries
from fund.settlement.models import Refund
from tests.people.factories import make_staff
from tests.settlement.factories import pay_at_stripe

pytestmark = pytest.mark.usefixtures("world")


@pytest.fixture
def finance(session):
    return make_staff(session, Role.FINANCE_OFFICER, name="Fah Finance")


@pytest.fixture
def treasurer(session):
    return make_staff(session, Role.TREASURER, name="Tom Treasurer")


@pytest.fixture
def gift(session, stripe_up):
    stripe_up.control("switches", available_days=0)
    made = pay_at_stripe(session, stripe_up)
    catch_up()
    session.refresh(made)
    return made


def catch_up(after: timedelta = timedelta()) -> None:
    """All that Stripe has to say."""
    now = clock.now() + after
    operations.sweep("nz", now=now)
    for _ in range(2):
        operations.work_off(now=now + timedelta(minutes=2))
        operations.ask_stripe(now=now + timedelta(minutes=2))
    operations.pull_feed("nz", now=now + timedelta(minutes=2))


def ask(session, gift, actor, minor=20_00, reason="requested_by_customer") -> Refund:
    refund = operations.ask_refund(
        session, gift.id, amount=Money(minor, gift.currency), reason=reason,
        actor=actor.actor_at(clock.now()), now=clock.now(),
    )  # fmt: skip
    session.commit()
    return refund


def decide(session, refund, staff, operation=operations.approve_refund) -> None:
    operation(session, refund.id, actor=staff.actor_at(clock.now()), now=clock.now())
    session.commit()


def allow(session, world, treasurer, minor) -> None:
    operations.set_refund_limit(
        session, world.abroad, alone=Money(minor, "NZD"),
        actor=treasurer.actor_at(clock.now()), now=clock.now(),
    )  # fmt: skip
    session.commit()


def kinds(session) -> list[str]:
    wanted = ("refund", "refund_failed")
    rows = session.scalars(select(Journal.kind).order_by(Journal.id))
    return [kind for kind in rows if kind in wanted]


def test_a_refund_needs_a_second_person_and_is_booked_when_stripe_books_it(
    session, gift, finance, treasurer, mailbox, run_jobs
):
    refund = ask(session, gift, finance)
    run_jobs()
    assert refund.state == "asked"
    with pytest.raises(Denied):
        decide(session, refund, finance)
    decide(session, refund, treasurer)
    run_jobs()
    session.refresh(refund)
    assert (refund.state, refund.stripe_id is not None) == ("succeeded", True)
    assert kinds(session) == []
    catch_up()
    assert kinds(session) == ["refund"]
    assert session.scalars(select(Receipt.amount_minor).order_by(Receipt.number)).all() == [
        50_00,
        30_00,
    ]


def test_below_the_limit_one_person_is_enough_and_parts_count_together(
    session, gift, finance, treasurer, world
):
    allow(session, world, treasurer, 25_00)
    assert ask(session, gift, finance).state == "approved"
    assert ask(session, gift, finance).state == "asked"


def test_who_asks_for_refunds_does_not_set_the_limit(session, gift, finance, world):
    with pytest.raises(Denied):
        allow(session, world, finance, 25_00)


def test_no_more_goes_back_than_is_left(session, gift, finance, treasurer):
    first = ask(session, gift, finance, 40_00)
    with pytest.raises(Refused, match="refund_too_large"):
        ask(session, gift, finance, 20_00)
    decide(session, first, treasurer, operations.decline_refund)
    ask(session, gift, finance, 50_00)


def test_the_database_knows_the_second_person_too(session, gift, finance):
    refund = ask(session, gift, finance)
    for change in (
        {"state": "approved"},
        {"decided_by": finance.id, "decided_at": clock.now()},
        {"amount_minor": 1},
    ):
        with pytest.raises(IntegrityError), session.begin_nested():
            session.execute(Refund.__table__.update().values(**change))
    assert refund.needs_second


def test_a_stripe_that_is_away_or_a_job_that_runs_again_gives_back_once(
    session, gift, finance, treasurer, stripe_up
):
    refund = ask(session, gift, finance)
    decide(session, refund, treasurer)
    stripe_up.control("down")
    with pytest.raises(Unavailable):
        operations.send_refund(str(refund.id))
    stripe_up.control("down", down=False)
    operations.send_refund(str(refund.id))
    session.execute(Refund.__table__.update().values(state="sending"))
    session.commit()
    operations.send_refund(str(refund.id))
    made = list(stripe.list_refunds("nz", gift.stripe_payment_intent_id))
    assert [one["amount"] for one in made] == [20_00]


def test_after_a_day_the_refund_is_looked_for_before_it_is_made(
    session, gift, finance, treasurer, stripe_up
):
    refund = ask(session, gift, finance)
    decide(session, refund, treasurer)
    operations.send_refund(str(refund.id))
    long_ago = clock.now() - timedelta(days=2)
    session.execute(Refund.__table__.update().values(state="sending", sent_at=long_ago))
    session.commit()
    operations.send_refund(str(refund.id))
    assert len(list(stripe.list_refunds("nz", gift.stripe_payment_intent_id))) == 1


def test_a_refund_that_fails_later_comes_back_and_waits_for_another_way(
    session, gift, finance, treasurer, stripe_up, mailbox, run_jobs, client, sign_in
):
    refund = ask(session, gift, finance)
    decide(session, refund, treasurer)
    run_jobs()
    session.refresh(refund)
    stripe_up.control("refund_fail", refund=refund.stripe_id, reason="lost_or_stolen_card")
    catch_up()
    session.refresh(refund)
    assert refund.state == "failed"
    assert kinds(session) == ["refund", "refund_failed"]
    assert session.scalars(select(Receipt.amount_minor).order_by(Receipt.number)).all() == [
        50_00,
        30_00,
        50_00,
    ]
    sign_in(client, finance)
    assert "Refunds that came back, to give another way: 1" in client.get("/staff/").text
    page = client.get("/staff/settlement/refunds").text
    assert "The card was lost or stolen." in page
    address = f"/staff/settlement/refunds/{refund.id}/settled"
    assert client.post(address, data={"nonce": str(new_id())}).status_code == 303
    assert "No refund is open" in client.get("/staff/settlement/refunds").text


def test_one_that_failed_is_never_called_given_back_again(session, gift, finance, treasurer):
    refund = ask(session, gift, finance)
    decide(session, refund, treasurer)
    operations.send_refund(str(refund.id))
    session.refresh(refund)
    old = stripe.retrieve_refund("nz", refund.stripe_id)
    operations.refund_answers.see_refund(session, old | {"status": "failed"}, now=clock.now())
    operations.refund_answers.see_refund(session, old, now=clock.now())
    session.commit()
    session.refresh(refund)
    assert refund.state == "failed"


def test_a_refund_made_at_stripe_is_known_as_one(session, gift, stripe_up):
    stripe_up.control("refund", charge=gift.stripe_charge_id, amount=15_00)
    catch_up()
    refund = session.scalars(select(Refund)).one()
    assert (refund.origin, refund.state, refund.amount_minor) == ("dashboard", "succeeded", 15_00)
    assert queries.refundable(session, gift) == Money(35_00, "NZD")
    assert kinds(session) == ["refund"]


def test_one_that_waits_for_the_donors_bank_details_says_until_when_and_lapses(
    session, gift, finance, treasurer, client, sign_in
):
    refund = ask(session, gift, finance)
    decide(session, refund, treasurer)
    operations.send_refund(str(refund.id))
    session.refresh(refund)
    doc = stripe.retrieve_refund("nz", refund.stripe_id)
    waiting = doc | {"status": "requires_action", "next_action": {
        "type": "display_details",
        "display_details": {"expires_at": 1_800_000_000, "email_sent": {}},
    }}  # fmt: skip
    session.execute(Refund.__table__.update().values(state="sending"))
    session.commit()
    session.expire_all()
    operations.refund_answers.see_refund(session, waiting, now=clock.now())
    session.commit()
    sign_in(client, finance)
    page = client.get("/staff/settlement/refunds").text
    assert "It waits for the donor’s bank details until" in page
    operations.refund_answers.see_refund(session, doc | {"status": "canceled"}, now=clock.now())
    session.commit()
    assert "lapsed: the money is back" in client.get("/staff/settlement/refunds").text


def test_finance_asks_on_the_gifts_page_and_the_treasurer_decides(
    session, gift, finance, treasurer, client, sign_in, post, mailbox, run_jobs
):
    sign_in(client, finance)
    assert "/refund" in client.get(f"/staff/gifts/{gift.id}").text
    address = f"/staff/gifts/{gift.id}/refund"
    assert "50.00" in client.get(address).text
    wrong = post(address, amount="5x", reason="duplicate")
    assert (wrong.status_code, "amount in figures" in wrong.text) == (422, True)
    too_much = post(address, amount="50.01", reason="duplicate")
    assert "So much of the gift is not left." in too_much.text
    assert post(address, amount="12.50", reason="duplicate").status_code == 303
    refund = session.scalars(select(Refund)).one()
    assert "asked by Fah Finance" in client.get("/staff/settlement/refunds").text
    assert post(f"/staff/settlement/refunds/{refund.id}/approve").status_code == 403
    sign_in(client, treasurer)
    assert "Refunds to decide: 1" in client.get("/staff/").text
    assert post("/staff/settlement/refunds/limits/nz", alone="twenty").status_code == 422
    assert post("/staff/settlement/refunds/limits/nz", alone="20").status_code == 303
    assert post(f"/staff/settlement/refunds/{refund.id}/approve").status_code == 303
    run_jobs()
    assert "given back" in client.get(f"/staff/gifts/{gift.id}").text


def test_a_gift_that_is_not_paid_is_not_given_back(session, gift, finance, treasurer):
    with pytest.raises(Denied):
        ask(session, gift, treasurer)
    unpaid = session.scalars(select(Gift).where(Gift.id == gift.id)).one()
    with pytest.raises(Refused, match="refund_currency"):
        operations.ask_refund(
            session, unpaid.id, amount=Money(1_00, "USD"), reason="duplicate",
            actor=finance.actor_at(clock.now()), now=clock.now(),
        )  # fmt: skip
