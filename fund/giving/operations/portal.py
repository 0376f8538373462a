"""How a donor comes to their own pages: a link by mail, once, then a visit that ends by itself."""

import secrets
from datetime import datetime, timedelta
from hashlib import sha256
from uuid import UUID

from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.orm import InstrumentedAttribute, Session

from fund import jobs, keys, signed
from fund.audit import operations as audit
from fund.audit.events import DonorLanguageChosen, PortalOpened
from fund.errors import Refused
from fund.giving import tasks
from fund.giving.donors import find_by_index, index_of
from fund.giving.models import Donor, PortalLink, PortalSession
from fund.giving.policy import IDLE, LINK_LIFE, LINK_PURPOSE, VISIT
from fund.permissions import Actor

LINKS_AN_ADDRESS, LINKS_A_NETWORK, COUNTED = 3, 10, timedelta(hours=1)
_LINK_LOCK = 0x6C696E6B  # any number that no other advisory lock uses


def ask_for_link(session: Session, *, email: str, network: str, now: datetime) -> None:
    """Mail a link to this address, if it is a donor's; which of both it is, only the job finds out.

    Beyond three an hour an address gets no more, and hears nothing of it. Raises Refused beyond ten
    an hour from one network.
    """
    # Those asked for at once are counted one after the other.
    session.execute(select(func.pg_advisory_xact_lock(_LINK_LOCK)))
    network_index = keys.keyring().blind_index("portal.network", network)
    if _count(session, PortalLink.network_index, network_index, now) >= LINKS_A_NETWORK:
        raise Refused("too_many_links")
    email_index = index_of(email)
    is_enough = _count(session, PortalLink.email_index, email_index, now) >= LINKS_AN_ADDRESS
    link = PortalLink(
        email_index=email_index,
        network_index=network_index,
        made_at=now,
        expires_at=now + LINK_LIFE,
    )
    session.add(link)
    session.flush()
    if not is_enough:
        jobs.defer(session, tasks.mail_portal_link, link_id=link.id)


def _count(
    session: Session, column: InstrumentedAttribute[bytes], index: bytes, now: datetime
) -> int:
    asked = select(func.count()).where(column == index, PortalLink.made_at > now - COUNTED)
    return session.scalars(asked).one()


def open_portal(session: Session, token: str, *, now: datetime) -> str:
    """Use the link up and begin a visit; the id that the browser keeps.

    Raises Refused if the link is not ours, was used, or is too old.
    """
    email_index = session.scalar(
        update(PortalLink)
        .where(
            PortalLink.id == signed.read(LINK_PURPOSE, token),
            PortalLink.used_at.is_(None),
            PortalLink.expires_at > now,
        )
        .values(used_at=now)
        .returning(PortalLink.email_index)
        .execution_options(synchronize_session=False)
    )
    donor = find_by_index(session, email_index) if email_index else None
    if donor is None:
        raise Refused("link_over")
    visit_id = secrets.token_urlsafe(32)
    visit = PortalSession(
        id_sha256=sha256(visit_id.encode()).digest(),
        donor_id=donor.id,
        made_at=now,
        seen_at=now,
        ends_at=now + VISIT,
    )
    session.add(visit)
    audit.record(session, PortalOpened(donor.id), actor=Actor("donor", donor.id), now=now)
    return visit_id


def note_seen(session: Session, visit: PortalSession, *, now: datetime) -> None:
    """The donor is still here."""
    seen = update(PortalSession).where(PortalSession.id_sha256 == visit.id_sha256)
    session.execute(seen.values(seen_at=now))


def leave_portal(session: Session, visit_id: str) -> None:
    """End the visit."""
    hashed = sha256(visit_id.encode()).digest()
    session.execute(delete(PortalSession).where(PortalSession.id_sha256 == hashed))


def choose_language(
    session: Session, donor_id: UUID, language: str, *, actor: Actor, now: datetime
) -> None:
    """Write to the donor in this language."""
    donor = session.get_one(Donor, donor_id, with_for_update=True)
    if donor.language != language:
        donor.language = language
        chosen = DonorLanguageChosen(donor.id, language=language)
        audit.record(session, chosen, actor=actor, now=now)


def forget_visits(session: Session, *, now: datetime) -> None:
    """Forget links and visits that open nothing any more, once they count for no limit."""
    session.execute(delete(PortalLink).where(PortalLink.made_at < now - COUNTED))
    is_over = or_(PortalSession.ends_at < now, PortalSession.seen_at < now - IDLE)
    session.execute(delete(PortalSession).where(is_over))
