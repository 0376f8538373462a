"""The newsletter: who asked for it, confirmed it, and wants it no more. It is sent elsewhere."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from fund import jobs, signed
from fund.audit import operations as audit
from fund.audit.events import NewsletterAsked, NewsletterConfirmed, NewsletterStopped
from fund.errors import NotFound
from fund.giving import tasks
from fund.giving.models import NewsletterConsent
from fund.giving.policy import NEWSLETTER_PURPOSE, NEWSLETTER_WORDING
from fund.permissions import ANONYMOUS, Actor

# However often somebody types an address, its owner gets no more than one such mail in this time.
ONE_MAIL_IN = timedelta(days=1)


def ask_newsletter(session: Session, donor_id: UUID, *, language: str, now: datetime) -> None:
    """The box on the give page was ticked: ask at the address, which anybody can have typed."""
    last = session.scalars(
        select(NewsletterConsent)
        .where(NewsletterConsent.donor_id == donor_id)
        .order_by(NewsletterConsent.id.desc())
        .limit(1)
    ).one_or_none()
    if last is not None and (last.withdrawn_at is None or last.asked_at > now - ONE_MAIL_IN):
        return
    consent = NewsletterConsent(
        donor_id=donor_id, wording=NEWSLETTER_WORDING, language=language, asked_at=now
    )
    session.add(consent)
    session.flush()
    event = NewsletterAsked(donor_id, wording=f"{NEWSLETTER_WORDING}-{language}")
    audit.record(session, event, actor=ANONYMOUS, now=now)
    jobs.defer(session, tasks.mail_newsletter, consent_id=consent.id)


def confirm_newsletter(session: Session, token: str, *, now: datetime) -> None:
    """The owner of the address wishes it. Raises NotFound if the link is not ours."""
    consent = _lock(session, token)
    if consent.confirmed_at is None and consent.withdrawn_at is None:
        consent.confirmed_at = now
        actor = Actor("donor", consent.donor_id)
        audit.record(session, NewsletterConfirmed(consent.donor_id), actor=actor, now=now)


def stop_newsletter(session: Session, token: str, *, now: datetime) -> None:
    """The owner of the address wants none, or no more. Raises NotFound if the link is not ours."""
    consent = _lock(session, token)
    if consent.withdrawn_at is None:
        consent.withdrawn_at = now
        actor = Actor("donor", consent.donor_id)
        audit.record(session, NewsletterStopped(consent.donor_id), actor=actor, now=now)


def _lock(session: Session, token: str) -> NewsletterConsent:
    consent_id = signed.read(NEWSLETTER_PURPOSE, token)
    consent = (
        session.get(NewsletterConsent, consent_id, with_for_update=True) if consent_id else None
    )
    if consent is None:
        raise NotFound
    return consent
