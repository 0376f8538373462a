"""What is read about gifts and those who gave them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session, aliased

from fund.db import Page, page_of
from fund.errors import NotFound
from fund.giving.models import Donor, Gift, GiftReturn, Receipt, ReceiptNumber
from fund.keys import DataKey
from fund.ledger.models import Fund, Office
from fund.money import Money


@dataclass(frozen=True)
class GiftRow:
    """A gift with what it belongs to; `receipt` once it is paid, the last one of its chain.

    `returned_minor`: what went back of a gift that has its receipt from elsewhere.
    """

    gift: Gift
    office: Office
    fund: Fund
    receipt: Receipt | None
    returned_minor: int = 0

    @property
    def receipt_number(self) -> str:
        if self.receipt is None:
            return ""
        return self.number_of(self.receipt)

    def number_of(self, receipt: Receipt) -> str:
        """The number of one of the gift's receipts."""
        return str(ReceiptNumber(self.office.receipt_prefix, receipt.year, receipt.number))

    def money(self, amount_minor: int) -> Money:
        """An amount in the gift's currency."""
        return Money(amount_minor, self.gift.currency)

    @property
    def state(self) -> str:
        """The gift's state, or what became of a paid one since: `returned`, `partly_returned`."""
        if self.receipt is not None:
            counts = self.receipt.amount_minor
        else:
            counts = self.gift.amount_minor - int(self.returned_minor)
        if counts == self.gift.amount_minor:
            return self.gift.state
        return "partly_returned" if counts > 0 else "returned"


def get_gift(session: Session, gift_id: UUID) -> GiftRow:
    """One gift. Raises NotFound."""
    row = session.execute(select_gifts().where(Gift.id == gift_id)).first()
    if row is None:
        raise NotFound
    return GiftRow(*row)


def list_gifts(
    session: Session, *, before: UUID | None = None, plan_id: UUID | None = None
) -> Page[GiftRow]:
    """Gifts, or those that came by one plan, newest first; `before` is the last id seen."""
    query = select_gifts()
    if plan_id is not None:
        query = query.where(Gift.plan_id == plan_id, Gift.state == "paid")
    rows = session.execute(page_of(query, Gift.id, before))
    return Page(GiftRow(*row) for row in rows)


def select_gifts() -> Select[Gift, Office, Fund, Receipt, int]:
    """Gifts with what they belong to: the columns of `GiftRow`."""
    returned = select(func.sum(GiftReturn.amount_minor)).where(
        GiftReturn.gift_id == Gift.id, Gift.has_outside_receipt
    )
    return (
        select(Gift, Office, Fund, Receipt, func.coalesce(returned.scalar_subquery(), 0))
        .join(Office, Office.id == Gift.office_id)
        .join(Fund, Fund.id == Gift.fund_id)
        .outerjoin(Receipt, (Receipt.gift_id == Gift.id) & _is_last())
    )


def get_receipt(session: Session, receipt_id: UUID) -> GiftRow:
    """The gift of a receipt, with that receipt."""
    receipt = session.get_one(Receipt, receipt_id)
    return replace(get_gift(session, receipt.gift_id), receipt=receipt)


def list_receipts_of(session: Session, gift_id: UUID) -> list[Receipt]:
    """A gift's receipts, the first one first."""
    chain = select(Receipt).where(Receipt.gift_id == gift_id).order_by(Receipt.id)
    return list(session.scalars(chain))


def find_last_receipt(session: Session, gift_id: UUID) -> Receipt | None:
    """The end of the gift's chain of receipts; None as long as it has none."""
    return list_last_receipts(session, [gift_id]).get(gift_id)


def list_last_receipts(session: Session, gift_ids: Collection[UUID]) -> dict[UUID, Receipt]:
    """`find_last_receipt` of many, by gift."""
    found = session.scalars(select(Receipt).where(Receipt.gift_id.in_(gift_ids), _is_last()))
    return {receipt.gift_id: receipt for receipt in found}


def _is_last() -> ColumnElement[bool]:
    next_one = aliased(Receipt)
    return ~select(next_one.id).where(next_one.corrects_id == Receipt.id).exists()


def list_returns(session: Session, gift_id: UUID) -> list[GiftReturn]:
    """What of a gift went back, and came again, in the order in which we heard of it."""
    returns = select(GiftReturn).where(GiftReturn.gift_id == gift_id).order_by(GiftReturn.id)
    return list(session.scalars(returns))


def list_returned(session: Session, gift_ids: Collection[UUID]) -> list[UUID]:
    """Those of the gifts of which something went back."""
    returned = select(GiftReturn.gift_id).where(GiftReturn.gift_id.in_(gift_ids)).distinct()
    return list(session.scalars(returned.order_by(GiftReturn.gift_id)))


def list_last_returns(session: Session, gift_ids: Collection[UUID]) -> dict[UUID, GiftReturn]:
    """By gift, the return of which we heard last."""
    returns = select(GiftReturn).where(GiftReturn.gift_id.in_(gift_ids)).order_by(GiftReturn.id)
    return {returned.gift_id: returned for returned in session.scalars(returns)}


def get_remaining(session: Session, gift: Gift) -> Money:
    """What of the gift did not go back; the same in whatever order the returns were heard of."""
    return list_remaining(session, [gift])[gift.id]


def list_remaining(session: Session, gifts: Sequence[Gift]) -> dict[UUID, Money]:
    """`get_remaining` of many, by gift."""
    rows = session.execute(
        select(GiftReturn.gift_id, func.sum(GiftReturn.amount_minor).label("returned"))
        .where(GiftReturn.gift_id.in_([gift.id for gift in gifts]))
        .group_by(GiftReturn.gift_id)
    )
    returned = {row.gift_id: int(row.returned) for row in rows}
    # Stripe may take a gift twice, by a refund and a dispute; it counts as nothing, not as less.
    return {
        gift.id: Money(
            max(0, min(gift.amount_minor - returned.get(gift.id, 0), gift.amount_minor)),
            gift.currency,
        )
        for gift in gifts
    }


def list_unknown_intents(session: Session, intents: Sequence[str]) -> list[str]:
    """Those of these payment intents that no gift of ours was paid by."""
    known = set(
        session.scalars(
            select(Gift.stripe_payment_intent_id).where(Gift.stripe_payment_intent_id.in_(intents))
        )
    )
    return [intent for intent in intents if intent not in known]


def list_paid(session: Session, gift_ids: Collection[UUID]) -> set[UUID]:
    """Those of the gifts that are paid."""
    return set(session.scalars(select(Gift.id).where(Gift.id.in_(gift_ids), Gift.state == "paid")))


def list_donor_keys(session: Session, gift_ids: Collection[UUID]) -> dict[UUID, DataKey]:
    """By gift, the key of `find_donor_key`, for many; held together, each is read once."""
    rows = session.execute(
        select(Gift.id, DataKey)
        .join(Donor, Donor.id == Gift.donor_id)
        .join(DataKey, DataKey.id == Donor.key_id)
        .where(Gift.id.in_(gift_ids), DataKey.wrapped.is_not(None))
    )
    return dict(rows.all())


def find_donor_key(session: Session, gift: Gift) -> UUID | None:
    """The key under which what belongs to the gift's donor is sealed; None if there is none, or
    it was destroyed."""
    return session.scalar(
        select(Donor.key_id)
        .join(DataKey, DataKey.id == Donor.key_id)
        .where(Donor.id == gift.donor_id, DataKey.wrapped.is_not(None))
    )


def list_named_with_tax_id(session: Session, gift_ids: Sequence[UUID]) -> set[UUID]:
    """Those of the gifts whose receipts can name the giver and their tax number."""
    record = aliased(Donor)
    return set(
        session.scalars(
            select(Gift.id)
            .join(record, record.id == Gift.donor_id)
            .join(Donor, Donor.id == func.coalesce(record.merged_into_id, record.id))
            .join(DataKey, DataKey.id == Donor.key_id)
            .where(
                Gift.id.in_(gift_ids),
                DataKey.wrapped.is_not(None),
                Gift.sealed_tax_id.is_not(None) | Donor.sealed_tax_id.is_not(None),
                Gift.sealed_company.is_not(None) | Donor.sealed_name.is_not(None),
            )
        )
    )
