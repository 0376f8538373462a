"""A regular gift of another kind: by the year instead of the month, as a pledge instead of by card.

It is another plan that follows on the first. By card it is begun on Stripe's page and charges
nothing before the day on which the first one would have; a pledge begins once the end of the first
is certain. So no month is given twice, and never both are charged.
"""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from fund import clock
from fund.audit import operations as audit
from fund.audit.events import PlanStarted
from fund.errors import Refused, require
from fund.giving import queries
from fund.giving.choices import EVERY_NAMES
from fund.giving.models import Donor, Plan
from fund.giving.offices import CARD, CHECKOUT, PROMPTPAY
from fund.giving.operations.gifts import check_amount, flush_open
from fund.giving.plans import mailing
from fund.giving.plans.changing import ask_change, can_change
from fund.giving.plans.rows import find_key, lock_plan, move
from fund.giving.words import open_words, seal_words
from fund.ids import new_id
from fund.ledger.models import Fund, Office
from fund.money import Money
from fund.permissions import Actor

Kind = tuple[str, str]  # every, method

# Stripe's page can be left open for a day and begins nothing within two: by then all is decided.
AHEAD = timedelta(days=4)


def list_kinds(session: Session, plan: Plan, *, now: datetime) -> list[Kind]:
    """What else this plan may become, as it stands."""
    if plan.next_on is None or plan.is_unconfirmed:
        return []
    found = []
    for every in EVERY_NAMES:
        offer = _find_offer(session, plan, every, None, now=now)
        ways = offer.ways if offer else ()
        found += [(every, method) for way, method in _METHODS.items() if way in ways]
    is_soon = plan.next_on < clock.bangkok_day(now) + AHEAD
    return [
        kind
        for kind in found
        if kind != (plan.every, plan.method)
        and (
            (plan.state == "active" and (kind[1] == PROMPTPAY or not is_soon))
            or (plan.state == "past_due" and kind[1] == PROMPTPAY)
        )
    ]


def change_kind(
    session: Session, plan_id: UUID, kind: Kind, *, amount_minor: int, actor: Actor, now: datetime
) -> Plan:
    """The plan that follows on this one: one by card is still to be begun on Stripe's page.

    Raises Denied; Refused: `kind_not_now`, `change_under_way`, and those of an amount.
    """
    old = lock_plan(session, plan_id)
    require(can_change(actor, old))
    if kind not in list_kinds(session, old, now=now):
        raise Refused("kind_not_now", field="way")
    if any(change.state == "asked" for change in queries.list_changes(session, old.id)):
        raise Refused("change_under_way")
    _drop_unbegun(session, old, now=now)
    new = _follow_on(session, old, kind, amount_minor, actor=actor, now=now)
    if new.method == PROMPTPAY:
        mailing.note_letter(session, old, "stopped", "", now=now)
        ask_change(session, old.id, kind="stop", after={}, actor=actor, now=now)
    return new


_METHODS = {CHECKOUT: CARD, PROMPTPAY: PROMPTPAY}


def _find_offer(
    session: Session, plan: Plan, every: str, way: str | None, *, now: datetime
) -> queries.Offer | None:
    return queries.find_offer(
        session,
        country=plan.country,
        currency=plan.currency,
        wants_receipt=plan.wants_tax_receipt,
        frequency=every,
        method=way,
        now=now,
    )


def _follow_on(
    session: Session, old: Plan, kind: Kind, amount_minor: int, *, actor: Actor, now: datetime
) -> Plan:
    every, method = kind
    office = session.get_one(Office, old.office_id)
    if method != old.method:
        way = PROMPTPAY if method == PROMPTPAY else CHECKOUT
        offer = _find_offer(session, old, every, way, now=now)
        if offer is None or way not in offer.methods:
            raise Refused("kind_not_now", field="way")
        office = offer.office
    fund, amount = session.get_one(Fund, old.fund_id), Money(amount_minor, old.currency)
    check_amount(fund, office, amount)
    # What failed this month may be given now; what came is never asked for again.
    next_on = clock.bangkok_day(now) if old.state == "past_due" else old.next_on
    new = Plan(
        id=new_id(),
        donor_id=old.donor_id,
        office_id=office.id,
        fund_id=fund.id,
        method=method,
        replaces_id=old.id,
        every=every,
        amount_minor=amount.amount_minor,
        currency=amount.currency,
        language=old.language,
        country=old.country,
        wants_tax_receipt=old.wants_tax_receipt,
        is_anonymous=old.is_anonymous,
        state="open",
        next_on=next_on,
        created_at=now,
    )
    if find_key(session, old) is not None:
        donor = session.get_one(Donor, old.donor_id)
        seal_words(session, new, donor, company=open_words(session, old).company, note="")
    try:
        with session.begin_nested():
            session.add(new)
            flush_open(session)
    except IntegrityError:
        raise Refused("change_under_way")
    event = PlanStarted(
        subject_id=new.id,
        donor_id=new.donor_id,
        office=office.code,
        fund=fund.code,
        amount_minor=new.amount_minor,
        currency=new.currency,
        every=every,
    )
    audit.record(session, event, actor=actor, now=now, key_id=find_key(session, new))
    return new


def _drop_unbegun(session: Session, old: Plan, *, now: datetime) -> None:
    """What was chosen before and not begun gives way; one that begins just now does not."""
    unbegun = (
        select(Plan)
        .where(Plan.replaces_id == old.id, Plan.state == "open")
        .with_for_update(key_share=True, skip_locked=True)
    )
    for plan in session.scalars(unbegun):
        move(session, plan, "expired", now=now)
    session.flush()
