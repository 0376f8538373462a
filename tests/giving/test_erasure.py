"""A donor who asks for it is forgotten; what the law asks for stays, and still verifies."""

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from fund import clock, keys
from fund.audit.models import Event
from fund.crypto import Unreadable
from fund.errors import Denied, NotFound, Refused
from fund.gateways import stripe
from fund.giving import operations, plans, queries, tasks
from fund.giving.donors import find_or_add_donor, open_address, open_person
from fund.giving.models import Donor, DonorMark, ErasureRequest, PortalSession, StripeCustomer
from fund.giving.words import open_words
from fund.permissions import Actor, Role
from tests.giving.factories import begin_plan, make_donor, pay_gift, start_gift, start_plan, visit
from tests.people.factories import make_staff


@pytest.fixture
def contact(world, session) -> Actor:
    return make_staff(session, Role.DATA_PROTECTION).actor


def ask(session, donor: Donor) -> ErasureRequest:
    request = operations.ask_erasure(session, actor=Actor("donor", donor.id), now=clock.now())
    session.commit()
    return request


def grant(session, request: ErasureRequest, actor: Actor) -> None:
    operations.grant_erasure(session, request.id, actor=actor, now=clock.now())
    session.commit()


def test_who_is_forgotten_can_be_read_by_nobody_and_is_told_so_once(
    world, session, contact, mailbox, run_jobs
):
    gift = pay_gift(session, start_gift(session, language="th"))
    run_jobs()
    mailbox.mails.clear()
    donor = session.get_one(Donor, gift.donor_id)
    donor.language = "th"
    request = ask(session, donor)
    grant(session, request, contact)
    for read in (open_person, open_address):
        with pytest.raises(Unreadable):
            read(session, donor)
    with pytest.raises(Unreadable):
        open_words_of(session, gift)
    assert session.scalars(select(DonorMark)).all() == []
    run_jobs()
    (mail,) = mailbox.mails
    assert mail["To"] == "donor@example.org"
    assert mail["Content-Language"] == "th"
    session.refresh(request)
    assert request.mailed_at is not None
    with pytest.raises(Unreadable):
        keys.unseal(
            session, request.key_id, request.sealed_to, context=f"erasure_request.to:{request.id}"
        )
    tasks.mail_erasure(str(request.id))
    assert len(mailbox.mails) == 1


def open_words_of(session, gift):
    gift.sealed_note = b"x" * 40
    return open_words(session, gift)


def test_gift_receipt_and_log_stay(world, session, contact, mailbox, run_jobs):
    gift = pay_gift(session, start_gift(session))
    number = queries.get_gift(session, gift.id).receipt_number
    grant(session, ask(session, session.get_one(Donor, gift.donor_id)), contact)
    row = queries.get_gift(session, gift.id)
    assert (row.receipt_number, row.gift.amount, row.state) == (number, gift.amount, "paid")
    run_jobs()  # the receipt's mail has nobody to go to, and that is no fault
    event = session.scalars(select(Event).where(Event.name == "donor_erased")).one()
    assert event.data["records"] == 1
    assert event.actor == contact.label
    assert queries.list_unmailed(session, before=clock.now().replace(year=2027)) == []


def test_all_records_of_a_merged_donor_are_forgotten(world, session, contact):
    finance = make_staff(session, Role.FINANCE_OFFICER).actor
    keep, other = make_donor(session), make_donor(session, "other@example.org")
    choice = {"takes_name": False, "takes_language": False}
    operations.merge_donors(session, keep.id, other.id, **choice, actor=finance, now=clock.now())
    grant(session, ask(session, keep), contact)
    for record in (keep, other):
        session.refresh(record)
        assert record.erased_at is not None
        with pytest.raises(Unreadable):
            open_address(session, record)


def test_who_gives_again_is_a_new_donor(world, session, client, contact):
    donor = make_donor(session)
    visit(session, client, donor)
    grant(session, ask(session, donor), contact)
    assert client.get("/my").headers["Location"] == "/my/sign-in"
    assert session.scalars(select(PortalSession)).all() == []
    again = make_donor(session)
    assert again.id != donor.id
    assert queries.list_all_gifts_of(session, again.id) == []


def test_a_regular_gift_is_stopped_first(world, stripe_up, session, contact, mailbox, run_jobs):
    plan = begin_plan(session, stripe_up)
    donor = session.get_one(Donor, plan.donor_id)
    with pytest.raises(Refused, match="erasure_plans"):
        ask(session, donor)
    actor = Actor("donor", donor.id)
    plans.ask_change(session, plan.id, kind="stop", after={}, actor=actor, now=clock.now())
    session.commit()
    with pytest.raises(Refused, match="erasure_plans"):
        ask(session, donor)
    run_jobs()
    plans.follow("nz", plan.stripe_subscription_id, now=clock.now())
    customer = session.scalars(select(StripeCustomer)).one()
    grant(session, ask(session, donor), contact)
    run_jobs()
    found = stripe_up.client().v1.customers.retrieve(customer.customer_id)
    assert found["deleted"] is True
    stripe.delete_customer("nz", customer.customer_id)  # once more is fine


def test_a_gift_on_its_way_and_a_plan_just_begun_are_waited_for(world, session, contact):
    donor = make_donor(session)
    request = ask(session, donor)
    gift = start_gift(session)
    with pytest.raises(Refused, match="erasure_gifts"):
        grant(session, request, contact)
    gift.move_to("expired")
    start_plan(session)
    with pytest.raises(Refused, match="erasure_plans"):
        grant(session, request, contact)


def test_nothing_begins_anew_for_who_is_forgotten(world, session, client, contact):
    gift = start_gift(session)
    gift.move_to("expired")
    session.commit()
    grant(session, ask(session, session.get_one(Donor, gift.donor_id)), contact)
    with pytest.raises(Refused, match="gift_unknown"), session.begin_nested():
        operations.retry_gift(session, gift.id, now=clock.now())
    assert client.get(f"/give/checkout/{gift.id}").status_code == 404


def test_only_the_data_protection_contact_decides_and_once(world, session, contact):
    request = ask(session, make_donor(session))
    for role in (Role.FINANCE_OFFICER, Role.ADMINISTRATOR):
        with pytest.raises(Denied):
            grant(session, request, make_staff(session, role).actor)
    operations.refuse_erasure(session, request.id, reason="law", actor=contact, now=clock.now())
    with pytest.raises(Refused, match="wrong_state"):
        grant(session, request, contact)
    assert ask(session, session.get_one(Donor, request.donor_id)).state == "asked"


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE donor SET erased_at = now()",  # while its key is there
        "DELETE FROM erasure_request",
        "UPDATE erasure_request SET state = 'granted'",
        "UPDATE erasure_request SET state = 'refused', reason = 'whim'",
    ],
)
def test_the_database_forgets_nobody_by_halves(world, session, contact, change):
    ask(session, make_donor(session))
    with pytest.raises(DBAPIError), session.begin_nested():
        session.execute(text(change))


def test_the_database_lets_nobody_come_back(world, session, contact):
    donor = make_donor(session)
    grant(session, ask(session, donor), contact)
    for change in ("erased_at = NULL", "language = 'th'"):
        with pytest.raises(DBAPIError), session.begin_nested():
            session.execute(text(f"UPDATE donor SET {change}"))


def test_a_donor_asks_takes_it_back_and_asks_again(world, session, client, post):
    visit(session, client, make_donor(session))
    assert "Ask to be forgotten" in client.get("/my/erasure").text
    assert post("/my/erasure").headers["Location"] == "/my"
    assert "you asked us to forget you" in client.get("/my").text
    assert "asked for already" in post("/my/erasure").text
    assert post("/my/erasure/withdraw").headers["Location"] == "/my"
    assert post("/my/erasure/withdraw").status_code == 404
    assert post("/my/erasure").status_code == 303


def test_the_contact_sees_no_name_and_says_why_not(
    world, session, client, post, sign_in, mailbox, run_jobs
):
    pay_gift(session, start_gift(session))
    request = ask(session, make_donor(session))
    run_jobs()
    mailbox.mails.clear()
    sign_in(client, make_staff(session, Role.DATA_PROTECTION))
    address = f"/staff/erasure/{request.id}"
    assert address in client.get("/staff/").text
    assert address in client.get("/staff/erasure").text
    page = client.get(address).text
    assert "Forget this donor for good" in page
    assert "example.org" not in page
    assert "Mere" not in page
    assert post(address, decision="refuse").status_code == 422
    post(address, decision="refuse", reason="money")
    run_jobs()
    (mail,) = mailbox.mails
    assert "A refund or a dispute" in mail.get_body(("plain",)).get_content()
    assert open_person(session, make_donor(session)).name == "Mere Donor"
    assert "a refund or dispute is under way" in client.get(address).text


def test_the_contact_forgets_a_donor_on_the_page(world, session, client, post, sign_in):
    donor = find_or_add_donor(
        session, email="x@example.org", name="", language="en", now=clock.now()
    )
    request = ask(session, donor)
    sign_in(client, make_staff(session, Role.DATA_PROTECTION))
    post(f"/staff/erasure/{request.id}", decision="grant")
    session.refresh(donor)
    assert donor.erased_at is not None
    assert client.get(f"/staff/erasure/{request.id}").status_code == 200


def test_who_asked_to_be_forgotten_is_merged_with_nobody(world, session, contact):
    finance = make_staff(session, Role.FINANCE_OFFICER).actor
    keep, other = make_donor(session), make_donor(session, "other@example.org")
    request = ask(session, other)
    choice = {"takes_name": False, "takes_language": False, "actor": finance, "now": clock.now()}
    with pytest.raises(Refused, match="erasure_open"):
        operations.merge_donors(session, keep.id, other.id, **choice)
    grant(session, request, contact)
    with pytest.raises(NotFound):
        operations.merge_donors(session, keep.id, other.id, **choice)
