"""What finance reads about Stripe's events and money."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from fund import clock
from fund.db import PAGE, Page, page_of
from fund.giving.models import Gift
from fund.giving.queries import list_card_offices
from fund.i18n import N_
from fund.ledger.journals import GIFTS
from fund.ledger.models import Journal, Office
from fund.permissions import Actor, Permission
from fund.settlement.models import BalanceTransaction, Feed, InboxEvent
from fund.waiting import Waiting

# How late an event may be before it counts as one whose webhook never came.
LATE = timedelta(minutes=10)


@dataclass(frozen=True)
class OfficeHearing:
    """When Stripe was last heard for an office; `is_silent` if only the sweep hears it since."""

    office: Office
    heard_at: datetime | None
    pulled_at: datetime | None
    is_silent: bool


def list_events(session: Session, *, before: UUID | None = None) -> Page[InboxEvent]:
    """Events, newest first; `before` is the last id seen."""
    return Page(session.scalars(page_of(select(InboxEvent), InboxEvent.id, before)))


def list_failed(session: Session) -> list[InboxEvent]:
    """Events that failed and are still to be done, oldest first."""
    query = select(InboxEvent).where(InboxEvent.state == "failed").order_by(InboxEvent.id)
    return list(session.scalars(query.limit(PAGE)))


def list_unclassified(session: Session) -> list[BalanceTransaction]:
    """Lines of Stripe's balance that are not in the books, newest first."""
    query = (
        select(BalanceTransaction)
        .where(BalanceTransaction.state == "unclassified")
        .order_by(BalanceTransaction.happened_at.desc())
    )
    return list(session.scalars(query.limit(PAGE)))


def list_on_the_way(session: Session) -> list[BalanceTransaction]:
    """Payouts that left Stripe and were not yet found at the bank, oldest first."""
    query = (
        select(BalanceTransaction)
        .where(
            BalanceTransaction.category == "payout",
            BalanceTransaction.state == "posted",
            BalanceTransaction.arrived_on.is_(None),
        )
        .order_by(BalanceTransaction.happened_at)
    )
    return list(session.scalars(query.limit(PAGE)))


def list_transactions_of(session: Session, gift_id: UUID) -> list[BalanceTransaction]:
    """What a gift did to the Stripe balance, oldest first."""
    query = select(BalanceTransaction).where(BalanceTransaction.gift_id == gift_id)
    return list(session.scalars(query.order_by(BalanceTransaction.happened_at)))


def list_journals_of(
    session: Session, gift: Gift, office: Office, transactions: Sequence[BalanceTransaction]
) -> list[Journal]:
    """The journals in which the gift stands, oldest first."""
    keys = [key for t in transactions for key in (t.id, f"{t.id}:available")]
    of_stripe = (Journal.source == f"stripe:{office.code}") & Journal.idempotency_key.in_(keys)
    of_bank = (Journal.source == GIFTS) & (Journal.idempotency_key == str(gift.id))
    return list(
        session.scalars(select(Journal).where(or_(of_stripe, of_bank)).order_by(Journal.id))
    )


def list_hearing(session: Session) -> list[OfficeHearing]:
    """Each office that has a Stripe account, and whether its webhooks still come."""
    newest = select(InboxEvent.office_id, func.max(InboxEvent.received_at)).group_by(
        InboxEvent.office_id
    )
    heard = dict(session.execute(newest.where(InboxEvent.way == "webhook")).all())
    was_late = InboxEvent.received_at - InboxEvent.happened_at > LATE
    missed = dict(session.execute(newest.where(InboxEvent.way == "sweep", was_late)).all())
    pulled = dict(session.execute(select(Feed.office_id, Feed.pulled_at)).all())
    return [
        OfficeHearing(
            office,
            heard.get(office.id),
            pulled.get(office.id),
            is_silent=office.id in missed
            and (office.id not in heard or heard[office.id] < missed[office.id]),
        )
        for office in list_card_offices(session)
    ]


def list_waiting(session: Session, actor: Actor, *, now: datetime) -> list[Waiting]:
    """Events that failed and money that is not in the books."""
    if not actor.may(Permission.READ_SETTLEMENT):
        return []
    waiting = []
    failed, unclassified = len(list_failed(session)), len(list_unclassified(session))
    if failed and actor.may(Permission.WORK_SETTLEMENT):
        waiting.append(
            Waiting(
                section=N_("Stripe"),
                title=N_("Events that failed: %(count)s"),
                endpoint="settlement.inbox",
                action=N_("Look at them"),
                due_on=clock.bangkok_day(now),
                params={"count": failed},
            )
        )
    on_the_way = len(list_on_the_way(session)) if actor.may(Permission.CONFIRM_PAYMENTS) else 0
    if on_the_way:
        waiting.append(
            Waiting(
                section=N_("Find in the bank's statement"),
                title=N_("Payouts from Stripe: %(count)s"),
                endpoint="settlement.inbox",
                action=N_("Confirm"),
                params={"count": on_the_way},
            )
        )
    if unclassified:
        waiting.append(
            Waiting(
                section=N_("Stripe"),
                title=N_("Lines of the balance that are not in the books: %(count)s"),
                endpoint="settlement.inbox",
                action=N_("Look at them"),
                due_on=clock.bangkok_day(now),
                params={"count": unclassified},
            )
        )
    return waiting
