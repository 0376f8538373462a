"""A gift or a plan on its way to Stripe's page: what the gate asks about both alike."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from fund.errors import NotFound
from fund.giving.models import Donor, Gift, Plan
from fund.giving.offices import CHECKOUT


@dataclass(frozen=True)
class Coming:
    """An attempt to pay. `is_waiting`: it waits to be paid, and has no page at Stripe yet."""

    id: UUID
    attempt: int
    office_id: UUID
    donor_id: UUID
    email_index: bytes
    language: str
    session_id: str | None
    is_plan: bool
    is_waiting: bool


def get_coming(session: Session, order_id: UUID) -> Coming:
    """The gift or plan with this id. Raises NotFound if it is not paid on Stripe's page."""
    gift = session.get(Gift, order_id)
    order = gift or session.get(Plan, order_id)
    is_elsewhere = gift is not None and gift.method != CHECKOUT
    if order is None or order.donor_id is None or is_elsewhere:
        raise NotFound
    return Coming(
        id=order.id,
        attempt=order.attempt,
        office_id=order.office_id,
        donor_id=order.donor_id,
        email_index=session.get_one(Donor, order.donor_id).email_index,
        language=order.language,
        session_id=order.stripe_session_id,
        is_plan=isinstance(order, Plan),
        is_waiting=order.state == "open" and order.stripe_session_id is None,
    )
