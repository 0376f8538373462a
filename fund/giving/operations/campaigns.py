"""Opening, changing and closing campaigns."""

from datetime import datetime

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from fund.audit import operations as audit
from fund.audit.events import CampaignChanged, CampaignClosed, CampaignOpened
from fund.clock import bangkok_day
from fund.errors import Conflict, Refused, require
from fund.giving import queries
from fund.giving.models import Campaign
from fund.permissions import SYSTEM, Actor, Permission


def open_campaign(
    session: Session,
    *,
    slug: str,
    fund_code: str,
    title_en: str,
    title_th: str,
    text_en: str,
    text_th: str,
    target_minor: int,
    actor: Actor,
    now: datetime,
) -> Campaign:
    """A new page that asks for gifts to one fund. Raises Denied; Refused: `campaign_exists`."""
    require(actor.may(Permission.WRITE_CAMPAIGNS) or actor is SYSTEM)
    fund = queries.get_open_fund(session, fund_code)
    campaign = Campaign(
        slug=slug,
        fund_id=fund.id,
        title_en=title_en,
        title_th=title_th,
        text_en=text_en,
        text_th=text_th,
        target_minor=target_minor,
        opened_at=now,
    )
    try:
        with session.begin_nested():
            session.add(campaign)
    except IntegrityError:
        raise Refused("campaign_exists", field="slug")
    event = CampaignOpened(campaign.id, slug=slug, fund=fund.code, target_minor=target_minor)
    audit.record(session, event, actor=actor, now=now)
    return campaign


def change_campaign(
    session: Session,
    campaign: Campaign,
    *,
    version: int,
    title_en: str,
    title_th: str,
    text_en: str,
    text_th: str,
    target_minor: int,
    actor: Actor,
    now: datetime,
) -> None:
    """Other words, another target. Raises Denied; Conflict; Refused: `campaign_closed`."""
    _check(campaign, version, actor)
    campaign.title_en, campaign.title_th = title_en, title_th
    campaign.text_en, campaign.text_th = text_en, text_th
    campaign.target_minor = target_minor
    campaign.version += 1
    event = CampaignChanged(campaign.id, target_minor=target_minor)
    audit.record(session, event, actor=actor, now=now)


def close_campaign(
    session: Session, campaign: Campaign, *, version: int, actor: Actor, now: datetime
) -> None:
    """Its page says that it is over, and what came together. Raises as `change_campaign`."""
    _check(campaign, version, actor)
    campaign.closed_on = bangkok_day(now)
    campaign.version += 1
    audit.record(session, CampaignClosed(campaign.id), actor=actor, now=now)


def _check(campaign: Campaign, version: int, actor: Actor) -> None:
    require(actor.may(Permission.WRITE_CAMPAIGNS))
    if campaign.version != version:
        raise Conflict(row=campaign)
    if campaign.closed_on is not None:
        raise Refused("campaign_closed")
