"""What is read about campaigns."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from fund.clock import bangkok_day
from fund.errors import NotFound
from fund.giving.models import Campaign, FrameOrigin, Gift, GiftReturn
from fund.ledger.models import Fund
from fund.ledger.queries import rates_at
from fund.money import Money, baht, translate

FEWEST = 5  # fewer gifts might tell who gave, or how much
ROUND_MINOR = 100_00


@dataclass(frozen=True)
class Progress:
    """What came together until yesterday's end, in baht, rounded down; gifts in steps of five."""

    raised: Money
    gifts: int
    percent: int


def get_campaign(
    session: Session, campaign_id: UUID, *, is_locked: bool = False
) -> tuple[Campaign, Fund]:
    """A campaign and its fund, locked to change it. Raises NotFound."""
    query = _campaigns().where(Campaign.id == campaign_id)
    if is_locked:
        query = query.with_for_update(of=Campaign)
    return _one(session, query)


def get_campaign_page(session: Session, slug: str) -> tuple[Campaign, Fund]:
    """The campaign at this address. Raises NotFound."""
    return _one(session, _campaigns().where(Campaign.slug == slug))


def list_campaigns(session: Session) -> list[tuple[Campaign, Fund]]:
    """All of them, the newest first."""
    rows = session.execute(_campaigns().order_by(Campaign.id.desc()))
    return [(campaign, fund) for campaign, fund in rows]


def list_frame_origins(session: Session) -> list[FrameOrigin]:
    """The sites that may show the small give page."""
    return list(session.scalars(select(FrameOrigin).order_by(FrameOrigin.origin)))


def find_progress(session: Session, campaign: Campaign, *, now: datetime) -> Progress | None:
    """How far it came; None as long as fewer than five gifts were paid until yesterday.

    Amounts in a currency without a rate are left out.
    """
    today = bangkok_day(now)
    returned = (
        select(func.coalesce(func.sum(GiftReturn.amount_minor), 0))
        .where(GiftReturn.gift_id == Gift.id)
        .scalar_subquery()
    )
    rows = session.execute(
        select(Gift.currency, func.sum(Gift.amount_minor - returned), func.count())
        .where(Gift.campaign_id == campaign.id, Gift.state == "paid", Gift.paid_on < today)
        .group_by(Gift.currency)
    ).all()
    count = sum(many for _, _, many in rows)
    if count < FEWEST:
        return None
    rates = rates_at(session, today)
    satang = sum(
        translate(Money(int(minor), currency), rates[currency]).amount_minor
        for currency, minor, _ in rows
        if currency in rates
    )
    raised = max(satang, 0) // ROUND_MINOR * ROUND_MINOR
    percent = min(100, raised * 100 // campaign.target_minor)
    return Progress(baht(raised), count // FEWEST * FEWEST, percent)


def _campaigns() -> Select[Campaign, Fund]:
    return select(Campaign, Fund).join(Fund, Fund.id == Campaign.fund_id)


def _one(session: Session, query: Select[Campaign, Fund]) -> tuple[Campaign, Fund]:
    row = session.execute(query).first()
    if row is None:
        raise NotFound
    return row[0], row[1]
