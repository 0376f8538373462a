"""Many events at a time: few statements, no call, and one bad event stays alone."""

import json

import pytest
from sqlalchemy import func, select

from fund import clock
from fund.gateways import stripe
from fund.giving.models import Gift, Receipt
from fund.ids import new_id
from fund.settlement import operations
from fund.settlement.models import InboxEvent
from fund.settlement.operations.draining import BATCH
from tests.giving.factories import start_gift
from tests.settlement.factories import CHARGED, drain, event, send

pytestmark = pytest.mark.usefixtures("world")


def charged(gift: Gift, **changes: object) -> dict[str, object]:
    """The event of the charge that paid the gift, as Stripe writes it."""
    charge = {
        "id": f"ch_{gift.id.hex}",
        "object": "charge",
        "amount": gift.amount_minor,
        "captured": True,
        "created": 1_790_000_000,
        "currency": gift.currency.lower(),
        "metadata": {"gift_id": str(gift.id), "attempt": str(gift.attempt)},
        "paid": True,
        "payment_intent": f"pi_{gift.id.hex}",
    }
    return event(
        CHARGED,
        id=f"evt_{new_id().hex}",
        api_version=stripe.API_VERSION,
        data={"object": charge | changes},
    )


def begin(session, count: int) -> list[Gift]:
    return [start_gift(session, email=f"donor{n}@example.org") for n in range(count)]


def paid(session) -> int:
    session.expire_all()
    return session.scalar(select(func.count(Gift.id)).where(Gift.state == "paid"))


def test_a_signed_charge_pays_its_gift_without_a_call(client, session):
    gift = begin(session, 1)[0]
    assert send(client, charged(gift)) == 200
    drain()  # Stripe does not answer in this test
    session.refresh(gift)
    assert gift.state == "paid"
    assert gift.paid_at.timestamp() == 1_790_000_000
    assert gift.stripe_charge_id == f"ch_{gift.id.hex}"


def test_many_gifts_take_as_many_statements_as_few(client, session, count_statements):
    def statements_for(count: int) -> int:
        for gift in begin(session, count):
            send(client, charged(gift))
        with count_statements() as seen:
            operations.work_off(now=clock.now())
        return len(seen)

    statements_for(2)
    few, many = statements_for(3), statements_for(30)
    assert many == few
    assert paid(session) == 35


def test_receipts_of_a_batch_are_numbered_without_gaps(client, session, run_jobs, mailbox):
    for gift in begin(session, 12):
        send(client, charged(gift))
    drain()
    numbers = session.scalars(select(Receipt.number).order_by(Receipt.number)).all()
    assert numbers == list(range(1, 13))
    run_jobs()
    assert len({mail["To"] for mail in mailbox.mails}) == 12


def test_what_finance_must_look_at_stays_alone(client, session):
    gifts = begin(session, 6)
    for gift in gifts[:4]:
        send(client, charged(gift))
    send(client, charged(gifts[4], amount=1))
    send(client, charged(gifts[0], payment_intent="pi_again", id="ch_again"))
    nobodys = charged(gifts[5])
    nobodys["data"]["object"]["metadata"]["gift_id"] = str(new_id())
    send(client, nobodys)
    drain()
    errors = session.scalars(select(InboxEvent.error).where(InboxEvent.state == "failed"))
    assert sorted(errors) == ["gift_unknown", "paid_amount_differs", "paid_twice"]
    assert paid(session) == 4


def test_an_event_that_breaks_the_batch_stays_alone(client, session):
    gifts = begin(session, 9)
    for gift in gifts[:8]:
        send(client, charged(gift))
    send(client, charged(gifts[8], currency="nzd", amount="a lot"))
    drain()
    failed = session.scalars(select(InboxEvent).where(InboxEvent.state == "failed")).one()
    assert failed.error == "unexpected"
    assert paid(session) == 8


def test_a_charge_in_the_words_of_another_version_is_asked_about(client, session):
    gift = begin(session, 1)[0]
    send(client, charged(gift) | {"api_version": "2024-04-10"})
    operations.work_off(now=clock.now())
    row = session.scalars(select(InboxEvent)).one()
    assert row.state == "asking"
    assert paid(session) == 0


def test_more_than_a_batch_is_worked_off_in_several(client, session, stripe_up):
    desk = operations.inbox.find_desk(session, "nz", now=clock.now())
    for number in range(BATCH + 1):
        one = event(id=f"evt_{number}")
        body = json.dumps(one).encode()
        operations.inbox.receive(session, desk, one, body, now=clock.now())
    session.commit()
    assert operations.work_off(now=clock.now()) == BATCH
    assert operations.work_off(now=clock.now()) == 1
    session.expire_all()
    assert set(session.scalars(select(InboxEvent.state))) == {"ignored"}
