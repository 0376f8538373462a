"""The demo world, in the running stack: whole, sound, and something waits on everybody."""

import json

import psycopg
import pytest

from fund.applications.models import Application
from fund.awards.models import Award, Instalment
from fund.bookkeeping.choices import KINDS
from fund.bookkeeping.models import BookEntry
from fund.disbursements.models import Payment, Run
from fund.permissions import Role
from fund.sandbox.demo import CAST, PASSWORD
from tests.e2e.browserless import Person
from tests.e2e.stack import Stack

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("e2e")]

# Whose home page has nothing of the fund's to wait for: reading is all that they do.
READERS = {Role.AUDITOR, Role.DATA_PROTECTION, Role.ADMINISTRATOR}


def test_the_books_and_the_log_of_three_years_verify(stack: Stack):
    for command in ("ledger", "audit"):
        done = stack.flask(command, "verify", "--json")
        assert done.returncode == 0, done.stdout + done.stderr
        assert json.loads(done.stdout)["findings"] == []


@pytest.mark.parametrize(
    ("model", "not_reached"),
    [  # what no page or operation leads to yet
        (Application, {"returned"}),
        (Award, {"suspended", "cancelled"}),
        (Instalment, {"cancelled"}),
        (Run, set()),
        (Payment, set()),
        (BookEntry, set()),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_every_state_that_is_built_stands_in_it(stack: Stack, model, not_reached):
    with psycopg.connect(stack.environ["DATABASE_URL"]) as connection:
        rows = connection.execute(f"SELECT DISTINCT state FROM {model.__tablename__}").fetchall()
    assert set(model.TRANSITIONS) - {state for (state,) in rows} <= not_reached


def test_the_books_have_a_little_of_everything_that_finance_does(stack: Stack):
    with psycopg.connect(stack.environ["DATABASE_URL"]) as connection:
        booked = connection.execute(
            "SELECT DISTINCT kind FROM bookkeeping_entry WHERE state = 'booked'"
        ).fetchall()
        (open_inquiries,) = connection.execute(
            """
            SELECT count(*) FROM ledger.hold h
            WHERE NOT EXISTS (SELECT FROM ledger.hold_release r WHERE r.hold_id = h.id)
            """
        ).fetchone()
        (closed_funds,) = connection.execute(
            "SELECT count(*) FROM ledger.fund WHERE NOT is_open"
        ).fetchone()
    assert {kind for (kind,) in booked} == set(KINDS)
    assert (open_inquiries, closed_funds) == (1, 1)


def test_foreign_money_has_a_rate_in_every_month_and_never_left_its_bank_short(stack: Stack):
    with psycopg.connect(stack.environ["DATABASE_URL"]) as connection:
        without = connection.execute(
            """
            SELECT DISTINCT date_trunc('month', j.effective_on)
            FROM ledger.journal j JOIN ledger.transfer t ON t.journal_id = j.id
            WHERE t.currency <> 'THB' AND NOT EXISTS (
                SELECT FROM ledger.rate r
                WHERE r.currency = t.currency AND r.valid_on <= j.effective_on
                    AND r.valid_on >= date_trunc('month', j.effective_on) - interval '1 month')
            """
        ).fetchall()
        short = connection.execute(
            """
            SELECT code, effective_on FROM (
                SELECT a.code, j.effective_on, sum(sum(
                    CASE a.id WHEN t.debit_account_id THEN t.amount_minor ELSE -t.amount_minor END
                )) OVER (PARTITION BY a.id ORDER BY j.effective_on) AS held
                FROM ledger.account a
                JOIN ledger.transfer t ON a.id IN (t.debit_account_id, t.credit_account_id)
                JOIN ledger.journal j ON j.id = t.journal_id
                WHERE a.role = 'bank'
                GROUP BY a.id, j.effective_on
            ) days WHERE held < 0
            """
        ).fetchall()
    assert without == []
    assert short == []


def test_a_second_load_changes_nothing_and_tells_the_sign_ins_again(stack: Stack):
    done = stack.flask("demo", "--json")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["loaded"] is False
    assert set(told["sign_ins"].values()) == {role.value for role in Role}


def test_the_duties_of_the_fund_are_covered(stack: Stack):
    assert stack.flask("staff", "check").returncode == 0


@pytest.mark.parametrize("member", CAST, ids=lambda member: member.key)
def test_something_waits_on_everybody_who_acts(stack: Stack, member):
    person = Person(stack.web)
    person.sign_in(member.email, PASSWORD)
    page = person.get("/staff/").text
    own = page.count('class="card-row"') - page.count("/staff/me/second-factor")
    assert own > 0 or member.role in READERS
