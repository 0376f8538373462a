"""What may stand beside a gift: the fee, a company, a note, a dedication that is told by mail."""

import re
from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DatabaseError

from fund import clock, keys
from fund.audit.models import Event
from fund.giving.models import Dedication, Donor, Gift, MailRefusal
from fund.giving.words import open_dedication, open_words
from fund.ids import new_id
from fund.ledger.operations import enter_rate
from fund.permissions import Actor, Role
from tests.giving.factories import begin, give_form, pay_gift

pytestmark = pytest.mark.usefixtures("world")

TOLD = {
    "dedication": "honour",
    "honoured": "Ngaire Planted",
    "told_name": "Hemi Planted",
    "told_email": "Hemi@example.org",
}


def start(client, session, **changes):
    """A gift that was begun on the page."""
    return session.get_one(Gift, begin(client, **changes))


def plain(mail):
    return mail.get_body(("plain",)).get_content()


def dedicate(client, session, run_jobs, **changes):
    """A dedicated gift that was paid, and its mails sent."""
    gift = start(client, session, **TOLD | changes)
    pay_gift(session, gift, paid_at=clock.now())
    run_jobs()
    return gift


# --- The fee ----------------------------------------------------------------------------------


def test_the_page_tells_the_fee_as_a_range(client):
    page = client.post("/give", data=give_form(show="currency")).text
    # 2.7 % and NZ$0.30 of NZ$75 at least; 3.7 % and NZ$0.30 of NZ$78.20 at most.
    assert "The fee for NZ$75 is between NZ$2.32 and NZ$3.20" in page
    assert "You would add NZ$3.20" in page


def test_a_covered_fee_is_named_before_it_is_charged(client, session):
    first = client.post("/give", data=give_form(covers_fee="true"))
    assert first.status_code == 422
    assert "it is NZ$78.20 in all" in first.text
    assert "Give NZ$78.20" in first.text
    shown = re.search(r'name="total" value="(.*?)"', first.text)[1]
    gift = start(client, session, covers_fee="true", total=shown)
    assert (gift.amount_minor, gift.cover_minor) == (78_20, 3_20)


def test_another_total_than_was_shown_is_never_charged(client, session):
    answer = client.post("/give", data=give_form(covers_fee="true", total="NZD:7819"))
    assert answer.status_code == 422
    assert session.scalar(select(Gift.id)) is None


def test_no_fee_is_promised_while_the_books_know_no_rate(client, session, now):
    page = client.get("/give?currency=USD").text
    assert "covers_fee" not in page
    for currency, rate in (("USD", "34"), ("NZD", "20")):
        enter_rate(
            session,
            currency=currency,
            thb_per_unit=Decimal(rate),
            valid_on=clock.bangkok_day(now),
            source="test",
            actor=Actor("staff", new_id(), frozenset({Role.FINANCE_OFFICER})),
            now=now,
        )
    session.commit()
    assert "covers_fee" in client.get("/give?currency=USD").text


def test_a_gift_by_promptpay_has_no_fee_to_cover(client, session):
    assert "covers_fee" not in client.get("/give?currency=THB").text
    baht = {"currency": "THB", "choice": "THB:150000", "country": "TH", "covers_fee": "true"}
    assert start(client, session, **baht).cover_minor == 0


# --- Company and note -------------------------------------------------------------------------


def test_a_company_stands_on_the_receipt_and_the_note_is_for_finance(
    client, session, mailbox, run_jobs
):
    words = {"company": "Planted Works Ltd", "note": "From our cake sale"}
    gift = start(client, session, **words)
    assert open_words(session, gift).note == "From our cake sale"
    pay_gift(session, gift)
    run_jobs()
    (mail,) = mailbox.mails
    assert "Planted Works Ltd, Mere Donor" in plain(mail)
    assert "cake" not in plain(mail)


def test_what_a_donor_wrote_lies_open_nowhere(client, session, run_jobs, mailbox):
    gift = dedicate(
        client, session, run_jobs, company="Planted Works", note="Planted note", name="Mere Planted"
    )
    rows = [gift, session.get_one(Dedication, gift.id), *session.scalars(select(Event))]
    held = repr([[getattr(row, c.key) for c in row.__table__.columns] for row in rows])
    assert "Planted" not in held
    assert "hemi@" not in held.lower()


def test_how_a_gift_was_meant_is_never_changed(client, session):
    gift = start(client, session)
    gift.country = "FR"
    with pytest.raises(DatabaseError, match="how a gift is paid"):
        session.flush()


# --- Dedications ------------------------------------------------------------------------------


def test_the_third_person_is_told_once_and_only_after_the_payment(
    client, session, mailbox, run_jobs
):
    gift = start(client, session, **TOLD)
    run_jobs()
    assert mailbox.mails == []
    pay_gift(session, gift)
    run_jobs()
    run_jobs()
    (told,) = [mail for mail in mailbox.mails if mail["To"] == "Hemi@example.org"]
    said = plain(told)
    assert "Dear Hemi Planted" in said
    assert "Somebody who wishes to stay unnamed" in said
    assert "in honour of Ngaire Planted" in said
    assert "Mere" not in said
    assert "75" not in said
    assert session.get_one(Dedication, gift.id).mailed_at is not None
    names = list(session.scalars(select(Event.name).where(Event.subject_id == gift.id)))
    assert names.count("dedication_mailed") == 1


def test_a_donor_who_wishes_it_is_named(client, session, mailbox, run_jobs):
    dedicate(client, session, run_jobs, named="true", dedication="memory")
    said = plain(mailbox.mails[-1])
    assert "Mere Donor has made a gift to the LIFT Life Fund in memory of Ngaire" in said


def test_a_company_is_named_for_its_gift(client, session, mailbox, run_jobs):
    dedicate(client, session, run_jobs, named="true", company="Works Ltd")
    assert "Works Ltd has made a gift" in plain(mailbox.mails[-1])


def test_one_press_stops_such_mails_for_good_and_a_look_at_the_link_nothing(
    client, session, mailbox, run_jobs
):
    dedicate(client, session, run_jobs)
    mail = mailbox.mails[-1]
    link = mail["List-Unsubscribe"].strip("<>")
    assert link in plain(mail)
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    address = link.removeprefix("http://localhost")
    assert "Do not write to me again" in client.get(address).text
    assert session.scalar(select(MailRefusal)) is None
    for _ in range(2):
        answer = client.post(address, data={"List-Unsubscribe": "One-Click"})
        assert "No such mail will come again" in answer.text
    mailbox.mails.clear()
    second = dedicate(client, session, run_jobs, told_email="hemi@EXAMPLE.org", email="x@y.example")
    assert [mail["To"] for mail in mailbox.mails] == ["x@y.example"]
    assert session.get_one(Dedication, second.id).dropped == "refused"


def test_a_made_up_link_stops_nothing(client):
    assert client.get("/give/no-mail/made-up").status_code == 404
    assert client.post("/give/no-mail/made-up").status_code == 404


def test_nobody_gets_more_than_three_such_mails_a_day(client, session, mailbox, run_jobs):
    gifts = [dedicate(client, session, run_jobs) for _ in range(4)]
    told = [mail for mail in mailbox.mails if mail["To"] == "Hemi@example.org"]
    assert len(told) == 3
    assert session.get_one(Dedication, gifts[-1].id).dropped == "too_many"


def test_a_donor_who_was_forgotten_tells_nobody(client, session, mailbox, run_jobs):
    gift = start(client, session, **TOLD)
    pay_gift(session, gift)
    donor = session.get_one(Donor, gift.donor_id)
    session.execute(text("DELETE FROM procrastinate_jobs WHERE task_name = 'giving.mail_receipt'"))
    keys.destroy(session, donor.key_id, now=clock.now())
    session.commit()
    run_jobs()
    assert mailbox.mails == []
    assert session.get_one(Dedication, gift.id).dropped == "unreadable"


def test_a_dedication_without_an_address_is_kept_and_not_told(client, session, mailbox, run_jobs):
    only = {"told_name": "", "told_email": ""}
    gift = dedicate(client, session, run_jobs, **only)
    assert [mail["To"] for mail in mailbox.mails] == ["donor@example.org"]
    kept = open_dedication(session, session.get_one(Dedication, gift.id))
    assert (kept.kind, kept.honoured) == ("honour", "Ngaire Planted")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"honoured": ""}, "honoured"),
        ({"dedication": ""}, "dedication"),
        ({"told_name": ""}, "told_name"),
        ({"told_email": ""}, "told_email"),
        ({"told_email": "nobody"}, "told_email"),
        ({"honoured": "see http://sale.example"}, "honoured"),
        ({"told_name": "write to a@b.example"}, "told_name"),
    ],
)
def test_half_a_dedication_is_asked_for_beside_its_field(client, session, changes, field):
    answer = client.post("/give", data=give_form(**TOLD | changes))
    assert answer.status_code == 422
    assert f'id="e-{field}"' in answer.text
    assert '<details class="field" open>' in answer.text
    assert session.scalar(select(Gift.id)) is None


def test_the_database_lets_nobody_be_told_of_an_unpaid_gift(client, session):
    gift = start(client, session, **TOLD)
    session.get_one(Dedication, gift.id).mailed_at = clock.now() - timedelta(hours=1)
    with pytest.raises(DatabaseError, match="was not paid"):
        session.flush()
