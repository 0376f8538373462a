"""What a gift needs around it, and gifts in the states that tests begin with."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from fund import clock, signed
from fund.giving import operations, payments, plans
from fund.giving.donors import find_or_add_donor, open_person
from fund.giving.models import Donor, Gift, OfficeTerms, Plan, PortalLink
from fund.giving.orders import PLAIN, Order
from fund.giving.policy import LINK_PURPOSE
from fund.giving.queries import find_terms
from fund.ids import new_id
from fund.ledger.models import Fund, Office
from fund.money import Money
from fund.permissions import SYSTEM, Role
from tests.ledger.factories import WHEN, make_fund, make_office
from tests.people.factories import make_staff
from tests.sandbox.stripe_twin.fixtures import Twin

FIFTY = Money(50_00, "NZD")
TERMS: dict[str, dict[str, Any]] = {
    "nz": {
        "stripe_methods": ["card", "link"],
        "receipt_kind": "nz_donation",
        "signatory_name": "Moana Practice",
        "signatory_title": "Trustee",
        "fee_table": {
            "percent_bp": 270,
            "fixed_minor": 30,
            "international_bp": 100,
            "conversion_bp": 200,
        },
    },
    "th": {
        "stripe_methods": [],
        "biller_id": "099400016550100",
        "merchant_name": "PRACTICE LIFT",
        "merchant_city": "CHIANG MAI",
    },
}


@dataclass(frozen=True)
class GivingWorld:
    """The office abroad with Stripe, the Thai one, and the three funds."""

    abroad: Office
    thai: Office
    funds: dict[str, Fund]


def make_giving_world(session: Session) -> GivingWorld:
    """Offices and funds, as every page about gifts expects them."""
    abroad, thai = make_office(session, "nz"), make_office(session, "th")
    for office in (abroad, thai):
        if find_terms(session, office, WHEN) is None:
            make_terms(session, office, now=WHEN)
    return GivingWorld(
        abroad=abroad,
        thai=thai,
        funds={code: make_fund(session, code) for code in ("general", "education", "vocational")},
    )


def make_terms(
    session: Session, office: Office, *, now: datetime | None = None, **changes: Any
) -> OfficeTerms:
    """What the office offers from now on."""
    terms = TERMS[office.code] | changes
    return operations.set_terms(session, office, **terms, actor=SYSTEM, now=now or clock.now())


def register_thai_office(session: Session, world: GivingWorld) -> None:
    """The Thai office gives receipts for taxes, and asks its donors for their numbers."""
    signed = {"signatory_name": "Anong Practice", "signatory_title": "Treasurer"}
    make_terms(session, world.thai, receipt_kind="th_donation", **signed)
    session.commit()


def change_biller(session: Session, office: Office, **bank: str) -> None:
    """Two persons lead the office's PromptPay code to another bank."""
    asks = make_staff(session, Role.FINANCE_OFFICER).actor_at(clock.now())
    agrees = make_staff(session, Role.TREASURER).actor_at(clock.now())
    change = operations.ask_biller(session, office, **bank, actor=asks, now=clock.now())
    operations.approve_biller(session, change.id, actor=agrees, now=clock.now())


def start_gift(
    session: Session,
    amount: Money = FIFTY,
    *,
    fund: str = "education",
    email: str = "donor@example.org",
    name: str = "Mere Donor",
    language: str = "en",
    country: str = "NZ",
    now: datetime | None = None,
) -> Gift:
    """A gift that waits to be paid."""
    gift = operations.start_gift(
        session,
        amount=amount,
        fund_code=fund,
        email=email,
        name=name,
        language=language,
        order=Order(country=country),
        now=now or clock.now(),
    )
    session.commit()
    return gift


def pay_gift(session: Session, gift: Gift, *, paid_at: datetime | None = None) -> Gift:
    """The gift, as after Stripe's word that it was paid; no call to Stripe."""
    paid_at = paid_at or datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
    payment = payments.StripePayment(
        gift_id=gift.id,
        attempt=gift.attempt,
        state="paid",
        amount=gift.amount,
        session_id=f"cs_test_{new_id().hex}",
        payment_intent_id=f"pi_{new_id().hex}",
        charge_id=f"ch_{new_id().hex}",
        paid_at=paid_at,
    )
    operations.apply_payment(session, payment, now=paid_at)
    session.commit()
    return gift


def make_donor(session: Session, email: str = "donor@example.org", language: str = "en") -> Donor:
    """Somebody who gave, or began to."""
    return find_or_add_donor(
        session, email=email, name="Mere Donor", language=language, now=clock.now()
    )


def visit(session: Session, client: FlaskClient, donor: Donor) -> FlaskClient:
    """Give the browser a donor's visit, as the mailed link does."""
    email = open_person(session, donor).email
    operations.ask_for_link(session, email=email, network="192.0.2.1", now=clock.now())
    link_id = session.scalars(select(PortalLink.id).order_by(PortalLink.id.desc())).first()
    assert link_id is not None
    visit_id = operations.open_portal(session, signed.write(LINK_PURPOSE, link_id), now=clock.now())
    session.commit()
    client.set_cookie("donor", visit_id, path="/my")
    return client


def give_form(**changes: str) -> dict[str, str]:
    """The give page, filled in."""
    form = {
        "nonce": str(new_id()),
        "currency": "NZD",
        "choice": "NZD:7500",
        "amount": "",
        "fund": "education",
        "email": "donor@example.org",
        "name": "Mere Donor",
        "country": "NZ",
    }
    return form | changes


def begin(client: FlaskClient, **changes: str) -> UUID:
    """Send the give page; the new gift's id."""
    answer = client.post("/give", data=give_form(**changes))
    assert answer.status_code == 303, answer.text
    return UUID(answer.headers["Location"].rpartition("/")[2])


def session_of(client: FlaskClient, gift_id: UUID) -> str:
    """Go on to Stripe's page; the Checkout session's id."""
    answer = client.get(f"/give/checkout/{gift_id}")
    assert answer.status_code == 303, answer.text
    return answer.headers["Location"].rpartition("/")[2]


def start_plan(
    session: Session,
    amount: Money = FIFTY,
    *,
    every: str = "month",
    fund: str = "education",
    email: str = "donor@example.org",
    language: str = "en",
    order: Order = PLAIN,
    now: datetime | None = None,
) -> Plan:
    """A regular gift that waits for its first payment."""
    plan = plans.start_plan(
        session,
        amount=amount,
        every=every,
        fund_code=fund,
        email=email,
        name="Mere Donor",
        language=language,
        order=order,
        now=now or clock.now(),
    )
    session.commit()
    return plan


def pay_plan(session: Session, twin: Twin, amount: Money = FIFTY, **more: Any) -> Plan:
    """A regular gift that its donor began on the hosted page, of which we have not heard yet."""
    plan = start_plan(session, amount, **more)
    address = plans.open_checkout(plan.id, now=clock.now())
    assert address is not None
    twin.control("pay", session_id=address.rpartition("/")[2])
    return plan


def begin_plan(session: Session, twin: Twin, amount: Money = FIFTY, **more: Any) -> Plan:
    """A regular gift that runs, its first gift paid."""
    plan = pay_plan(session, twin, amount, **more)
    plans.ask_stripe(plan.id, now=clock.now())
    session.refresh(plan)
    return plan


def bring_over(session: Session, world: GivingWorld) -> Gift:
    """A paid gift that came without its receipt, as from another program."""
    gift = Gift(
        donor_id=start_gift(session).donor_id,
        office_id=world.abroad.id,
        fund_id=world.funds["education"].id,
        amount_minor=50_00,
        currency="NZD",
        method="bank",
        bank_reference="brought over",
        state="paid",
        language="en",
        created_at=clock.now(),
        paid_at=clock.now(),
        paid_on=date(2026, 11, 24),
    )
    session.add(gift)
    session.commit()
    return gift
