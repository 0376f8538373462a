"""Which receipts an office gives, as finance says on its page; and receipts that were missing."""

from datetime import timedelta

import pytest
from sqlalchemy import select, text

from fund import clock
from fund.giving import operations, queries
from fund.giving.models import GiftReturn, OfficeTerms
from fund.giving.tasks.healing import heal_receipts
from fund.permissions import SYSTEM, Role
from tests.giving.factories import bring_over, pay_gift, start_gift
from tests.people.factories import make_staff

pytestmark = pytest.mark.usefixtures("world")


@pytest.fixture
def finance(client, session, sign_in):
    return sign_in(client, make_staff(session, Role.FINANCE_OFFICER))


def test_finance_says_who_signs_from_now_on(finance, post, session, world):
    before = queries.terms_at(session, world.abroad, clock.now())
    form = {"receipt_kind": "nz_donation", "version": before.version}
    answer = post("/staff/offices/nz", **form, signatory_name="Aroha X", signatory_title="Chair")
    assert answer.status_code == 303
    page = finance.get("/staff/offices").text
    assert "Aroha X, Chair" in page
    assert "for taxes in New Zealand" in page
    after = queries.terms_at(session, world.abroad, clock.now())
    assert after.fee_table == before.fee_table
    kept = select(OfficeTerms).where(OfficeTerms.office_id == world.abroad.id)
    assert len(session.scalars(kept).all()) == 2


def test_a_receipt_that_must_be_signed_is_not_left_unsigned(finance, post, session, world):
    version = queries.terms_at(session, world.abroad, clock.now()).version
    answer = post("/staff/offices/nz", receipt_kind="nz_donation", version=version)
    assert answer.status_code == 422
    assert "needs the name and title of who signs" in answer.text


def test_two_who_change_the_terms_at_once_see_both_sides(finance, post, session, world):
    answer = post("/staff/offices/nz", receipt_kind="none", version="")
    assert answer.status_code == 409
    assert "What you typed" in answer.text
    assert "Moana Practice" in answer.text


def test_an_office_is_offered_the_receipts_of_its_country_alone(finance):
    page = finance.get("/staff/offices/nz").text
    assert "New Zealand" in page
    assert "United States" not in page
    assert finance.get("/staff/offices/xx").status_code == 404


def test_a_paid_gift_without_a_receipt_gets_it_within_a_day(session, world, mailbox, run_jobs):
    gift = bring_over(session, world)
    heal_receipts(timestamp=0)
    heal_receipts(timestamp=0)
    (receipt,) = queries.list_receipts_of(session, gift.id)
    assert (receipt.number, receipt.amount_minor) == (1, 50_00)
    run_jobs()
    assert "NZ-2026-000001" in mailbox.mails[-1]["Subject"]


def test_a_return_without_its_correction_gets_it_within_a_day(session, run_jobs, mailbox):
    gift = pay_gift(session, start_gift(session))
    session.add(
        GiftReturn(
            gift_id=gift.id,
            kind="refund",
            source="re_1",
            amount_minor=20_00,
            happened_on=gift.paid_on,
            recorded_at=clock.now(),
            actor="system",
        )
    )
    session.commit()
    heal_receipts(timestamp=0)
    assert [r.amount_minor for r in queries.list_receipts_of(session, gift.id)] == [50_00, 30_00]


def test_what_never_left_is_sent_after_all(session, mailbox, run_jobs):
    for days in (3, 0):
        pay_gift(session, start_gift(session), paid_at=clock.now() - timedelta(days=days))
    session.execute(text("DELETE FROM procrastinate_jobs"))  # as if given up
    session.commit()
    heal_receipts(timestamp=0)
    run_jobs()
    assert len(mailbox.mails) == 1, "the younger one's own tries are not over yet"


def test_what_is_as_it_should_be_is_left_alone(session):
    gift = pay_gift(session, start_gift(session))
    assert queries.list_unreceipted(session) == []
    operations.heal_receipt(session, gift.id, now=clock.now())
    assert len(queries.list_receipts_of(session, gift.id)) == 1
    operations.record_return(
        session,
        gift,
        kind="refund",
        source="re_1",
        amount_minor=50_00,
        happened_on=gift.paid_on,
        actor=SYSTEM,
        now=clock.now(),
    )
    assert queries.list_unreceipted(session) == []
