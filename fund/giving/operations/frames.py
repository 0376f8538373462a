"""Which other sites may show the small give page in a frame."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from fund.audit import operations as audit
from fund.audit.events import FrameAllowed, FrameForbidden
from fund.errors import NotFound, Refused, require
from fund.giving.models import FrameOrigin
from fund.ledger.operations.calling import refusal_of
from fund.permissions import Actor, Permission

_RULES = {"ck_frame_origin_origin": "origin_wrong", "uq_frame_origin_origin": "origin_known"}


def allow_frame(session: Session, origin: str, *, actor: Actor, now: datetime) -> FrameOrigin:
    """Let the site at `origin` (`https://www.example.org`) show the small give page.

    Raises Denied; Refused: `origin_wrong`, `origin_known`.
    """
    require(actor.may(Permission.WRITE_CAMPAIGNS))
    row = FrameOrigin(origin=origin, added_by=actor.staff_id, added_at=now)
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError as error:
        code = refusal_of(error, _RULES)
        if code is None:
            raise
        raise Refused(code, field="origin")
    audit.record(session, FrameAllowed(row.id, origin=origin), actor=actor, now=now)
    return row


def forbid_frame(session: Session, origin_id: UUID, *, actor: Actor, now: datetime) -> None:
    """From the next look on that site shows it no more. Raises Denied, NotFound."""
    require(actor.may(Permission.WRITE_CAMPAIGNS))
    row = session.get(FrameOrigin, origin_id, with_for_update=True)
    if row is None:
        raise NotFound
    audit.record(session, FrameForbidden(row.id, origin=row.origin), actor=actor, now=now)
    session.delete(row)
