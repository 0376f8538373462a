"""The newsletter: a consent of its own, asked at the address, dated, and as easily withdrawn."""

from datetime import timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DatabaseError

from fund import clock, keys
from fund.audit.models import Event
from fund.giving import operations, queries
from fund.giving.models import Donor, NewsletterConsent
from fund.permissions import Actor
from tests.giving.factories import begin, give_form, visit

pytestmark = pytest.mark.usefixtures("world")


@pytest.fixture
def consent(client, session):
    """One that was asked for with a gift that nobody paid."""
    begin(client, newsletter="true")
    return session.scalars(select(NewsletterConsent)).one()


def link_in(mailbox):
    """The path of the page that the mail leads to."""
    (mail,) = mailbox.mails
    link = mail["List-Unsubscribe"].strip("<>")
    assert link in mail.get_body(("plain",)).get_content()
    return link.removeprefix("http://localhost")


def test_the_box_is_never_ticked_and_without_it_nothing_is_kept(client, session):
    page = client.get("/give").text
    box = page.split('name="newsletter"')[1].split(">")[0]
    assert "checked" not in box
    begin(client)
    client.post("/give", data=give_form(frequency="month"))
    assert session.scalar(select(NewsletterConsent.id)) is None


def test_it_counts_once_the_address_itself_said_yes(client, session, consent, mailbox, run_jobs):
    assert consent.confirmed_at is None
    run_jobs()
    path = link_in(mailbox)
    assert "Yes, send it to me" in client.get(path).text
    session.refresh(consent)
    assert consent.confirmed_at is None  # a look at the link says nothing
    assert "You get our newsletter" in client.post(path, data={"wish": "confirm"}).text
    session.refresh(consent)
    assert consent.confirmed_at is not None
    assert "You get no newsletter" in client.post(path, data={"wish": "stop"}).text
    session.refresh(consent)
    assert consent.withdrawn_at >= consent.confirmed_at
    assert "You get no newsletter" in client.post(path, data={"wish": "confirm"}).text
    found = select(Event.name).where(Event.subject_id == consent.donor_id).order_by(Event.id)
    assert [name for name in session.scalars(found) if name.startswith("newsletter")] == [
        "newsletter_asked", "newsletter_confirmed", "newsletter_stopped",
    ]  # fmt: skip


def test_a_mail_programs_one_click_ends_it(client, session, consent, mailbox, run_jobs):
    run_jobs()
    client.post(link_in(mailbox), data={"List-Unsubscribe": "One-Click"})
    session.refresh(consent)
    assert consent.withdrawn_at is not None
    assert client.get("/give/newsletter/made-up").status_code == 404
    assert client.post("/give/newsletter/made-up").status_code == 404


def test_nobody_is_asked_again_and_again(client, session, consent, mailbox, run_jobs):
    begin(client, newsletter="true")
    client.post("/give", data=give_form(frequency="month", newsletter="true"))
    run_jobs()
    client.post(link_in(mailbox))
    begin(client, newsletter="true")
    run_jobs()
    assert len(mailbox.mails) == 1
    session.expire_all()
    later = clock.now() + timedelta(days=2)
    operations.ask_newsletter(session, consent.donor_id, language="th", now=later)
    session.commit()
    run_jobs()
    assert len(mailbox.mails) == 2
    assert len(queries.list_newsletter(session, consent.donor_id)) == 2


def test_a_regular_gift_asks_too(client, session):
    answer = client.post("/give", data=give_form(frequency="year", newsletter="true"))
    assert answer.status_code == 303
    assert session.scalars(select(NewsletterConsent)).one().language == "en"


def test_who_was_forgotten_gets_no_mail(client, session, consent, mailbox, run_jobs):
    keys.destroy(session, session.get_one(Donor, consent.donor_id).key_id, now=clock.now())
    session.commit()
    run_jobs()
    assert mailbox.mails == []


def test_donors_find_it_on_their_own_pages_and_in_their_data(client, session, consent):
    visit(session, client, session.get_one(Donor, consent.donor_id))
    assert "/give/newsletter/" in client.get("/my").text
    donor = Actor("donor", consent.donor_id)
    told = operations.export_data(session, consent.donor_id, actor=donor, now=clock.now())
    assert told["newsletter"][0]["asked_at"] == consent.asked_at.isoformat()
    assert told["newsletter"][0]["confirmed_at"] is None


@pytest.mark.parametrize(
    "statement",
    ["DELETE FROM newsletter_consent", "UPDATE newsletter_consent SET asked_at = now()"],
)
def test_what_was_consented_to_stays_known(session, consent, statement):
    with pytest.raises(DatabaseError, match="never changed"):
        session.execute(text(statement))
