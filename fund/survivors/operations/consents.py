"""Consent: recorded as given, confirmed by a second person where the law's other ground stands in
its place, withdrawn once and for good."""

from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from fund.errors import Refused
from fund.survivors import queries
from fund.survivors.models import Consent, Survivor


def require_valid_consent(session: Session, survivor_id: UUID, *, on: date) -> Consent:
    """The consent that counts on this day. Raises Refused("no_valid_consent").

    The record is locked against a withdrawal until the caller's transaction ends.
    """
    session.scalar(select(Survivor.id).where(Survivor.id == survivor_id).with_for_update(read=True))
    consent = queries.find_valid_consent(session, survivor_id, on=on)
    if consent is None:
        raise Refused("no_valid_consent")
    return consent
