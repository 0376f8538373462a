"""In whose name a gift is: its donor withdraws that until the mail leaves, and hides it after."""

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from fund import clock
from fund.audit.models import Event
from fund.errors import Refused, Unavailable
from fund.giving import dedications, orders, tasks
from fund.giving.models import Dedication, Donor, Gift
from fund.permissions import Actor
from tests.giving.factories import make_donor, pay_gift, start_gift, visit

WISH = orders.Dedication("memory", "Aunt Hana", "Tui Friend", "tui@example.org")


@pytest.fixture
def gift(world, session) -> Gift:
    """One in somebody's memory, not paid yet."""
    gift = start_gift(session)
    dedications.add_dedication(session, gift, session.get_one(Donor, gift.donor_id), WISH)
    session.commit()
    return gift


@pytest.fixture
def donor(gift, session, client) -> Actor:
    visit(session, client, session.get_one(Donor, gift.donor_id))
    return Actor("donor", gift.donor_id)


def test_what_is_withdrawn_before_its_mail_tells_nobody(
    gift, donor, session, client, post, mailbox, run_jobs
):
    address = f"/my/gifts/{gift.id}"
    page = client.get(address).text
    for said in ("Aunt Hana", "Tui Friend is told by mail once the gift is paid", "Withdraw it"):
        assert said in page
    assert post(f"{address}/dedication", do="withdraw").headers["Location"] == address
    assert "Aunt Hana" not in client.get(address).text
    pay_gift(session, gift)
    run_jobs()
    assert {mail["To"] for mail in mailbox.mails} == {"donor@example.org"}
    kept = session.get_one(Dedication, gift.id)
    session.refresh(kept)
    assert (kept.dropped, kept.sealed_to_email, kept.to_email_index) == ("withdrawn", None, None)
    event = session.scalars(select(Event).where(Event.name == "dedication_dropped")).one()
    assert (event.actor, event.data["reason"]) == (donor.label, "withdrawn")


def test_what_was_told_is_only_hidden(gift, donor, session, client, post, mailbox, run_jobs):
    address = f"/my/gifts/{gift.id}"
    pay_gift(session, gift)
    run_jobs()
    assert "Tui Friend was told by mail on" in client.get(address).text
    refused = post(f"{address}/dedication", do="withdraw")
    assert refused.status_code == 422
    assert "The mail about it has left" in refused.text
    post(f"{address}/dedication", do="hide")
    assert "Aunt Hana" not in client.get(address).text
    assert post("/my/data").get_json()["gifts"][0]["dedication"]["honoured"] == "Aunt Hana"


def test_a_mail_that_is_just_leaving_is_not_withdrawn(app, gift, donor, session, mailbox):
    pay_gift(session, gift)
    mailbox.is_down = True
    with app.app_context(), pytest.raises(Unavailable):
        tasks.mail_dedication(str(gift.id))
    with pytest.raises(Refused, match="dedication_told"):
        dedications.withdraw(session, gift.id, actor=donor, now=clock.now())
    session.rollback()
    mailbox.is_down = False
    with app.app_context():
        tasks.mail_dedication(str(gift.id))
    assert [mail["To"] for mail in mailbox.mails] == ["tui@example.org"]


def test_nobody_withdraws_anothers(gift, session, client, post):
    visit(session, client, make_donor(session, "other@example.org"))
    for what in ("withdraw", "hide"):
        assert post(f"/my/gifts/{gift.id}/dedication", do=what).status_code == 404


def test_the_database_withdraws_nothing_that_left(gift, session):
    session.execute(text("UPDATE dedication SET leaves_at = now()"))
    with pytest.raises(DBAPIError), session.begin_nested():
        session.execute(text("UPDATE dedication SET dropped = 'withdrawn'"))
