"""What a donor reads of their own. Whatever is another's is NotFound."""

from datetime import datetime
from hashlib import sha256
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from fund import signed
from fund.db import Page, page_of
from fund.errors import NotFound
from fund.giving import orders
from fund.giving.donors import find_record, records_of
from fund.giving.models import (
    AnnualStatement,
    Dedication,
    Donor,
    Gift,
    PortalLink,
    PortalSession,
    Receipt,
)
from fund.giving.policy import IDLE, LINK_PURPOSE
from fund.giving.queries.gifts import GiftRow, get_gift, get_receipt, select_gifts
from fund.giving.words import open_dedication
from fund.ledger.models import Office

# Gifts that came to nothing are not a donor's history.
_GIVEN_UP = ("failed", "expired")


def is_link_open(session: Session, token: str, *, now: datetime) -> bool:
    """Whether the link can still be used."""
    link_id = signed.read(LINK_PURPOSE, token)
    link = session.get(PortalLink, link_id) if link_id else None
    return link is not None and link.used_at is None and now < link.expires_at


def find_link_reader(session: Session, link_id: UUID, *, now: datetime) -> Donor | None:
    """The record to whose address the link is to be mailed; None if to nobody, or no longer."""
    link = session.get(PortalLink, link_id)
    if link is None or link.used_at is not None or link.expires_at <= now:
        return None
    return find_record(session, link.email_index)


def find_visit(session: Session, visit_id: str, *, now: datetime) -> PortalSession | None:
    """The visit that the browser speaks of, if it is not over."""
    return session.scalar(
        select(PortalSession).where(
            PortalSession.id_sha256 == sha256(visit_id.encode()).digest(),
            PortalSession.seen_at > now - IDLE,
            PortalSession.ends_at > now,
        )
    )


def list_gifts_of(session: Session, donor_id: UUID, *, before: UUID | None = None) -> Page[GiftRow]:
    """The donor's gifts, newest first; `before` is the last id seen."""
    own = select_gifts().where(
        Gift.donor_id.in_(records_of(donor_id)), Gift.state.not_in(_GIVEN_UP)
    )
    return Page(GiftRow(*row) for row in session.execute(page_of(own, Gift.id, before)))


def get_gift_of(session: Session, donor_id: UUID, gift_id: UUID) -> GiftRow:
    """One of the donor's gifts. Raises NotFound."""
    row = get_gift(session, gift_id)
    _check_owner(session, row.gift.donor_id, donor_id)
    return row


def get_receipt_of(session: Session, donor_id: UUID, receipt_id: UUID) -> GiftRow:
    """One of the donor's receipts, with its gift. Raises NotFound."""
    if session.get(Receipt, receipt_id) is None:
        raise NotFound
    row = get_receipt(session, receipt_id)
    _check_owner(session, row.gift.donor_id, donor_id)
    return row


def list_statements_of(session: Session, donor_id: UUID) -> list[tuple[AnnualStatement, Office]]:
    """The donor's annual statements with their offices, newest first."""
    rows = session.execute(
        select(AnnualStatement, Office)
        .join(Office, Office.id == AnnualStatement.office_id)
        .where(AnnualStatement.donor_id.in_(records_of(donor_id)))
        .order_by(AnnualStatement.year.desc(), Office.code, AnnualStatement.is_tax_year)
    )
    return [(statement, office) for statement, office in rows]


def get_statement_of(session: Session, donor_id: UUID, statement_id: UUID) -> AnnualStatement:
    """One of the donor's annual statements. Raises NotFound."""
    statement = session.get(AnnualStatement, statement_id)
    if statement is None:
        raise NotFound
    _check_owner(session, statement.donor_id, donor_id)
    return statement


def list_all_gifts_of(session: Session, donor_id: UUID) -> list[GiftRow]:
    """Each of the donor's gifts, whatever came of it, oldest first."""
    own = select_gifts().where(Gift.donor_id.in_(records_of(donor_id))).order_by(Gift.id)
    return [GiftRow(*row) for row in session.execute(own)]


def find_dedication_of(
    session: Session, gift_id: UUID
) -> tuple[Dedication, orders.Dedication] | None:
    """In whose name the gift is, as its donor may see it; None if in nobody's, or hidden."""
    dedication = session.get(Dedication, gift_id)
    if dedication is None or dedication.hidden_at or dedication.dropped == "withdrawn":
        return None
    return dedication, open_dedication(session, dedication)


def _check_owner(session: Session, record_id: UUID | None, donor_id: UUID) -> None:
    record = session.get(Donor, record_id) if record_id else None
    if record is None or record.head_id != donor_id:
        raise NotFound
