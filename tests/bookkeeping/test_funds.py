"""A fund's life: changed with care, closed once and only when nothing stands against it."""

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from fund.audit.models import Event
from fund.errors import Conflict, Denied, Refused
from fund.giving import operations as giving
from fund.giving.plans import ask_change
from fund.ids import new_id
from fund.ledger import operations, queries
from fund.ledger.verification import verify
from fund.money import Money, baht
from fund.permissions import Actor
from tests.bookkeeping.factories import (
    NOW,
    at,
    between,
    book,
    booked,
    enter_rate,
    make_entry,
)
from tests.giving.factories import make_giving_world, pay_gift, start_gift, start_plan
from tests.ledger.factories import give_cash, make_fund, make_office


@pytest.fixture
def fund(session, office):
    return make_fund(session, "education")


def close(session, fund, finance):
    version = session.scalar(
        text("SELECT version FROM ledger.fund WHERE id = :id"), {"id": fund.id}
    )
    with session.begin_nested():
        operations.close_fund(session, fund, version=version, actor=finance.proposer, now=NOW)
    session.refresh(fund)


def test_an_empty_fund_closes_and_the_log_and_the_books_agree(session, finance, fund, office):
    close(session, fund, finance)
    assert (fund.is_open, fund.closed_on.isoformat()) == (False, "2026-11-24")
    event = session.scalars(select(Event).order_by(Event.id.desc())).first()
    assert (event.name, event.subject_id) == ("fund_closed", fund.id)
    assert verify(session) == []
    for act in (
        lambda: give_cash(session, fund, 5),
        lambda: operations.reserve(
            session, fund_id=fund.id, award_id=new_id(), amount_minor=1, actor=finance.proposer,
            now=NOW,
        ),
        lambda: make_entry(session, finance, "interest", at(fund, office, 5)),
        lambda: make_entry(session, finance, "opening_award", at(fund, office, 5)),
    ):  # fmt: skip
        with pytest.raises(Refused, match="fund_closed"), session.begin_nested():
            act()


def test_money_keeps_a_fund_open(session, finance, fund):
    give_cash(session, fund, 1)
    with pytest.raises(Refused, match="fund_holds_money"):
        close(session, fund, finance)


def test_money_that_only_cancels_out_keeps_it_open_too(session, finance, fund, office):
    abroad = make_office(session, "nz")
    booked(session, finance, "opening_balance", at(fund, abroad, 5, role="bank"))
    book(
        session, make_entry(session, finance, "bank_charge", at(fund, office, 5)), finance.proposer
    )
    with pytest.raises(Refused, match="fund_holds_money"):
        close(session, fund, finance)


def test_promises_keep_a_fund_open(session, finance, fund, office):
    award = booked(session, finance, "opening_award", at(fund, office, 500))
    with pytest.raises(Refused, match="fund_has_commitments"):
        close(session, fund, finance)
    about = {"fund_id": str(fund.id), "award_entry_id": str(award.id), "amount_minor": 500}
    booked(session, finance, "award_freeing", about)
    close(session, fund, finance)


def test_what_waits_for_a_decision_keeps_a_fund_open(session, finance, fund, office):
    giver = make_fund(session)
    give_cash(session, giver, 500)
    entry = make_entry(session, finance, "transfer", between(giver, fund, office, 500))
    with pytest.raises(Refused, match="fund_has_entries"):
        close(session, fund, finance)
    book(session, entry, finance.second)
    with pytest.raises(Refused, match="fund_holds_money"):
        close(session, fund, finance)


def test_a_gift_under_way_keeps_a_fund_open(session, finance, fund):
    make_office(session, "nz")
    gift = start_gift(session)
    with pytest.raises(Refused, match="fund_has_gifts"):
        close(session, fund, finance)
    pay_gift(session, gift)
    with pytest.raises(Refused, match="fund_has_gifts"):
        close(session, fund, finance)


def run(plan, **more):
    """The plan, as after its first payment."""
    plan.state, plan.started_at, plan.next_on = "active", NOW, NOW.date()
    for name, value in more.items():
        setattr(plan, name, value)
    return plan


def move(session, plan, fund):
    actor = Actor("donor", plan.donor_id)
    ask_change(session, plan.id, kind="fund", after={"fund": fund}, actor=actor, now=NOW)


def test_regular_gifts_keep_a_fund_open_until_they_are_moved_or_stopped(
    client, session, finance, fund, sign_in, post
):
    world = make_giving_world(session)
    by_card = run(start_plan(session), stripe_subscription_id="sub_1")
    pledge = run(start_plan(session, baht(500_00), email="thai@example.org"))
    begun = start_plan(session, email="other@example.org")
    with pytest.raises(Refused, match="fund_has_plans") as refused:
        close(session, fund, finance)
    assert refused.value.params == {"count": 3}
    session.commit()
    sign_in(client, finance.officer)
    page = post(f"/staff/ledger/funds/{fund.id}/close", version=1)
    assert "Regular gifts still go to this fund: 3" in page.text
    assert f"/staff/plans?fund={fund.code}" in page.text
    begun.state = "expired"
    move(session, by_card, "vocational")
    move(session, pledge, "vocational")
    with pytest.raises(Refused, match="fund_has_plans") as refused:  # Stripe did not hear of it yet
        close(session, fund, finance)
    assert refused.value.params == {"count": 1}
    with pytest.raises(Refused, match="fund_has_plans") as refused:
        close(session, world.funds["vocational"], finance)
    assert refused.value.params == {"count": 2}
    session.execute(text("UPDATE plan_change SET state = 'done', settled_at = now()"))
    session.refresh(by_card)
    by_card.fund_id = world.funds["vocational"].id
    session.flush()
    close(session, fund, finance)


def test_a_gift_to_a_closed_fund_is_not_tried_again(session, finance, fund):
    make_office(session, "nz")
    gift = start_gift(session)
    gift.state = "expired"
    session.flush()
    close(session, fund, finance)
    with pytest.raises(Refused, match="fund_takes_no_gifts"):
        giving.retry_gift(session, gift.id, now=NOW)


def test_where_needed_most_never_closes(session, finance):
    with pytest.raises(Refused, match="fund_is_needed"):
        close(session, make_fund(session), finance)


def test_the_treasurer_closes_nothing_and_a_stale_page_neither(session, finance, fund):
    with pytest.raises(Denied):
        operations.close_fund(session, fund, version=1, actor=finance.second, now=NOW)
    with pytest.raises(Conflict):
        operations.close_fund(session, fund, version=7, actor=finance.proposer, now=NOW)


@pytest.mark.parametrize(
    ("statement", "reason"),
    [
        ("UPDATE ledger.fund SET purpose = 'vocational'", "does not change"),
        ("UPDATE ledger.fund SET code = 'other'", "does not change"),
        ("UPDATE ledger.fund SET is_open = false, closed_on = now()", "holds or owes money"),
        ("DELETE FROM ledger.fund", "what is booked stays"),
        ("TRUNCATE ledger.fund CASCADE", "what is booked stays"),
    ],
)
def test_not_even_the_owner_changes_what_a_fund_is_for(owner_session, statement, reason):
    make_office(owner_session, "th")
    give_cash(owner_session, make_fund(owner_session, "education"), 5)
    with pytest.raises(DBAPIError, match=reason), owner_session.begin_nested():
        owner_session.execute(text(statement))


def test_foreign_money_stands_apart_with_its_worth_in_baht(session, finance, fund):
    abroad = make_office(session, "nz")
    for one in (fund, make_fund(session)):
        booked(session, finance, "opening_balance", at(one, abroad, 5_000, role="bank"))
    (cash,) = queries.list_foreign_cash(session, NOW.date())
    assert (cash.office, cash.cash, cash.worth) == (abroad, Money(10_000, "NZD"), None)
    enter_rate(session, finance.proposer, rate="19.5")
    (cash,) = queries.list_foreign_cash(session, NOW.date())
    assert cash.worth == Money(195_000, "THB")
