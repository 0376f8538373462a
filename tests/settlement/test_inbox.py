"""Events in any order, any number of times, with gaps: the same gifts, receipts and mails."""

import json
import random
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from fund import clock
from fund.errors import Denied
from fund.gateways import stripe
from fund.giving.models import Gift, Receipt
from fund.ids import new_id
from fund.permissions import Actor, Role
from fund.settlement import operations, queries, tasks
from fund.settlement.models import Asked, InboxEvent
from fund.settlement.operations import asking
from tests.people.factories import make_staff
from tests.settlement.factories import (
    CHARGED,
    PAID,
    begin_at_stripe,
    deliver,
    drain,
    event,
    pay_at_stripe,
    send,
    wait_for_all,
)

pytestmark = pytest.mark.usefixtures("world")

PATIENCE = timedelta(seconds=31)
NOBODYS = {"id": "cs_test_gone", "object": "x", "metadata": {"gift_id": str(new_id())}}


def states(session) -> list[str]:
    return list(session.scalars(select(InboxEvent.state).order_by(InboxEvent.id)))


def test_a_webhook_pays_the_gift_and_sends_its_receipt(
    client, session, stripe_up, receiver, mailbox, run_jobs
):
    gift = pay_at_stripe(session, stripe_up)
    assert deliver(client, receiver.wait_for(CHARGED)) == [200]
    drain()
    session.refresh(gift)
    assert gift.state == "paid"
    run_jobs()
    assert [mail["To"] for mail in mailbox.mails] == ["donor@example.org"]
    assert states(session) == ["done"]


@pytest.mark.parametrize("seed", range(4))
def test_any_order_and_repetition_end_in_the_same_gift(
    client, session, stripe_up, receiver, mailbox, run_jobs, seed
):
    gift = pay_at_stripe(session, stripe_up)
    taken = wait_for_all(stripe_up, receiver) * 3
    random.Random(seed).shuffle(taken)
    for one in taken:
        assert deliver(client, [one]) == [200]
        drain()
    drain(PATIENCE)
    session.refresh(gift)
    assert gift.state == "paid"
    assert session.scalar(select(func.count(Receipt.id))) == 1
    run_jobs()
    assert len(mailbox.mails) == 1
    assert set(states(session)) == {"done", "ignored"}
    assert session.scalars(select(Asked)).all() == []  # Stripe was never asked


def test_the_webhook_may_come_before_we_kept_the_session(client, session, stripe_up, receiver):
    gift = pay_at_stripe(session, stripe_up)
    gift.stripe_session_id = None  # as after a crash between Stripe's answer and our row
    session.commit()
    deliver(client, receiver.wait_for(PAID))
    drain()
    session.refresh(gift)
    assert gift.state == "open"  # the charge's own event will say it without a call
    drain(PATIENCE)
    session.refresh(gift)
    assert gift.state == "paid"
    assert gift.stripe_session_id.startswith("cs_test_")


def test_a_gap_is_filled_by_the_sweep(session, stripe_up, receiver):
    gift = pay_at_stripe(session, stripe_up)
    wait_for_all(stripe_up, receiver)  # none of them reached us
    found = operations.sweep("nz", now=clock.now())
    assert found
    assert operations.sweep("nz", now=clock.now()) == []
    drain()
    session.refresh(gift)
    assert gift.state == "paid"
    assert set(session.scalars(select(InboxEvent.way))) == {"sweep"}


def test_a_late_word_of_an_old_attempt_does_not_close_the_new_one(
    client, session, stripe_up, receiver
):
    gift, first = begin_at_stripe(session)
    stripe_up.control("pay", session_id=first, card="bank")
    stripe_up.control("bank_answer", session_id=first, outcome="fail")
    old = wait_for_all(stripe_up, receiver)
    client.get(f"/give/thanks/{gift.id}")
    client.post(f"/give/again/{gift.id}", data={"nonce": "0192f0c0-0000-7000-8000-000000000001"})
    client.get(f"/give/checkout/{gift.id}")
    deliver(client, old)
    drain()
    session.refresh(gift)
    assert (gift.state, gift.attempt) == ("open", 2)
    assert gift.stripe_session_id != first


def test_while_stripe_is_down_events_wait_and_are_tried_later(client, session, stripe_up, receiver):
    gift = pay_at_stripe(session, stripe_up)
    taken = receiver.wait_for(PAID)
    stripe_up.control("switches", down=True)
    assert deliver(client, taken) == [200]  # intake does not need Stripe
    drain(PATIENCE)
    failed = session.scalars(select(InboxEvent)).one()
    assert (failed.state, failed.error, failed.attempts) == ("failed", "stripe_unavailable", 1)
    assert operations.drain(now=clock.now() + PATIENCE) == 0  # not again at once
    stripe_up.control("switches", down=False)
    drain(2 * PATIENCE)
    session.refresh(gift)
    assert gift.state == "paid"


def test_an_event_about_no_gift_of_ours_fails_by_itself(
    client, session, stripe_up, receiver, capsys
):
    gift = pay_at_stripe(session, stripe_up)
    body = receiver.wait_for(PAID)[0].event
    body["id"], body["data"]["object"]["id"] = "evt_foreign", "cs_test_foreign"
    body["data"]["object"]["metadata"] = {"gift_id": str(new_id()), "attempt": "1"}
    send(client, json.loads(json.dumps(body)))
    deliver(client, receiver.wait_for(CHARGED))
    drain(PATIENCE)
    session.refresh(gift)
    assert gift.state == "paid"
    failed = session.scalars(select(InboxEvent).where(InboxEvent.state == "failed")).one()
    assert (failed.event_id, failed.error) == ("evt_foreign", "stripe_refused")
    logged = "".join(capsys.readouterr())
    assert "evt_foreign" in logged
    assert "cs_test_foreign" not in logged  # what Stripe says may quote a donor


def test_a_worker_that_died_leaves_the_event_to_the_next(client, session, stripe_up, receiver):
    gift = pay_at_stripe(session, stripe_up)
    deliver(client, receiver.wait_for(PAID))
    operations.work_off(now=clock.now() + PATIENCE)
    assert len(asking._claim(now=clock.now() + PATIENCE)) == 1
    assert operations.drain(now=clock.now() + PATIENCE) == 0
    drain(timedelta(minutes=6))
    session.refresh(gift)
    assert gift.state == "paid"


def test_finance_sees_why_an_event_failed_and_has_it_tried_again(
    client, session, sign_in, stripe_up
):
    send(client, event(PAID, data={"object": NOBODYS}))
    drain(PATIENCE)
    sign_in(client, make_staff(session, Role.FINANCE_OFFICER))
    page = client.get("/staff/settlement").text
    assert "Stripe does not know what the event is about." in page
    row = session.scalars(select(InboxEvent)).one()
    nonce = "0192f0c0-0000-7000-8000-000000000002"
    answer = client.post(f"/staff/settlement/events/{row.id}/retry", data={"nonce": nonce})
    assert answer.status_code == 303
    session.refresh(row)
    assert row.state == "waiting"
    drain(PATIENCE)
    session.refresh(row)
    assert row.state == "failed"


def test_an_auditor_reads_but_does_not_retry(client, session, sign_in, stripe_up):
    send(client, event(PAID, data={"object": NOBODYS}))
    drain(PATIENCE)
    row = session.scalars(select(InboxEvent)).one()
    sign_in(client, make_staff(session, Role.AUDITOR))
    page = client.get("/staff/settlement")
    assert page.status_code == 200
    assert "/retry" not in page.text
    with pytest.raises(Denied):
        operations.retry_event(
            session,
            row.id,
            actor=Actor("staff", roles=frozenset({Role.AUDITOR})),
            now=clock.now(),
        )


def test_a_paid_gift_stays_paid_whatever_the_code_does(session, stripe_up):
    gift = pay_at_stripe(session, stripe_up)
    operations.sweep("nz", now=clock.now())
    drain()
    session.refresh(gift)
    with pytest.raises(Exception, match="a paid gift stays paid"), session.begin_nested():
        session.execute(Gift.__table__.update().values(state="open", paid_at=None, paid_on=None))


def test_an_office_counts_as_silent_once_the_sweep_finds_what_no_webhook_said(
    session, stripe_up, world
):
    pay_at_stripe(session, stripe_up)
    assert [office.is_silent for office in queries.list_hearing(session)] == [False]
    operations.sweep("nz", now=clock.now() + timedelta(hours=1))
    assert [office.is_silent for office in queries.list_hearing(session)] == [True]


def test_a_worker_started_before_any_office_is_there_waits_for_the_next_round(
    app, session, stripe_up
):
    keys = app.config["SETTINGS"].stripe["nz"]
    stripe.init({"not_set_up": keys}, stripe_up.base_url, "http://localhost")
    tasks.sweep_events()
    tasks.list_again()
    assert session.scalar(select(func.count()).select_from(InboxEvent)) == 0
