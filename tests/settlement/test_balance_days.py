"""Stripe's own word of its balance beside the lines that it listed, and beside the books."""

import json
from datetime import timedelta

import pytest
from sqlalchemy import select, text

from fund import clock
from fund.banking.reconciliation import reconcile
from fund.cli.settlement import group
from fund.gateways import stripe
from fund.settlement.models import BalanceDay
from fund.settlement.reconciliation.balance import compare_lines, note_balance
from tests.settlement.factories import pay_at_stripe

pytestmark = pytest.mark.usefixtures("world")


def today():
    return clock.bangkok_day(clock.now())


def test_stripes_balance_its_lines_and_the_books_agree(session, stripe_up, world):
    pay_at_stripe(session, stripe_up)
    now = clock.now() + timedelta(days=1)
    assert note_balance("nz", now=now)
    (noted,) = session.scalars(select(BalanceDay)).all()
    found = reconcile(session, world.abroad, today())
    (standing,) = found.stripe
    assert standing.stripe == noted.available_minor + noted.pending_minor > 0
    assert standing.stripe == standing.lines == standing.ledger
    assert found.differences == []


def test_what_moved_since_is_taken_off_stripes_answer(session, stripe_up, world):
    pay_at_stripe(session, stripe_up)
    note_balance("nz", now=clock.now() + timedelta(days=2))
    assert reconcile(session, world.abroad, today() - timedelta(days=1)).stripe == []  # all nothing


def test_a_balance_that_no_line_explains_is_a_difference(session, stripe_up, world):
    pay_at_stripe(session, stripe_up)
    note_balance("nz", now=clock.now() + timedelta(days=1))
    session.scalars(select(BalanceDay)).one().pending_minor += 7
    session.flush()
    (one,) = reconcile(session, world.abroad, today()).differences
    assert (one.kind, one.amount.amount_minor) == ("stripe_lines", 7)


def test_each_line_is_compared_with_stripes_whole_list(session, stripe_up, world):
    pay_at_stripe(session, stripe_up)
    note_balance("nz", now=clock.now())
    docs = list(stripe.list_balance_transactions("nz"))
    assert list(compare_lines(session, world.abroad, docs, today())) == []
    (unknown,) = compare_lines(session, world.abroad, [], today())
    assert (unknown.kind, unknown.amount_minor) == ("line_unknown", -docs[0]["net"])
    changed = [docs[0] | {"net": docs[0]["net"] + 3}, docs[0] | {"id": "txn_new"}]
    unlike = compare_lines(session, world.abroad, changed, today())
    found = [(one.kind, one.amount_minor) for one in unlike]
    assert found == [("line_changed", 3), ("line_missing", docs[0]["net"])]


def test_the_command_says_what_differs_and_ends_with_one(app, session, stripe_up):
    pay_at_stripe(session, stripe_up)
    run = app.test_cli_runner().invoke
    told = run(group, ["reconcile", "--refresh", "--json"])
    assert (told.exit_code, json.loads(told.stdout)["findings"]) == (0, [])
    session.execute(
        text("UPDATE stripe_balance_day SET taken_at = taken_at + interval '1 day',"
             " available_minor = available_minor - 5")
    )  # fmt: skip
    session.commit()
    told = run(group, ["reconcile", "--office", "nz", "--json"])
    (finding,) = json.loads(told.stdout)["findings"]
    assert (told.exit_code, finding["kind"], finding["amount_minor"]) == (1, "stripe_lines", -5)
    assert run(group, ["reconcile", "--office", "nowhere"]).exit_code == 2
