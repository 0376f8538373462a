"""What is read about gifts and those who gave them."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from fund.db import Page, page_of
from fund.errors import NotFound
from fund.giving.models import Donor, Gift, Receipt, ReceiptNumber
from fund.keys import DataKey
from fund.ledger.models import Fund, Office


@dataclass(frozen=True)
class GiftRow:
    """A gift with what it belongs to; `receipt` once it is paid."""

    gift: Gift
    office: Office
    fund: Fund
    receipt: Receipt | None

    @property
    def receipt_number(self) -> str:
        if self.receipt is None:
            return ""
        receipt = self.receipt
        return str(ReceiptNumber(self.office.receipt_prefix, receipt.year, receipt.number))


def get_gift(session: Session, gift_id: UUID) -> GiftRow:
    """One gift. Raises NotFound."""
    row = session.execute(_gifts().where(Gift.id == gift_id)).first()
    if row is None:
        raise NotFound
    return GiftRow(*row)


def list_gifts(session: Session, *, before: UUID | None = None) -> Page[GiftRow]:
    """Gifts, newest first; `before` is the last id seen."""
    rows = session.execute(page_of(_gifts(), Gift.id, before))
    return Page(GiftRow(*row) for row in rows)


def _gifts() -> Select[Gift, Office, Fund, Receipt]:
    return (
        select(Gift, Office, Fund, Receipt)
        .join(Office, Office.id == Gift.office_id)
        .join(Fund, Fund.id == Gift.fund_id)
        .outerjoin(Receipt, Receipt.gift_id == Gift.id)
    )


def get_receipt(session: Session, receipt_id: UUID) -> GiftRow:
    """The gift of a receipt."""
    return get_gift(session, session.get_one(Receipt, receipt_id).gift_id)


def find_donor_key(session: Session, gift: Gift) -> UUID | None:
    """The key under which what belongs to the gift's donor is sealed; None if there is none, or
    it was destroyed."""
    return session.scalar(
        select(Donor.key_id)
        .join(DataKey, DataKey.id == Donor.key_id)
        .where(Donor.id == gift.donor_id, DataKey.wrapped.is_not(None))
    )
