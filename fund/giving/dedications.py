"""Gifts in somebody's honour or memory, and the one mail that tells of it."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from fund import keys, signed
from fund.audit import operations as audit
from fund.audit.events import DedicationDropped, DedicationHidden, DedicationMailed
from fund.crypto import Unreadable
from fund.errors import NotFound, Refused
from fund.giving import orders
from fund.giving.models import Dedication, Donor, Gift, MailRefusal, Plan, PlanDedication
from fund.giving.queries.portal import get_gift_of
from fund.giving.words import open_dedication, open_plan_dedication
from fund.permissions import SYSTEM, Actor

NO_MAIL = "giving.no_mail"
MOST_A_DAY = 3


def add_dedication(session: Session, gift: Gift, donor: Donor, wish: orders.Dedication) -> None:
    """Keep in whose name the gift is, sealed; nobody is told before it is paid."""

    def seal(text: str, column: str) -> bytes:
        return keys.seal(session, donor.key_id, text, context=f"dedication.{column}:{gift.id}")

    is_told = bool(wish.to_email)
    session.add(
        Dedication(
            gift_id=gift.id,
            kind=wish.kind,
            sealed_honoured=seal(wish.honoured, "honoured"),
            sealed_to_name=seal(wish.to_name, "to_name") if is_told else None,
            sealed_to_email=seal(wish.to_email, "to_email") if is_told else None,
            to_email_index=_index(wish.to_email) if is_told else None,
        )
    )


def promise_dedication(session: Session, plan: Plan, donor: Donor, wish: orders.Dedication) -> None:
    """Keep in whose name a regular gift is until its first payment."""

    def seal(text: str, column: str) -> bytes | None:
        context = f"plan_dedication.{column}:{plan.id}"
        return keys.seal(session, donor.key_id, text, context=context) if text else None

    session.add(
        PlanDedication(
            plan_id=plan.id,
            kind=wish.kind,
            sealed_honoured=seal(wish.honoured, "honoured"),
            sealed_to_name=seal(wish.to_name, "to_name"),
            sealed_to_email=seal(wish.to_email, "to_email"),
        )
    )


def pass_on_dedication(session: Session, plan: Plan, gift: Gift, donor: Donor) -> None:
    """The first gift of the plan is the one in somebody's name: those that follow tell nobody."""
    promised = session.get(PlanDedication, plan.id)
    if promised is not None:
        add_dedication(session, gift, donor, open_plan_dedication(session, promised))
        session.delete(promised)


def find_reason_against(session: Session, dedication: Dedication, *, now: datetime) -> str | None:
    """Why the mail does not go out, in the words of `models.Dedication`; None if it may."""
    try:
        open_dedication(session, dedication)
    except Unreadable:
        return "unreadable"
    index = dedication.to_email_index
    if session.scalar(select(MailRefusal.refused_at).where(MailRefusal.email_index == index)):
        return "refused"
    lately = select(func.count()).where(
        Dedication.to_email_index == index, Dedication.mailed_at > now - timedelta(days=1)
    )
    return "too_many" if (session.scalar(lately) or 0) >= MOST_A_DAY else None


def let_go(dedication: Dedication, *, now: datetime) -> None:
    """The mail is about to leave: from here on it is not withdrawn any more."""
    dedication.leaves_at = dedication.leaves_at or now


def withdraw(session: Session, gift_id: UUID, *, actor: Actor, now: datetime) -> None:
    """The gift is in nobody's name any more, and nobody is told; whom to tell is forgotten.

    Raises NotFound unless it is the donor's; Refused(`dedication_told`) once the mail leaves.
    """
    dedication = _lock_own(session, gift_id, actor)
    if dedication.dropped == "withdrawn":
        return
    if not dedication.can_be_withdrawn:
        raise Refused("dedication_told")
    dedication.dropped = "withdrawn"
    dedication.sealed_to_name = dedication.sealed_to_email = dedication.to_email_index = None
    event = DedicationDropped(subject_id=gift_id, reason="withdrawn")
    audit.record(session, event, actor=actor, now=now)


def hide(session: Session, gift_id: UUID, *, actor: Actor, now: datetime) -> None:
    """Show the dedication on the donor's pages no more. Raises NotFound unless it is theirs."""
    dedication = _lock_own(session, gift_id, actor)
    if dedication.hidden_at is None:
        dedication.hidden_at = now
        audit.record(session, DedicationHidden(subject_id=gift_id), actor=actor, now=now)


def _lock_own(session: Session, gift_id: UUID, actor: Actor) -> Dedication:
    get_gift_of(session, actor.donor_id, gift_id)
    dedication = session.get(Dedication, gift_id, with_for_update=True, populate_existing=True)
    if dedication is None:
        raise NotFound
    return dedication


def mark_mailed(session: Session, gift_id: UUID, *, now: datetime) -> None:
    """The mail is out."""
    session.get_one(Dedication, gift_id).mailed_at = now
    audit.record(session, DedicationMailed(subject_id=gift_id), actor=SYSTEM, now=now)


def drop_mail(session: Session, gift_id: UUID, reason: str, *, now: datetime) -> None:
    """The mail never goes out, for this reason."""
    session.get_one(Dedication, gift_id).dropped = reason
    event = DedicationDropped(subject_id=gift_id, reason=reason)
    audit.record(session, event, actor=SYSTEM, now=now)


def refuse_mail(session: Session, token: str, *, now: datetime) -> None:
    """No dedication goes to the address that this letter went to, from now on. Raises NotFound."""
    gift_id = signed.read(NO_MAIL, token)
    dedication = session.get(Dedication, gift_id) if gift_id else None
    if dedication is None or dedication.to_email_index is None:
        raise NotFound
    refusal = insert(MailRefusal).values(email_index=dedication.to_email_index, refused_at=now)
    session.execute(refusal.on_conflict_do_nothing())


def _index(address: str) -> bytes:
    return keys.keyring().blind_index("dedication.to", address.strip().lower())
