"""The Thai tax number: asked where a receipt must say it, checked, sealed, told by nothing else."""

import pytest
from sqlalchemy import select, text

from fund import clock, keys
from fund.audit.models import Event
from fund.giving import pledges, queries
from fund.giving.models import Donor, Gift
from fund.money import baht
from fund.permissions import SYSTEM, Role
from tests.giving.factories import begin, give_form, register_thai_office
from tests.people.factories import make_staff

TAX_ID = "1103702071811"
ANOTHER = "3100100100108"
FIELD = 'name="tax_id"'
THAI = {"currency": "THB", "choice": "THB:150000", "country": "TH"}
WISH = {**THAI, "wants_tax_receipt": "true"}


@pytest.fixture
def registered(world, session):
    register_thai_office(session, world)
    return world


def settle(session, gift_id) -> Gift:
    """The bank's statement shows the payment."""
    gift = session.get_one(Gift, gift_id)
    settled = pledges.settle_by_bank(
        session,
        office_id=gift.office_id,
        reference=gift.payment_reference,
        amount=gift.amount,
        booked_on=clock.bangkok_day(clock.now()),
        line_reference=f"line {gift.payment_reference}",
        actor=SYSTEM,
        now=clock.now(),
    )
    session.commit()
    assert settled is gift
    return gift


def told(mailbox) -> str:
    return mailbox.mails[-1].get_body(("plain",)).get_content()


def test_it_is_asked_only_where_the_receipt_must_say_it(world, session, client):
    def page(**changes):
        return client.post("/give", data=give_form(show="country", **changes)).text

    assert FIELD not in page(**WISH), "the office is not registered yet"
    register_thai_office(session, world)
    assert FIELD in page(**WISH)
    assert FIELD not in page(**THAI), "no wish for a tax receipt"
    assert FIELD not in page(**WISH | {"currency": "NZD"}), "another office"
    assert FIELD not in page(**WISH | {"country": "NZ"})
    assert FIELD in page(**WISH | {"frequency": "month"})
    assert FIELD not in page(**WISH | {"frequency": "month", "method": "checkout"})
    assert FIELD not in client.get("/give").text


@pytest.mark.parametrize(
    ("changes", "field", "said"),
    [
        ({}, "tax_id", "needs your tax number"),
        ({"tax_id": "1103702071812"}, "tax_id", "one of these is wrong"),
        ({"tax_id": "110370207181"}, "tax_id", "one of these is wrong"),
        ({"tax_id": "๑๑๐๓๗๐๒๐๗๑๘๑๑"}, "tax_id", "one of these is wrong"),
        ({"tax_id": TAX_ID, "name": ""}, "name", "needs your name"),
    ],
)
def test_a_receipt_that_could_not_name_the_donor_is_not_begun(
    registered, session, client, changes, field, said
):
    answer = client.post("/give", data=give_form(**WISH | changes))
    assert answer.status_code == 422
    assert said in answer.text.split(f'id="e-{field}"')[1].split("</div>")[0]
    assert session.scalars(select(Gift)).all() == []


def test_the_receipt_says_the_number_that_its_gift_was_given_with(
    registered, session, client, mailbox, run_jobs
):
    first = settle(session, begin(client, **WISH, tax_id=f"{TAX_ID[0]}-{TAX_ID[1:]}"))
    second = settle(session, begin(client, **WISH, tax_id=ANOTHER))
    plain = settle(session, begin(client, **THAI))
    run_jobs()
    by_first, by_second, without = (m.get_body(("plain",)).get_content() for m in mailbox.mails)
    assert (TAX_ID in by_first, TAX_ID in by_second) == (True, False)
    assert ANOTHER in by_second
    assert "for tax purposes in Thailand" in by_first
    assert "It is not a tax receipt." in without
    assert first.donor_id == second.donor_id == plain.donor_id
    assert session.get_one(Donor, first.donor_id).sealed_tax_id is None, "nobody signed in"


def test_a_number_that_no_receipt_needs_is_not_kept(world, session, client):
    gift = session.get_one(Gift, begin(client, **WISH, tax_id=TAX_ID))
    assert gift.sealed_tax_id is None


def test_a_company_gives_under_its_own_number(registered, session, client, mailbox, run_jobs):
    settle(session, begin(client, **WISH, tax_id=TAX_ID, name="", company="Example Co., Ltd."))
    run_jobs()
    assert "Example Co., Ltd." in told(mailbox)
    assert TAX_ID in told(mailbox)


def test_nothing_but_the_receipt_tells_the_number(
    registered, session, client, sign_in, mailbox, run_jobs, capfd, caplog
):
    answer = client.post("/give", data=give_form(**WISH, tax_id=TAX_ID))
    gift = settle(session, session.scalars(select(Gift.id)).one())
    run_jobs()
    assert TAX_ID in told(mailbox)
    finance = sign_in(client, make_staff(session, Role.FINANCE_OFFICER))
    pages = [
        finance.get(path).text
        for path in ("/staff/gifts", f"/staff/gifts/{gift.id}", f"/give/thanks/{gift.id}")
    ]
    events = session.scalars(select(Event)).all()
    jobs = session.scalars(text("SELECT args::text FROM procrastinate_jobs")).all()
    printed = capfd.readouterr()
    for kept in (
        answer.headers["Location"],
        *pages,
        *(str(event.data) for event in events),
        *jobs,
        caplog.text,
        printed.out + printed.err,
        mailbox.mails[-1]["Subject"],
    ):
        assert TAX_ID not in kept
    assert events
    assert TAX_ID.encode() not in (gift.sealed_tax_id or b"")
    assert gift.amount == baht(1_500_00)


def test_a_donor_who_was_forgotten_before_paying_gets_a_number_and_no_tax_receipt(
    registered, session, client, mailbox, run_jobs
):
    gift_id = begin(client, **WISH, tax_id=TAX_ID)
    donor = session.get_one(Donor, session.get_one(Gift, gift_id).donor_id)
    keys.destroy(session, donor.key_id, now=clock.now())
    session.commit()
    gift = settle(session, gift_id)
    assert [r.kind for r in queries.list_receipts_of(session, gift.id)] == ["none"]
