"""With the database down every page says so plainly, nothing is half done, and all comes back."""

import json
import time

import pytest
import stripe
from sqlalchemy import func, select, text

from fund import db, postgres
from fund.giving.models import Gift
from fund.permissions import Role
from tests.faults.conftest import start, stop
from tests.giving.factories import give_form, make_giving_world
from tests.people.factories import make_staff
from tests.sandbox.stripe_twin.fixtures import NZ_SECRET
from tests.settlement.factories import event

PLAIN = {
    "en": ("A part that we need does not answer.", "Nothing was changed."),
    "th": ("ระบบส่วนหนึ่งที่ต้องใช้ไม่ตอบสนอง",),
}


def _ready(browser):
    answer = browser.get("/readyz")
    return answer.status_code, answer.get_json()["missing"]


@pytest.mark.parametrize("language", ["en", "th"])
def test_every_page_says_plainly_that_the_database_is_down(browser, mortal, sign_in, language):
    with db.transaction() as session:
        sign_in(browser, make_staff(session, Role.AUDITOR, language=language))
    stop(mortal)
    for path in ("/", "/give", "/staff/", "/staff/ledger", "/log/checkpoint"):
        answer = browser.get(path)
        assert (path, answer.status_code) == (path, 503)
        assert all(words in answer.text for words in PLAIN[language])
    for path in ("/no-such-page", "/staff/sign-in"):
        assert browser.get(path).status_code in (200, 404, 503)


def test_the_process_is_healthy_but_not_ready(browser, mortal):
    assert _ready(browser) == (200, [])
    stop(mortal)
    assert _ready(browser) == (503, ["database"])
    assert browser.get("/healthz").status_code == 200
    assert browser.get("/metrics").status_code == 200
    assert browser.get("/static/fund.css").status_code == 200
    start(mortal)
    assert _ready(browser) == (200, [])


def test_a_database_that_never_answers_is_not_waited_for(browser, silent_address):
    db.init(silent_address.replace("http://", "postgresql://fund_app@") + "/fund")
    try:
        began = time.monotonic()
        assert _ready(browser) == (503, ["database"])
        assert time.monotonic() - began < 8
    finally:
        db.dispose()


def test_a_gift_sent_meanwhile_is_not_half_taken_and_goes_through_afterwards(browser, mortal):
    with db.transaction() as session:
        make_giving_world(session)
    form = give_form()
    stop(mortal)
    assert browser.post("/give", data=form).status_code == 503
    start(mortal)
    with db.reading() as session:
        assert session.scalar(select(func.count(Gift.id))) == 0
    assert browser.post("/give", data=form).status_code == 303  # the very same form
    with db.reading() as session:
        assert session.scalar(select(func.count(Gift.id))) == 1


def test_a_webhook_is_not_taken_so_stripe_sends_it_again(browser, mortal):
    stop(mortal)
    body = json.dumps(event())
    signature = stripe.WebhookSignature.generate_signature_header(
        body, NZ_SECRET, timestamp=int(time.time())
    )
    answer = browser.post("/webhooks/stripe/nz", data=body, headers={"Stripe-Signature": signature})
    assert answer.status_code == 503


def _as_owner(url: str, statement: str) -> None:
    engine = db.make_engine(url.replace(postgres.APP, postgres.OWNER, 1))
    with engine.begin() as connection:
        connection.execute(text(statement))
    engine.dispose()


@pytest.mark.parametrize(
    ("statement", "missing"),
    [
        ("UPDATE alembic_version SET version_num = '0001'", ["migrations"]),
        ("DROP TABLE alembic_version", ["migrations"]),
        ("DROP TABLE procrastinate_workers CASCADE", ["queue"]),
        ("REVOKE SELECT ON procrastinate_workers FROM fund_app", ["queue"]),
        ("DROP TABLE procrastinate_workers, alembic_version CASCADE", ["migrations", "queue"]),
    ],
)
def test_readyz_names_what_is_missing(browser, fresh_url, statement, missing):
    _as_owner(fresh_url, statement)
    assert _ready(browser) == (503, missing)
    assert browser.get("/healthz").status_code == 200
