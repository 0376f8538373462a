"""What a bank, a card network or Stripe doubts: the gift is held, and money follows the balance."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from fund import clock
from fund.errors import Denied, Refused
from fund.giving.models import GiftReturn, Receipt
from fund.ids import new_id
from fund.ledger.models import Hold, HoldRelease
from fund.ledger.queries import account_id, balance
from fund.permissions import Role
from fund.settlement import operations
from fund.settlement.models import Alert, Dispute
from fund.settlement.operations import doubts
from fund.settlement.operations.events import Event
from tests.people.factories import make_staff
from tests.settlement.factories import pay_at_stripe
from tests.settlement.test_refunds import catch_up

pytestmark = pytest.mark.usefixtures("world")


@pytest.fixture
def finance(session):
    return make_staff(session, Role.FINANCE_OFFICER)


@pytest.fixture
def gift(session, stripe_up):
    stripe_up.control("switches", available_days=0)
    made = pay_at_stripe(session, stripe_up)
    catch_up()
    session.refresh(made)
    return made


def held(session) -> list[str]:
    """The causes of holds that were not released."""
    released = select(HoldRelease.hold_id)
    return list(session.scalars(select(Hold.cause).where(Hold.id.not_in(released))))


def books(session, world, role) -> int:
    office = world.abroad.id if role == "dispute_receivable" else None
    account = account_id(session, world.funds["education"].id, office, "NZD", role)
    return balance(session, account).amount_minor


def receipts(session) -> list[int]:
    return list(session.scalars(select(Receipt.amount_minor).order_by(Receipt.number)))


def test_an_inquiry_holds_the_gift_and_moves_no_money(session, gift, stripe_up, world):
    asked = stripe_up.control("dispute", charge=gift.stripe_charge_id, inquiry=True)
    catch_up()
    assert held(session) == [f"inquiry:{asked['id']}"]
    assert books(session, world, "dispute_receivable") == 0
    stripe_up.control("dispute_close", dispute=asked["id"], outcome="closed")
    catch_up()
    assert held(session) == []


def test_an_inquiry_that_becomes_a_dispute_holds_no_more_once_the_money_is_taken(
    session, gift, stripe_up, world
):
    asked = stripe_up.control("dispute", charge=gift.stripe_charge_id, inquiry=True)
    catch_up()
    stripe_up.control("dispute_escalate", dispute=asked["id"])
    catch_up()
    assert held(session) == []
    assert books(session, world, "dispute_receivable") == 50_00
    assert session.get_one(Dispute, asked["id"]).state == "needs_response"


def test_a_lost_dispute_is_a_loss_and_corrects_the_receipt_once(session, gift, stripe_up, world):
    taken = stripe_up.control("dispute", charge=gift.stripe_charge_id, amount=20_00)
    catch_up()
    assert receipts(session) == [50_00]
    stripe_up.control("dispute_close", dispute=taken["id"], outcome="lost")
    catch_up()
    catch_up()
    assert books(session, world, "dispute_receivable") == 0
    assert books(session, world, "dispute_losses") == 20_00
    assert receipts(session) == [50_00, 30_00]


def test_one_that_is_won_comes_back_and_the_receipt_stays(session, gift, stripe_up, world):
    taken = stripe_up.control("dispute", charge=gift.stripe_charge_id)
    stripe_up.control("dispute_answer", dispute=taken["id"])
    stripe_up.control("dispute_close", dispute=taken["id"], outcome="won")
    catch_up()
    assert books(session, world, "dispute_receivable") == 0
    assert books(session, world, "dispute_losses") == 0
    assert receipts(session) == [50_00]


def test_one_that_is_won_after_it_was_lost_is_a_loss_no_more(session, gift, stripe_up, world):
    taken = stripe_up.control("dispute", charge=gift.stripe_charge_id)
    stripe_up.control("dispute_close", dispute=taken["id"], outcome="lost")
    catch_up()
    stripe_up.control("dispute_close", dispute=taken["id"], outcome="won")
    catch_up()
    assert books(session, world, "dispute_losses") == 0
    assert receipts(session) == [50_00, 0, 50_00]
    told = session.scalars(select(GiftReturn.kind).order_by(GiftReturn.recorded_at))
    assert list(told) == ["dispute_lost", "dispute_won"]


def test_a_gift_disputed_in_two_rounds_is_taken_twice_and_no_more(session, gift, stripe_up, world):
    first = stripe_up.control("dispute", charge=gift.stripe_charge_id, amount=20_00)
    second = stripe_up.control("dispute", charge=gift.stripe_charge_id)
    stripe_up.control("dispute_close", dispute=first["id"], outcome="won")
    stripe_up.control("dispute_close", dispute=second["id"], outcome="lost")
    catch_up()
    assert books(session, world, "dispute_receivable") == 0
    assert books(session, world, "dispute_losses") == 30_00
    assert receipts(session) == [50_00, 20_00]


def test_an_old_answer_does_not_reopen_a_dispute(session, gift, stripe_up, world):
    taken = stripe_up.control("dispute", charge=gift.stripe_charge_id)
    stripe_up.control("dispute_close", dispute=taken["id"], outcome="won")
    catch_up()
    late = Event(
        id=new_id(), office_id=world.abroad.id, office_code="nz", event_id="evt_1",
        type="charge.dispute.created", object_id=taken["id"], happened_at=clock.now(),
        received_at=clock.now(), attempts=1, payload=b"", api_version=None, snapshot=taken,
    )  # fmt: skip
    doubts.apply_dispute(session, late, taken, now=clock.now())
    session.commit()
    dispute = session.get_one(Dispute, taken["id"], populate_existing=True)
    assert (taken["status"], dispute.state) == ("needs_response", "won")


def test_the_day_to_answer_by_is_a_task_until_somebody_saw_to_it(
    session, gift, stripe_up, finance, client, sign_in, post
):
    taken = stripe_up.control("dispute", charge=gift.stripe_charge_id)
    catch_up()
    dispute = session.get_one(Dispute, taken["id"])
    assert dispute.evidence_due_at > clock.now() + timedelta(days=8)
    sign_in(client, finance)
    assert "Disputes to answer: 1" in client.get("/staff/").text
    assert taken["id"] in client.get("/staff/settlement/disputes").text
    page = client.get(f"/staff/settlement/disputes/{taken['id']}").text
    assert "The cardholder says it was not them." in page
    assert str(gift.id) in page
    address = f"/staff/settlement/disputes/{taken['id']}/note"
    assert post(address, noted_as="thrown away").status_code == 400
    assert post(address, noted_as="answered").status_code == 303
    assert "Disputes to answer" not in client.get("/staff/").text
    assert "answered at Stripe" in client.get(f"/staff/settlement/disputes/{taken['id']}").text
    with pytest.raises(Refused, match="dispute_decided"):
        operations.note_dispute(
            session, taken["id"], noted_as="answered",
            actor=finance.actor_at(clock.now()), now=clock.now(),
        )  # fmt: skip
    assert client.get("/staff/settlement/disputes/du_none").status_code == 404


@pytest.mark.parametrize("kind", ["warn", "review"])
def test_a_risky_gift_stays_in_the_reserve_until_finance_keeps_it(
    session, gift, stripe_up, finance, client, sign_in, post, kind
):
    made = stripe_up.control(kind, charge=gift.stripe_charge_id)
    catch_up()
    cause = {"warn": "warning", "review": "review"}[kind]
    assert held(session) == [f"{cause}:{made['id']}"]
    auditor = make_staff(session, Role.AUDITOR).actor_at(clock.now())
    with pytest.raises(Denied):
        operations.keep_gift(session, made["id"], actor=auditor, now=clock.now())
    sign_in(client, finance)
    assert "Risky gifts to look at: 1" in client.get("/staff/").text
    assert post(f"/staff/settlement/alerts/{made['id']}/keep").status_code == 303
    assert held(session) == []
    catch_up()
    assert held(session) == []
    assert "Risky gifts" not in client.get("/staff/").text


def test_a_warned_gift_that_is_given_back_is_in_doubt_no_more(session, gift, stripe_up):
    made = stripe_up.control("warn", charge=gift.stripe_charge_id)
    catch_up()
    stripe_up.control("refund", charge=gift.stripe_charge_id)
    catch_up()
    assert session.get_one(Alert, made["id"], populate_existing=True).decision == "closed"
    assert held(session) == []


def test_a_doubt_about_a_gift_that_is_not_booked_yet_holds_it_once_it_is(session, stripe_up):
    made = pay_at_stripe(session, stripe_up)
    now = clock.now()
    operations.sweep("nz", now=now)
    operations.work_off(now=now + timedelta(minutes=2))
    session.refresh(made)
    stripe_up.control("warn", charge=made.stripe_charge_id)
    operations.sweep("nz", now=now)
    operations.work_off(now=now + timedelta(minutes=2))
    operations.ask_stripe(now=now + timedelta(minutes=2))
    assert held(session) == []
    operations.pull_feed("nz", now=now + timedelta(minutes=2))
    assert len(held(session)) == 1
