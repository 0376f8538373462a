"""A donor asks to be forgotten, and the data-protection contact decides.

Forgotten is for good: the keys of all the donor's records are destroyed, so that name, address, tax
number, company, note and dedications are unreadable everywhere. Amounts, days, receipt numbers and
the log stay, because the law asks for them, and still verify.
"""

import os
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from fund import jobs, keys
from fund.audit import operations as audit
from fund.audit.events import DonorErased, ErasureAsked, ErasureRefused, ErasureWithdrawn
from fund.errors import NotFound, Refused, require
from fund.giving import queries, tasks
from fund.giving.donors import open_person, records_of
from fund.giving.models import Donor, ErasureRequest, StripeCustomer
from fund.ids import new_id
from fund.ledger.models import Office
from fund.permissions import Actor, Permission


def ask_erasure(session: Session, *, actor: Actor, now: datetime) -> ErasureRequest:
    """The donor asks. Raises Refused: `erasure_plans`, `erasure_asked`."""
    donor_id = actor.donor_id
    _lock(session, donor_id)
    if queries.find_erasure_bars(session, donor_id, now=now).plans:
        raise Refused("erasure_plans")
    request = ErasureRequest(id=new_id(), donor_id=donor_id, state="asked", asked_at=now)
    try:
        with session.begin_nested():
            session.add(request)
    except IntegrityError:
        raise Refused("erasure_asked")
    audit.record(session, ErasureAsked(donor_id, request_id=request.id), actor=actor, now=now)
    return request


def withdraw_erasure(session: Session, *, actor: Actor, now: datetime) -> None:
    """The donor would rather be remembered. Raises NotFound if nothing is asked."""
    request = queries.find_erasure_of(session, actor.donor_id)
    if request is None:
        raise NotFound
    _lock_request(session, request.id)
    request.move_to("withdrawn")
    event = ErasureWithdrawn(request.donor_id, request_id=request.id)
    audit.record(session, event, actor=actor, now=now)


def refuse_erasure(
    session: Session, request_id: UUID, *, reason: str, actor: Actor, now: datetime
) -> None:
    """Not now, for this reason, and the donor is told. Raises Denied, NotFound, Refused."""
    require(actor.may(Permission.DECIDE_ERASURE))
    request = _lock_request(session, request_id)
    _decide(session, request, "refused", reason, actor=actor, now=now)
    event = ErasureRefused(request.donor_id, request_id=request.id, reason=reason)
    audit.record(session, event, actor=actor, now=now)


def grant_erasure(session: Session, request_id: UUID, *, actor: Actor, now: datetime) -> None:
    """Forget the donor, at once and for good; the last mail tells them.

    Raises Denied; NotFound; Refused: `erasure_plans`, `erasure_gifts`, and `wrong_state` if it was
    decided already.
    """
    require(actor.may(Permission.DECIDE_ERASURE))
    request = _lock_request(session, request_id)
    _lock(session, request.donor_id)
    bars = queries.find_erasure_bars(session, request.donor_id, now=now)
    if bars.plans:
        raise Refused("erasure_plans")
    if bars.gifts:
        raise Refused("erasure_gifts")
    _decide(session, request, "granted", None, actor=actor, now=now)
    records = list(session.scalars(select(Donor).where(Donor.id.in_(records_of(request.donor_id)))))
    _forget_at_stripe(session, records)
    erased = DonorErased(request.donor_id, request_id=request.id, records=len(records))
    audit.record(session, erased, actor=actor, now=now)
    for record in records:
        keys.destroy(session, record.key_id, now=now)
        record.email_index = os.urandom(32)
        record.erased_at = now
    session.flush()


def _decide(
    session: Session,
    request: ErasureRequest,
    state: str,
    reason: str | None,
    *,
    actor: Actor,
    now: datetime,
) -> None:
    donor = session.get_one(Donor, request.donor_id)
    to, key_id = open_person(session, donor).email, keys.create(session, "donor", now=now)
    sealed = keys.seal(session, key_id, to, context=f"erasure_request.to:{request.id}")
    request.move_to(state)
    request.reason, request.decided_by, request.decided_at = reason, actor.staff_id, now
    request.language, request.key_id, request.sealed_to = donor.language, key_id, sealed
    session.flush()
    jobs.defer(session, tasks.mail_erasure, request_id=request.id)


def _forget_at_stripe(session: Session, records: list[Donor]) -> None:
    customers = session.execute(
        select(Office.code, StripeCustomer.customer_id)
        .join(Office, Office.id == StripeCustomer.office_id)
        .where(StripeCustomer.donor_id.in_([record.id for record in records]))
    )
    for office, customer_id in customers:
        jobs.defer(session, tasks.forget_customer, office=office, customer_id=customer_id)


def _lock(session: Session, donor_id: UUID) -> None:
    """A gift or plan that is begun meanwhile waits, and then finds nobody or is seen."""
    session.execute(
        select(Donor.id)
        .where(Donor.id.in_(records_of(donor_id)))
        .order_by(Donor.id)
        .with_for_update()
    )


def _lock_request(session: Session, request_id: UUID) -> ErasureRequest:
    request = session.get(ErasureRequest, request_id, with_for_update=True, populate_existing=True)
    if request is None:
        raise NotFound
    return request
