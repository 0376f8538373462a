"""The thanks page asks Stripe without the inbox's fence: an answer that comes late does no harm."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from fund import clock, db
from fund.giving import checkout, operations, payments
from fund.giving.models import Gift, GiftReturn, Receipt
from tests.giving.factories import pay_gift, start_gift
from tests.sandbox.stripe_twin.fixtures import Twin, wait_until
from tests.settlement.factories import begin_at_stripe
from tests.settlement.test_race import held, real
from tests.settlement.test_refunds import catch_up

__all__ = ["real"]


def given_back(twin: Twin, _session: Session, gift: Gift, session_id: str) -> None:
    twin.control("bank_answer", session_id=session_id, outcome="succeed")
    catch_up()
    charge = _look(gift.id)["charge"]
    twin.control("refund", charge=charge)


def lost_to_the_bank(twin: Twin, session: Session, gift: Gift, session_id: str) -> None:
    """The first try failed, the second was by card, and that is disputed and lost."""
    paid_at_the_second_try(twin, session, gift, session_id)
    dispute = twin.control("dispute", charge=_look(gift.id)["charge"])["id"]
    twin.control("dispute_close", dispute=dispute, outcome="lost")


def refused_by_the_bank(twin: Twin, _session: Session, _gift: Gift, session_id: str) -> None:
    twin.control("bank_answer", session_id=session_id, outcome="fail")


def paid_at_the_second_try(twin: Twin, session: Session, gift: Gift, session_id: str) -> None:
    refused_by_the_bank(twin, session, gift, session_id)
    catch_up()
    operations.retry_gift(session, gift.id, now=clock.now())
    session.commit()
    address = checkout.open_checkout(gift.id, now=clock.now())
    assert address is not None
    twin.control("pay", session_id=address.rpartition("/")[2])
    catch_up()


@pytest.mark.parametrize(
    ("then", "state", "amounts"),
    [
        (given_back, "paid", [50_00, 0]),
        (lost_to_the_bank, "paid", [50_00, 0]),
        (refused_by_the_bank, "failed", []),
        (paid_at_the_second_try, "paid", [50_00]),
    ],
)
def test_an_answer_from_before_undoes_nothing(
    app: Any,
    real: Session,
    stripe_up: Twin,
    then: Callable[[Twin, Session, Gift, str], None],
    state: str,
    amounts: list[int],
) -> None:
    gift, session_id = begin_at_stripe(real)
    stripe_up.control("switches", available_days=0)
    stripe_up.control("pay", session_id=session_id, card="bank")  # the answer: on its way
    with _page_that_waits(app, stripe_up, gift):
        then(stripe_up, real, gift, session_id)
        catch_up()
        before = _look(gift.id)
    assert _look(gift.id) == before
    assert (before["state"], before["receipts"]) == (state, amounts)


@pytest.mark.parametrize("old", ["open", "processing", "failed", "expired"])
@pytest.mark.parametrize("attempt", [1, 2])
def test_no_answer_is_older_than_paid(session: Session, world: Any, old: str, attempt: int) -> None:
    gift = pay_gift(session, start_gift(session))
    told = payments.StripePayment(gift.id, attempt, old, gift.amount, session_id="cs_other")
    paid_at = gift.paid_at
    operations.apply_payment(session, told, now=clock.now())
    assert (gift.state, gift.paid_at) == ("paid", paid_at)


@pytest.mark.parametrize("over", ["failed", "expired"])
@pytest.mark.parametrize("old", ["open", "processing"])
def test_an_attempt_that_is_over_stays_so(
    session: Session, world: Any, over: str, old: str
) -> None:
    gift = start_gift(session)
    for state in (over, old):
        told = payments.StripePayment(gift.id, 1, state, gift.amount)
        operations.apply_payment(session, told, now=clock.now())
    assert gift.state == over


@contextmanager
def _page_that_waits(app: Any, twin: Twin, gift: Gift) -> Iterator[None]:
    """Stripe's answer to the thanks page is ready, and comes when the block ends."""
    twin.control("hold", path="GET /v1/checkout/sessions/*")
    statuses: list[int] = []
    client = app.test_client()

    def look() -> None:
        statuses.append(client.get(f"/give/thanks/{gift.id}").status_code)

    page = threading.Thread(target=look)
    page.start()
    wait_until(lambda: held(twin) == 1)
    yield
    assert page.is_alive()
    twin.control("release")
    page.join(timeout=10)
    assert statuses == [200]


def _look(gift_id: UUID) -> dict[str, Any]:
    with db.reading() as session:
        gift = session.get_one(Gift, gift_id)
        receipts = select(Receipt.amount_minor).order_by(Receipt.number)
        return {
            "state": gift.state,
            "attempt": gift.attempt,
            "paid_at": gift.paid_at,
            "session": gift.stripe_session_id,
            "charge": gift.stripe_charge_id,
            "receipts": list(session.scalars(receipts)),
            "returns": list(session.scalars(select(GiftReturn.source))),
        }
