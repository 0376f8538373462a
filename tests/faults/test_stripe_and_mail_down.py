"""With Stripe or mail down a gift is kept, its donor told the truth, and all is made up later."""

import time
from uuid import UUID

import pytest
import requests
from sqlalchemy import text

from fund import clock, db
from fund.gateways import stripe
from fund.giving import operations, payments
from fund.giving.models import Gift
from fund.ids import new_id
from tests.faults.conftest import mail_server_at
from tests.giving.factories import begin, make_giving_world
from tests.ground.workers import QUICK, eventually, worker
from tests.sandbox.stripe_twin.fixtures import free_port, running_twin


@pytest.fixture
def world(fresh_url: str) -> str:
    with db.transaction() as session:
        make_giving_world(session)
    return fresh_url


def _gift(gift_id: UUID) -> Gift:
    with db.reading() as session:
        return session.get_one(Gift, gift_id)


def _waiting(task: str) -> int:
    with db.reading() as session:
        return session.scalar(
            text("SELECT count(*) FROM procrastinate_jobs WHERE task_name = :task"), {"task": task}
        )


def test_with_stripe_away_the_gift_is_kept_and_the_page_asks_again(browser, world, stripe_at):
    stripe_at(f"http://127.0.0.1:{free_port()}")
    gift_id = begin(browser)
    for _ in range(3):
        answer = browser.get(f"/give/checkout/{gift_id}")
        assert answer.status_code == 503
        assert answer.headers["Retry-After"]
        assert "Traceback" not in answer.text
    assert _gift(gift_id).state == "open"
    assert _waiting("giving.prepare_checkout") == 1
    assert browser.get(f"/give/thanks/{gift_id}").status_code == 200


def test_with_stripe_hanging_the_donor_does_not_wait_for_ever(
    browser, world, stripe_at, silent_address, monkeypatch
):
    monkeypatch.setattr(stripe.client, "TIMEOUT_SECONDS", 0.5)
    stripe_at(silent_address)
    gift_id = begin(browser)
    began = time.monotonic()
    assert browser.get(f"/give/checkout/{gift_id}").status_code == 503
    assert time.monotonic() - began < 5
    assert _gift(gift_id).state == "open"


def _pay(gift_id: UUID) -> None:
    """As after Stripe's word that the gift was paid; its receipt's mail then waits."""
    gift = _gift(gift_id)
    payment = payments.StripePayment(
        gift_id=gift.id,
        attempt=gift.attempt,
        state="paid",
        amount=gift.amount,
        session_id=f"cs_test_{new_id().hex}",
        payment_intent_id=f"pi_{new_id().hex}",
        charge_id=f"ch_{new_id().hex}",
        paid_at=clock.now(),
    )
    with db.transaction() as session:
        operations.apply_payment(session, payment, now=clock.now())


def test_the_worker_makes_up_for_stripe_and_mail_once_they_are_back(
    browser, world, stripe_at, tmp_path
):
    stripe_port, mail_port = free_port(), free_port()
    twin_address = f"http://127.0.0.1:{stripe_port}"
    stripe_at(twin_address)
    waiting, paid = begin(browser), begin(browser)
    assert browser.get(f"/give/checkout/{waiting}").status_code == 503
    _pay(paid)
    log = tmp_path / "log"
    surroundings = {
        "STRIPE_API_BASE": twin_address,
        "SMTP_URL": f"smtp://127.0.0.1:{mail_port}?from=fund@lift.example",
    }
    with worker(world, *QUICK, log=log, **surroundings):
        eventually(lambda: log.read_text().count("job_error_retry") >= 2)
        assert _waiting("giving.prepare_checkout") == _waiting("giving.mail_receipt") == 1
        with (
            running_twin(tmp_path, "http://127.0.0.1:9", port=stripe_port),
            mail_server_at(mail_port) as mailbox,
        ):
            eventually(lambda: _gift(waiting).stripe_session_id, seconds=40)
            eventually(lambda: mailbox.mails, seconds=40)
            eventually(lambda: _waiting("giving.mail_receipt") == 0)
            answer = browser.get(f"/give/checkout/{waiting}")
            assert answer.status_code == 303
            made = requests.get(
                f"{twin_address}/v1/checkout/sessions", auth=("sk_test_practice_nz", ""), timeout=5
            ).json()["data"]
    assert answer.location.endswith(_gift(waiting).stripe_session_id)
    assert [session["client_reference_id"] for session in made] == [str(waiting)]
    assert [message["To"] for message in mailbox.mails] == ["donor@example.org"]
