"""Who asks to be forgotten, and what stands against it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from fund import clock
from fund.db import Page, page_of
from fund.errors import NotFound
from fund.giving.donors import records_of
from fund.giving.models import LIVE, Donor, ErasureRequest, Gift, Plan, Receipt
from fund.i18n import N_
from fund.permissions import Actor, Permission
from fund.waiting import Waiting

# The law's own time for an answer (PDPA, section 30 and the like: thirty days).
ANSWER = timedelta(days=30)
# So long what was begun and not paid is waited for; the table's trigger says the same.
_WAITED = timedelta(days=8)


@dataclass(frozen=True)
class Bars:
    """How many plans and gifts stand against forgetting their donor."""

    plans: int
    gifts: int


@dataclass(frozen=True)
class Asked:
    """A request with what is to be weighed, and nobody's name."""

    request: ErasureRequest
    since: datetime
    bars: Bars
    gift_count: int
    receipt_count: int


def find_erasure_bars(session: Session, donor_id: UUID, *, now: datetime) -> Bars:
    """What of the donor's is still under way."""
    records = records_of(donor_id)
    plans = select(func.count()).where(
        Plan.donor_id.in_(records),
        or_(Plan.state.in_((*LIVE, "stopping")), _is_begun(Plan, now)),
    )
    gifts = select(func.count()).where(
        Gift.donor_id.in_(records), or_(Gift.state == "processing", _is_begun(Gift, now))
    )
    return Bars(session.scalars(plans).one(), session.scalars(gifts).one())


def _is_begun(table: type[Gift] | type[Plan], now: datetime) -> ColumnElement[bool]:
    return and_(table.state == "open", table.created_at > now - _WAITED)


def find_erasure_of(session: Session, donor_id: UUID) -> ErasureRequest | None:
    """What the donor asked for, if it is not decided."""
    return session.scalars(
        select(ErasureRequest).where(
            ErasureRequest.donor_id == donor_id, ErasureRequest.state == "asked"
        )
    ).one_or_none()


def list_erasures(session: Session, *, before: UUID | None = None) -> Page[ErasureRequest]:
    """Every request, newest first; `before` is the last id seen."""
    found = session.scalars(page_of(select(ErasureRequest), ErasureRequest.id, before))
    return Page(found)


def get_erasure(session: Session, request_id: UUID, *, now: datetime) -> Asked:
    """One request. Raises NotFound."""
    request = session.get(ErasureRequest, request_id)
    if request is None:
        raise NotFound
    records = records_of(request.donor_id)
    since = select(func.min(Donor.created_at)).where(Donor.id.in_(records))
    gifts = select(func.count()).where(Gift.donor_id.in_(records), Gift.state == "paid")
    receipts = (
        select(func.count())
        .select_from(Receipt)
        .join(Gift, Gift.id == Receipt.gift_id)
        .where(Gift.donor_id.in_(records))
    )
    return Asked(
        request=request,
        since=session.scalars(since).one(),
        bars=find_erasure_bars(session, request.donor_id, now=now),
        gift_count=session.scalars(gifts).one(),
        receipt_count=session.scalars(receipts).one(),
    )


def list_erasures_waiting(session: Session, actor: Actor, **_: datetime) -> list[Waiting]:
    """Requests that wait for the data-protection contact's decision."""
    if not actor.may(Permission.DECIDE_ERASURE):
        return []
    open_ones = session.scalars(
        select(ErasureRequest).where(ErasureRequest.state == "asked").order_by(ErasureRequest.id)
    )
    return [
        Waiting(
            section=N_("To be forgotten"),
            title=N_("A donor asks to be forgotten"),
            endpoint="giving.erasure_show",
            action=N_("Decide"),
            due_on=clock.bangkok_day(request.asked_at + ANSWER),
            values={"request_id": request.id},
        )
        for request in open_ones
    ]
