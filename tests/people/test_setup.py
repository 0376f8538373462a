"""A real installation begins whole, or not at all; the command line goes no further than that."""

import json
from datetime import date

import pytest
from sqlalchemy import text

from fund import db
from fund.cli.setup import QUESTIONS
from fund.committee.models import Policy
from fund.gateways import stripe
from fund.ledger import queries as ledger
from fund.permissions import Role
from tests.people.factories import make_staff
from tests.people.test_duties import SIX
from tests.ports import NOBODY
from tests.sandbox.stripe_twin.fixtures import running_twin

ANSWERS = {
    "name_en": "LIFT Practice",
    "name_th": "ลิฟต์ ฝึกหัด",
    "contact_email": "hello@lift.example",
    "office_code": "TH",
    "office_name": "LIFT Practice Foundation",
    "office_address": "1 Practice Road, Chiang Mai 50000",
    "office_country": "TH",
    "office_currency": "THB",
    "office_timezone": "Asia/Bangkok",
    "office_tax_id": "0000000000000",
    "first_name": "Ploy Example",
    "first_email": "ploy@lift.example",
    "second_name": "Anan Example",
    "second_email": "anan@lift.example",
    "language": "th",
}


@pytest.fixture
def fresh(app, fresh_url):
    """A database of its own where commits are real; afterwards the tests' own again."""
    yield fresh_url
    db.init(app.config["SETTINGS"].database_url)


def run(app, *arguments: str):
    return app.test_cli_runner().invoke(args=[*arguments])


def setup(app, **changes: str):
    answers = ANSWERS | changes
    options = [part for k, v in answers.items() for part in (f"--{k.replace('_', '-')}", v)]
    return run(app, "setup", "--json", *options)


def count(table: str) -> int:
    with db.reading() as session:
        return session.scalar(text(f"SELECT count(*) FROM {table}"))


def test_setup_opens_the_fund_and_invites_two_administrators(app, fresh, mailbox):
    done = setup(app)
    assert done.exit_code == 0, done.output
    addresses = json.loads(done.stdout)["addresses"]
    assert len(addresses) == 2
    assert count("ledger.office") == 1
    assert count("ledger.fund") == 3
    assert count("vault.consent_wording") > 0
    assert count("procrastinate_jobs") == 2, "two letters wait for the worker"
    page = app.test_client().get(addresses[0].removeprefix("http://localhost"))
    assert "ploy@lift.example" in page.text

    again = setup(app)
    assert again.exit_code == 1
    assert "set up already" in json.loads(again.stdout)["findings"][0]
    assert count("staff") == 2


def test_setup_names_every_fault_at_once_and_writes_nothing(app, fresh):
    done = setup(
        app,
        name_th=" ",
        office_code="uk",
        office_country="GB",
        office_timezone="Europe/Nowhere",
        second_email="PLOY@lift.example",
    )
    assert done.exit_code == 1
    findings = " ".join(json.loads(done.stdout)["findings"])
    for word in ("Thai", "time zone", "two persons", "STRIPE_API_KEY_UK", "Mail"):
        assert word in findings
    assert count("organisation") + count("staff") + count("ledger.office") == 0


def test_setup_takes_the_offices_account_from_stripe(app, fresh, mailbox, tmp_path):
    settings = app.config["SETTINGS"]
    with running_twin(tmp_path, f"http://{NOBODY}") as twin:
        stripe.init(settings.stripe, twin.base_url, settings.base_url)
        done = setup(app, office_code="nz", office_country="NZ", office_currency="NZD")
    stripe.init(settings.stripe, settings.stripe_api_base, settings.base_url)
    assert done.exit_code == 0, done.output
    with db.reading() as session:
        assert ledger.get_office(session, "nz").stripe_account_id.startswith("acct_")


def test_setup_says_that_stripe_does_not_answer(app, fresh, mailbox):
    done = setup(app, office_code="nz", office_country="NZ", office_currency="NZD")
    assert done.exit_code == 1
    assert json.loads(done.stdout)["findings"] == [
        "Stripe does not take STRIPE_API_KEY_NZ, or does not answer."
    ]
    assert count("organisation") == 0


def test_setup_is_undone_whole_if_its_last_step_fails(app, fresh, mailbox):
    with db.transaction() as session:
        make_staff(session, Role.AUDITOR, email="anan@lift.example")
    done = setup(app)
    assert done.exit_code == 1
    assert count("organisation") + count("ledger.office") + count("ledger.fund") == 0
    assert count("staff") == 1


def test_setup_asks_for_what_it_was_not_given(app, fresh, mailbox):
    answers = "\n".join(ANSWERS[name] for name in QUESTIONS) + "\n"
    done = app.test_cli_runner().invoke(args=["setup"], input=answers)
    assert done.exit_code == 0, done.output
    assert "The organisation's name in Thai" in done.output
    assert "/staff/invitation/" in done.output


def test_staff_invite_stops_once_there_are_two_administrators(app, session):
    def invite(email: str, role: str = "administrator"):
        options = ("--name", "Ploy", "--email", email, "--role", role)
        return run(app, "staff", "invite", "--json", *options)

    for number in (1, 2):
        assert invite(f"{number}@lift.example").exit_code == 0
    third = invite("3@lift.example", "auditor")
    assert third.exit_code == 1
    assert "/staff/people" in json.loads(third.stdout)["findings"][0]


def test_staff_invite_says_what_it_refuses(app, session):
    make_staff(session, Role.AUDITOR, email="here@lift.example")
    options = ("--name", "Ploy", "--email", "here@lift.example", "--role", "administrator")
    done = run(app, "staff", "invite", *options)
    assert done.exit_code == 1
    assert "Somebody with this e-mail is here already." in done.output
    assert run(app, "staff", "invite", "--name", "x").exit_code == 2


def test_staff_check_names_what_nobody_can_do(app, session):
    done = run(app, "staff", "check", "--json")
    assert done.exit_code == 1
    assert "write_application" in json.loads(done.stdout)["findings"]

    for roles in [*SIX.values(), {Role.COMMITTEE_MEMBER}]:
        make_staff(session, *roles)
    done = run(app, "staff", "check")
    assert (done.exit_code, done.output) == (0, "Every duty is covered.\n")


def test_the_people_page_says_the_same(client, session, sign_in):
    sign_in(client, make_staff(session, Role.ADMINISTRATOR))
    assert "10 duties cannot be covered" in client.get("/staff/people").text
    assert client.get("/staff/people/check").text.count("Not covered") == 10
    assert "Some duties cannot be covered" in client.get("/staff/").text
    for roles in [*SIX.values(), {Role.COMMITTEE_MEMBER}]:
        make_staff(session, *roles)
    assert "Every duty of the fund is covered" in client.get("/staff/people").text
    assert "Not covered" not in client.get("/staff/people/check").text


def test_a_policy_that_asks_for_more_votes_uncovers_the_decision(app, session):
    for roles in [*SIX.values(), {Role.COMMITTEE_MEMBER}]:
        make_staff(session, *roles)
    tiers = [{"up_to_minor": None, "approvals": 4, "chair": True}]
    run_tiers = [{"up_to_minor": None, "approvals": 1, "chair": False}]
    session.add(
        Policy(
            valid_from=date(2026, 1, 2),
            tiers=tiers,
            run_tiers=run_tiers,
            quorum_percent=50,
            decide_within_days=14,
        )
    )
    session.flush()
    done = run(app, "staff", "check", "--json")
    assert json.loads(done.stdout)["findings"] == ["decide"]
