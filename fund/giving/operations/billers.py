"""Another bank for an office's PromptPay QR code: asked by one person, agreed to by another.

Whoever could set it alone could lead every gift by QR code to an account of their own.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from fund.audit import operations as audit
from fund.audit.events import BillerChangeAsked, BillerChangeDecided
from fund.errors import NotFound, Refused, require
from fund.giving import queries
from fund.giving.models import BillerChange
from fund.giving.operations.terms import renew_terms
from fund.ledger.models import Office
from fund.ledger.operations.calling import refusal_of
from fund.permissions import Actor, Permission

_RULES = {
    "ck_biller_change_biller_id": "biller_id_wrong",
    "ck_biller_change_merchant_name": "promptpay_needs_names",
    "uq_biller_change_asked": "biller_asked_already",
}
_FIELDS = {"biller_id_wrong": "biller_id", "promptpay_needs_names": "merchant_name"}


def can_approve(actor: Actor, change: BillerChange) -> bool:
    """Whether this person is the second one."""
    return (
        change.state == "asked"
        and actor.may(Permission.APPROVE_BILLERS)
        and actor.id != change.asked_by
    )


def can_drop(actor: Actor, change: BillerChange) -> bool:
    """The second person may say no, and who asked may take it back."""
    is_own = actor.id == change.asked_by
    return change.state == "asked" and (is_own or actor.may(Permission.APPROVE_BILLERS))


def ask_biller(
    session: Session,
    office: Office,
    *,
    biller_id: str,
    merchant_name: str,
    merchant_city: str,
    actor: Actor,
    now: datetime,
) -> BillerChange:
    """Ask for another bank; what holds, holds until a second person agrees.

    Raises Denied; Refused: `biller_id_wrong`, `promptpay_needs_names`, `biller_asked_already`.
    """
    require(actor.may(Permission.WRITE_TERMS))
    change = BillerChange(
        office_id=office.id,
        biller_id=biller_id,
        merchant_name=merchant_name,
        merchant_city=merchant_city,
        state="asked",
        asked_by=actor.staff_id,
        asked_at=now,
    )
    try:
        with session.begin_nested():
            session.add(change)
    except IntegrityError as error:
        code = refusal_of(error, _RULES)
        if code is None:
            raise
        raise Refused(code, field=_FIELDS.get(code))
    event = BillerChangeAsked(office.id, change_id=change.id, biller_id=biller_id)
    audit.record(session, event, actor=actor, now=now)
    return change


def approve_biller(session: Session, change_id: UUID, *, actor: Actor, now: datetime) -> None:
    """The second person agrees: gifts by QR code go there from now on. Raises Denied."""
    change = _lock(session, change_id)
    require(can_approve(actor, change))
    office = session.get_one(Office, change.office_id)
    _decide(session, change, "approved", actor=actor, now=now)
    renew_terms(
        session,
        office,
        queries.terms_at(session, office, now),
        biller_id=change.biller_id,
        merchant_name=change.merchant_name,
        merchant_city=change.merchant_city,
        actor=actor,
        now=now,
    )


def drop_biller(session: Session, change_id: UUID, *, actor: Actor, now: datetime) -> None:
    """It stays as it is. Raises Denied."""
    change = _lock(session, change_id)
    require(can_drop(actor, change))
    _decide(session, change, "dropped", actor=actor, now=now)


def stop_promptpay(session: Session, office: Office, *, actor: Actor, now: datetime) -> None:
    """Offer no QR code any more, at once: one person may stop what may be wrong. Raises Denied."""
    require(actor.may(Permission.WRITE_TERMS))
    rest = queries.terms_at(session, office, now)
    renew_terms(
        session,
        office,
        rest,
        biller_id=None,
        merchant_name=None,
        merchant_city=None,
        actor=actor,
        now=now,
    )


def _decide(
    session: Session, change: BillerChange, state: str, *, actor: Actor, now: datetime
) -> None:
    change.move_to(state)
    change.decided_by, change.decided_at = actor.staff_id, now
    session.flush()
    event = BillerChangeDecided(change.office_id, change_id=change.id, state=state)
    audit.record(session, event, actor=actor, now=now)


def _lock(session: Session, change_id: UUID) -> BillerChange:
    change = session.get(BillerChange, change_id, with_for_update=True, populate_existing=True)
    if change is None:
        raise NotFound
    return change
