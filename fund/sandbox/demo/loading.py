"""From an empty database to the demo world."""

from datetime import datetime

from sqlalchemy import column, delete, func, select, table, update
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Session

from config.settings import Settings
from fund.audit.tasks import sequence_events, sign_tree
from fund.db import reading, transaction
from fund.giving.models import Gift, Receipt
from fund.i18n import LANGUAGES
from fund.ledger.tasks import roll_up_days
from fund.people.operations import name_organisation
from fund.people.queries import find_organisation
from fund.permissions import SYSTEM
from fund.sandbox.demo import (
    banking,
    books,
    cases,
    cast,
    closings,
    gifts,
    house,
    paydays,
    statements,
    twin,
)
from fund.sandbox.demo.world import World

OPENED_DAYS_AGO = 1100
_JOBS = table("procrastinate_jobs", column("args", JSONB))


def is_loaded() -> bool:
    """Whether there is an organisation already, invented or not."""
    with reading() as session:
        return find_organisation(session) is not None


def load(settings: Settings, *, now: datetime) -> None:
    """Make the demo world. Raises TwinUnavailable."""
    world = World(now)
    twin.reset(settings)
    start = world.ago(OPENED_DAYS_AGO)
    with transaction() as session:
        name_organisation(
            session,
            name_en="LIFT International (practice)",
            name_th="LIFT International (ฝึกใช้งาน)",
            contact_email="contact@practice.example",
            actor=SYSTEM,
            now=start,
        )
    cast.gather(world, start)
    house.build(start)
    house.add_payees(world, world.ago(OPENED_DAYS_AGO - 2))
    gifts.give_by_card(world, settings)
    gifts.plan_arrivals(world)
    gifts.plan_bank_gifts(world)
    cases.plan_cases(world)
    paydays.plan_paydays(world)
    books.plan_books(world)
    banking.plan_banking(world, start)
    statements.plan_statements(world)
    closings.plan_closings(world, start)
    world.play()
    with transaction() as session:
        _let_the_past_rest(session)
    sequence_events()
    roll_up_days()
    sign_tree()


def _let_the_past_rest(session: Session) -> None:
    """Letters of three years are not sent now, but the newest receipt in each language is."""
    fresh = [
        session.scalars(
            select(Receipt.id)
            .join(Gift, Gift.id == Receipt.gift_id)
            .where(Gift.language == language, Gift.donor_id.is_not(None))
            .order_by(Gift.paid_at.desc())
            .limit(1)
        ).one()
        for language in LANGUAGES
    ]
    mailed = func.coalesce(_JOBS.c.args["receipt_id"].astext, "")
    session.execute(delete(_JOBS).where(mailed.not_in([str(receipt_id) for receipt_id in fresh])))
    session.execute(
        update(Receipt)
        .where(Receipt.gift_id == Gift.id, Gift.donor_id.is_not(None), Receipt.id.not_in(fresh))
        .values(mailed_at=Gift.paid_at)
        .execution_options(synchronize_session=False)
    )
