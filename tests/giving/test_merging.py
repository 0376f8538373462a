"""Two records of one donor become one's, by hand; nothing of either is lost."""

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from fund import clock
from fund.audit.models import Event
from fund.errors import Denied, NotFound, Refused
from fund.giving import letters, likeness, operations, plans, queries
from fund.giving.donors import find_or_add_donor, open_person
from fund.giving.models import AnnualStatement, Donor, DonorApart, DonorMark
from fund.giving.tax_ids import keep_with_donor, keep_with_gift, open_of_donor
from fund.giving.years import Year
from fund.money import Money
from fund.permissions import Actor, Role
from tests.giving.factories import begin_plan, make_donor, pay_gift, start_gift, visit
from tests.giving.test_portal import link_in
from tests.people.factories import make_staff

ONE_TAX_ID, OTHER_TAX_ID = "1101700203450", "3100602123457"


@pytest.fixture
def finance(world, session) -> Actor:
    return make_staff(session, Role.FINANCE_OFFICER).actor


def donor_named(session, email: str, name: str = "") -> Donor:
    return find_or_add_donor(session, email=email, name=name, language="en", now=clock.now())


def merge(session, keep: Donor, other: Donor, actor: Actor, **more) -> Donor:
    choice = {"takes_name": False, "takes_language": False} | more
    merged = operations.merge_donors(
        session, keep.id, other.id, **choice, actor=actor, now=clock.now()
    )
    session.commit()
    return merged


@pytest.mark.parametrize(
    ("one", "other", "kinds"),
    [
        (("a@x.org", "Mere Donor"), ("b@y.org", "Mrs. DONOR, Méré"), ["name", "sound"]),
        (("a@x.org", "สมชาย ใจดี"), ("b@y.org", "นายสมชาย  ใจดี"), ["name", "sound"]),
        (("a@x.org", "Sarah Johnson"), ("b@y.org", "Sara Jonson"), ["sound"]),
        (("mere.donor@gmail.com", ""), ("MereDonor+lift@googlemail.com", ""), ["address"]),
        (("mere.donor@x.org", ""), ("meredonor@x.org", ""), None),
        (("a@x.org", "Mere"), ("b@y.org", "Mere"), None),
        (("a@x.org", "Mere Donor"), ("b@y.org", "Hana Giver"), None),
    ],
)
def test_who_is_alike_is_proposed_and_nobody_else(world, session, one, other, kinds):
    donor_named(session, *one)
    donor_named(session, *other)
    assert [pair.kinds for pair in queries.list_pairs(session)] == ([kinds] if kinds else [])


def test_a_tax_number_says_more_than_a_name_and_no_mark_can_be_read(world, session):
    for email in ("a@x.org", "b@y.org"):
        keep_with_donor(session, donor_named(session, email, "Mere Donor"), ONE_TAX_ID)
    (pair,) = queries.list_pairs(session)
    assert pair.kinds == ["tax_id", "name", "sound"]
    marks = b"".join(session.scalars(select(DonorMark.mark)))
    assert not any(said in marks for said in (b"mere", b"x.org", ONE_TAX_ID.encode()))


def test_a_name_that_many_share_proposes_nobody(world, session):
    for number in range(11):
        donor_named(session, f"a{number}@x.org", "Mere Donor")
    assert queries.list_pairs(session) == []


def test_records_from_before_marks_were_kept_are_marked_by_night(world, session, run_jobs):
    for email in ("a@x.org", "b@y.org"):
        donor_named(session, email, "Mere Donor")
    session.execute(text("DELETE FROM donor_mark"))
    operations.mark_donors(session)
    assert len(queries.list_pairs(session)) == 1
    assert likeness.list_unmarked(session) == []


def test_a_merged_donor_has_everything_of_both(
    app, world, stripe_up, session, client, post, finance
):
    keep, other = donor_named(session, "a@x.org", "Mere Donor"), donor_named(session, "b@y.org")
    mine = pay_gift(session, start_gift(session, email="a@x.org"))
    plan = begin_plan(session, stripe_up, email="b@y.org")
    theirs = pay_gift(session, start_gift(session, email="b@y.org", name="M. Donor"))
    keep_with_donor(session, other, ONE_TAX_ID)
    keep_with_gift(session, theirs, other, ONE_TAX_ID)
    merge(session, keep, other, finance, takes_name=True)
    visit(session, client, keep)
    page = client.get("/my").text
    for gift in (mine, theirs):
        assert f"/my/gifts/{gift.id}" in page
        assert client.get(f"/my/gifts/{gift.id}").status_code == 200
    assert "each month" in page
    receipt = queries.get_gift(session, theirs.id).receipt
    assert client.get(f"/my/receipts/{receipt.id}.pdf").status_code == 200
    with app.app_context():
        assert letters.write_receipt(session, receipt.id).to == "a@x.org"
    assert open_person(session, other).name == "M. Donor"
    assert open_of_donor(session, keep) == ONE_TAX_ID
    told = post("/my/data").get_json()
    assert told["donor"]["other_addresses"] == ["b@y.org"]
    assert [gift["tax_id"] for gift in told["gifts"]][-1] == ONE_TAX_ID
    plan = queries.get_plan(session, plan.id).plan
    assert plans.can_change(Actor("donor", keep.id), plan)
    assert not plans.can_change(Actor("donor", make_donor(session).id), plan)


def test_the_old_address_goes_on_working(world, session, client, post, finance, mailbox, run_jobs):
    keep, other = donor_named(session, "a@x.org", "Mere Donor"), donor_named(session, "b@y.org")
    visit(session, client, other)
    merge(session, keep, other, finance)
    assert "a@x.org" in client.get("/my").text
    post("/my/sign-out")
    post("/my/sign-in", email="b@y.org")
    run_jobs()
    (mail,) = mailbox.mails
    assert mail["To"] == "b@y.org"
    post(link_in(mail))
    assert "a@x.org" in client.get("/my").text
    assert start_gift(session, email="b@y.org").donor_id == keep.id


def test_what_was_merged_follows_when_its_donor_is_merged_again(world, session, finance):
    first, second, third = (donor_named(session, f"{name}@x.org") for name in "abc")
    gift = pay_gift(session, start_gift(session, email="a@x.org"))
    merge(session, second, first, finance)
    merge(session, third, second, finance)
    session.refresh(first)
    assert first.merged_into_id == third.id
    assert queries.get_gift_of(session, third.id, gift.id).gift.id == gift.id


def test_two_tax_numbers_are_asked_about_first(world, session, finance):
    keep, other = donor_named(session, "a@x.org"), donor_named(session, "b@y.org")
    keep_with_donor(session, keep, ONE_TAX_ID)
    keep_with_gift(session, start_gift(session, email="b@y.org"), other, OTHER_TAX_ID)
    with pytest.raises(Refused, match="two_tax_ids"):
        merge(session, keep, other, finance)


def test_only_finance_merges_and_only_two_that_stand_by_themselves(world, session, finance):
    keep, other = donor_named(session, "a@x.org"), donor_named(session, "b@y.org")
    for role in (Role.TREASURER, Role.ADMINISTRATOR):
        with pytest.raises(Denied):
            merge(session, keep, other, make_staff(session, role).actor)
    with pytest.raises(NotFound):
        merge(session, keep, keep, finance)
    merge(session, keep, other, finance)
    with pytest.raises(NotFound):
        merge(session, other, keep, finance)


def test_a_statement_prints_as_it_was_sealed_after_its_donor_was_merged(world, session, finance):
    keep, other = donor_named(session, "a@x.org"), donor_named(session, "b@y.org")
    day = clock.now().replace(year=2025, month=6)
    gifts = [
        pay_gift(session, start_gift(session, email=email), paid_at=day)
        for email in ("a@x.org", "b@y.org")
    ]
    year = {"office_id": gifts[0].office_id, "year": Year(2025), "now": clock.now()}
    made = operations.issue_statement(session, donor_id=keep.id, **year)
    merge(session, keep, other, finance)
    (row,) = _rows(session, made)
    assert row.receipt_id == queries.get_gift(session, gifts[0].id).receipt.id
    assert queries.list_statements_due(session, gifts[0].office_id, Year(2025)) == []
    day = day.replace(year=2024)
    pay_gift(session, start_gift(session, email="b@y.org"), paid_at=day)
    assert queries.list_statements_due(session, gifts[0].office_id, Year(2024)) == [keep.id]
    with pytest.raises(DBAPIError), session.begin_nested():
        session.execute(text("UPDATE annual_statement SET donor_ids = donor_ids || donor_id"))


def _rows(session, made: AnnualStatement):
    return queries.list_statement_rows(
        session,
        donor_ids=made.donor_ids,
        office_id=made.office_id,
        year=Year(made.year),
        until=made.id,
    )


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE donor SET merged_into_id = NULL",
        "UPDATE donor SET merged_into_id = (SELECT id FROM donor WHERE merged_into_id IS NULL"
        " ORDER BY id DESC LIMIT 1) WHERE merged_into_id IS NOT NULL",
        "DELETE FROM donor",
    ],
)
def test_the_database_keeps_a_merged_record_merged(world, session, finance, change):
    first, second = donor_named(session, "a@x.org"), donor_named(session, "b@y.org")
    donor_named(session, "c@z.org")
    merge(session, first, second, finance)
    with pytest.raises(DBAPIError), session.begin_nested():
        session.execute(text(change))


def test_finance_compares_chooses_and_merges(world, session, client, post, sign_in):
    sign_in(client, make_staff(session, Role.FINANCE_OFFICER))
    pay_gift(session, start_gift(session, Money(70_00, "NZD"), email="a@x.org"))
    other = find_or_add_donor(
        session, email="b@y.org", name="Mere donor", language="th", now=clock.now()
    )
    session.commit()
    page = client.get("/staff/donors/alike").text
    (pair,) = queries.list_pairs(session)
    address = f"/staff/donors/{pair.one_id}/{pair.other_id}"
    assert address in page
    shown = client.get(address).text
    for said in ("a@x.org", "b@y.org", "NZ$70", "Mere donor"):
        assert said in shown
    assert post(address, email="other").status_code == 422
    done = post(address, email="other", name="one", language="other")
    assert done.headers["Location"] == "/staff/donors/alike"
    session.refresh(other)
    assert (other.merged_into_id, other.language) == (None, "th")
    assert open_person(session, other).name == "Mere Donor"
    assert "No two records are alike." in client.get("/staff/donors/alike").text
    event = session.scalars(select(Event).where(Event.name == "donors_merged")).one()
    assert event.data["name_of"] == "merged"
    assert "x.org" not in str(event.data)
    assert client.get(address).status_code == 404


def test_who_is_kept_apart_is_not_proposed_again(world, session, client, post, sign_in, finance):
    sign_in(client, make_staff(session, Role.FINANCE_OFFICER))
    donors = [donor_named(session, f"{name}@x.org", "Mere Donor") for name in "ab"]
    session.commit()
    post(f"/staff/donors/{donors[0].id}/{donors[1].id}/apart")
    assert queries.list_pairs(session) == []
    assert session.scalars(select(DonorApart.one_id)).one() == donors[0].id
    third = donor_named(session, "c@x.org", "Mere Donor")
    assert len(queries.list_pairs(session)) == 2
    merge(session, third, donors[1], finance)
    assert queries.list_pairs(session) == []


def test_two_are_found_by_their_addresses_which_stand_in_no_link(
    world, session, client, post, sign_in
):
    sign_in(client, make_staff(session, Role.FINANCE_OFFICER))
    one, other = donor_named(session, "a@x.org"), donor_named(session, "b@y.org")
    session.commit()
    path = "/staff/donors/alike"
    found = post(path, email="A@x.org", other_email="b@y.org")
    assert found.headers["Location"] == f"/staff/donors/{one.id}/{other.id}"
    assert "No donor has this address." in post(path, email="a@x.org", other_email="z@y.org").text
    assert "of one donor" in post(path, email="a@x.org", other_email="a@x.org").text


def test_the_list_costs_the_same_for_one_pair_and_for_many(
    world, session, client, sign_in, count_statements
):
    sign_in(client, make_staff(session, Role.FINANCE_OFFICER))
    work = []
    for number in range(6):
        for email in ("a", "b"):
            donor_named(session, f"{email}{number}@x.org", f"Mere Donor{'k' * number}")
        session.commit()
        with count_statements() as seen:
            client.get("/staff/donors/alike")
        work.append(len(seen))
    assert work[-1] == work[1]
