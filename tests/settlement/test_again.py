"""What failed is tried again, what is done can be replayed, and silence is noticed."""

import html
import re
from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select

from fund import clock
from fund.audit.models import Event as Logged
from fund.errors import Denied, Refused
from fund.giving.models import Receipt
from fund.ids import new_id
from fund.ledger.queries import get_office
from fund.permissions import Actor, Role
from fund.settlement import operations, queries, tasks
from fund.settlement.models import InboxEvent
from tests.people.factories import make_staff
from tests.settlement.factories import (
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
HOURS = timedelta(hours=queries.SILENCE_HOURS, minutes=1)


def states(session) -> list[str]:
    session.expire_all()
    return list(session.scalars(select(InboxEvent.state).order_by(InboxEvent.id)))


def log_names(session) -> list[str]:
    return list(session.scalars(select(Logged.name).order_by(Logged.id)))


def settled(client, session, stripe_up, receiver) -> None:
    pay_at_stripe(session, stripe_up)
    deliver(client, wait_for_all(stripe_up, receiver))
    drain()
    drain(PATIENCE)


def test_what_is_replayed_changes_nothing(client, session, stripe_up, receiver, run_jobs, mailbox):
    settled(client, session, stripe_up, receiver)
    run_jobs()
    before = states(session)
    count = operations.replay_since(
        session, clock.now() - timedelta(days=1), prefix="", reason="drill", now=clock.now()
    )
    session.commit()
    assert count == len(before)
    assert set(states(session)) == {"waiting"}
    drain(PATIENCE)
    run_jobs()
    assert states(session) == before
    assert session.scalar(select(func.count(Receipt.id))) == 1
    assert len(mailbox.mails) == 1
    assert "inbox_replayed" in log_names(session)


def test_a_command_replays_what_begins_so(app, client, session, stripe_up, receiver):
    settled(client, session, stripe_up, receiver)
    today = clock.now().strftime("%Y-%m-%d")
    asked = ["settlement", "replay", "--since", today, "--type", "charge.", "--json"]
    assert app.test_cli_runner().invoke(args=asked).exit_code == 2  # no reason
    asked += ["--reason", "drill"]
    answer = app.test_cli_runner().invoke(args=asked)
    assert answer.exit_code == 0
    waiting = session.scalars(select(InboxEvent.type).where(InboxEvent.state == "waiting"))
    assert all(kind.startswith("charge.") for kind in waiting)


def test_finance_replays_one_event_from_its_page(client, session, sign_in, stripe_up):
    send(client, event())
    drain()
    row = session.scalars(select(InboxEvent)).one()
    sign_in(client, make_staff(session, Role.FINANCE_OFFICER))
    address = f"/staff/settlement/events/{row.id}"
    assert address in client.get("/staff/settlement").text
    assert 'value="doubt"' in client.get(address).text
    nothing = client.post(f"{address}/replay", data={"nonce": str(new_id())})
    assert nothing.status_code == 422
    assert states(session) == ["ignored"]
    asked = {"nonce": str(new_id()), "reason": "doubt"}
    assert client.post(f"{address}/replay", data=asked).status_code == 303
    told = session.scalars(select(Logged).where(Logged.name == "inbox_event_replayed")).one()
    assert told.data["reason"] == "doubt"
    assert states(session) == ["waiting"]
    assert session.get(InboxEvent, row.id).replayed == 1
    finance = make_staff(session, Role.FINANCE_OFFICER).actor
    with pytest.raises(Refused, match="event_not_done"):
        operations.replay_event(session, row.id, reason="doubt", actor=finance, now=clock.now())


def test_an_auditor_reads_an_event_and_does_not_replay_it(client, session, sign_in):
    send(client, event())
    drain()
    row = session.scalars(select(InboxEvent)).one()
    sign_in(client, make_staff(session, Role.AUDITOR))
    assert "/replay" not in client.get(f"/staff/settlement/events/{row.id}").text
    auditor = Actor("staff", roles=frozenset({Role.AUDITOR}))
    with pytest.raises(Denied):
        operations.replay_event(session, row.id, reason="doubt", actor=auditor, now=clock.now())
    with pytest.raises(Denied):
        operations.retry_failed(session, "unexpected", actor=auditor, now=clock.now())


def test_all_that_failed_for_one_reason_is_tried_again(client, session, sign_in, stripe_up):
    for number in range(3):
        thing = {"id": f"cs_{number}", "object": "x", "metadata": {"gift_id": str(new_id())}}
        send(client, event(PAID, id=f"evt_{number}", data={"object": thing}))
    drain(PATIENCE)
    assert set(states(session)) == {"failed"}
    sign_in(client, make_staff(session, Role.FINANCE_OFFICER))
    assert "Try all 3 again" in client.get("/staff/settlement").text
    asked = {"nonce": str(new_id()), "error": "stripe_refused"}
    assert client.post("/staff/settlement/events/retry", data=asked).status_code == 303
    assert set(states(session)) == {"waiting"}
    assert log_names(session).count("inbox_error_retried") == 1
    assert client.post("/staff/settlement/events/retry", data={}).status_code == 422


def test_events_are_found_by_state_and_type(client, session, sign_in, stripe_up):
    for number in range(60):
        send(client, event(id=f"evt_{number}"))
    send(client, event("charge.refunded", id="evt_other"))
    drain()
    session.execute(
        InboxEvent.__table__.update()
        .values(state="failed", error="gift_unknown", done_at=None)
        .where(InboxEvent.event_id == "evt_other")
    )
    session.commit()
    sign_in(client, make_staff(session, Role.FINANCE_OFFICER))

    def shown(query: str) -> str:
        return client.get(f"/staff/settlement?{query}").text.partition('id="events"')[2]

    assert "charge.refunded" in shown("state=failed")
    assert "charge.refunded" in shown("type=charge.ref")
    assert "charge.refunded" not in shown("state=ignored")
    assert "No event is like that." in shown("type=%25")
    assert "charge.refunded" in shown("state=nonsense")
    older = re.search(r'rel="next" href="([^"#]+)', shown("state=ignored"))
    assert "state=ignored" in older[1]
    rest = client.get(html.unescape(older[1])).text.partition('id="events"')[2]
    assert "charge.refunded" not in rest
    assert 'rel="next"' not in rest


def test_a_gift_of_which_no_event_ever_told_is_paid_by_its_money(
    session, stripe_up, run_jobs, mailbox
):
    gift = pay_at_stripe(session, stripe_up)
    operations.pull_feed("nz", now=clock.now())
    assert operations.pay_untold("nz", now=clock.now()) == []  # its event may still come
    later = clock.now() + timedelta(hours=2)
    assert operations.pay_untold("nz", now=later) == [gift.id]
    session.refresh(gift)
    assert gift.state == "paid"
    assert operations.pay_untold("nz", now=later) == []
    run_jobs()
    assert session.scalar(select(func.count(Receipt.id))) == 1
    assert len(mailbox.mails) == 1


def test_silence_while_people_give_is_noticed(
    client, session, sign_in, stripe_up, capsys, run_jobs, mailbox
):
    send(client, event())
    later = clock.now() + HOURS
    assert queries.list_unheard(session, now=later) == []  # nobody gives
    gift, _ = begin_at_stripe(session)
    gift.created_at = later - timedelta(hours=1)
    session.commit()
    assert [office.code for office in queries.list_unheard(session, now=later)] == ["nz"]
    assert queries.list_unheard(session, now=clock.now()) == []  # heard just now
    long_ago = clock.now() - HOURS
    session.execute(InboxEvent.__table__.update().values(received_at=long_ago))
    gift.created_at = clock.now() - timedelta(hours=1)
    session.commit()
    officers = [make_staff(session, Role.FINANCE_OFFICER, language=one) for one in ("en", "th")]
    make_staff(session, Role.AUDITOR)
    session.commit()
    for _ in range(2):
        tasks.notice_silence()
        run_jobs()
    assert "webhooks_silent" in "".join(capsys.readouterr())
    assert {mail["To"] for mail in mailbox.mails} == {one.email for one in officers}
    assert len(mailbox.mails) == 2  # once, however often it is noticed
    sign_in(client, make_staff(session, Role.FINANCE_OFFICER))
    assert "has sent nothing to" in client.get("/staff/settlement").text
    assert "Stripe sent nothing for hours" in client.get("/staff/").text
    metrics = client.get("/metrics").text
    age = next(line for line in metrics.splitlines() if line.startswith("fund_webhook_age"))
    assert 'office="nz"' in age
    assert float(age.split()[-1]) > 3 * 3600


def test_each_silence_is_told_by_itself(session, stripe_up):
    now, office = clock.now(), get_office(session, "nz")

    def note(heard_at: datetime | None, at: datetime) -> bool:
        return operations.note_silence(session, office.id, heard_at=heard_at, now=at)

    assert note(None, now)
    assert not note(None, now + HOURS)
    heard_at = now + HOURS
    assert note(heard_at, heard_at + HOURS)
    assert not note(heard_at, heard_at + 2 * HOURS)
