"""Gifts that come to an office's bank."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from fund import keys
from fund.errors import Refused, require
from fund.giving.donors import Said, find_or_add_donors, index_of
from fund.giving.models import Donor, Gift
from fund.giving.offices import THAILAND
from fund.giving.operations.payment import record_paid
from fund.giving.tax_ids import keep_with_gifts, read_tax_id
from fund.ids import new_id
from fund.ledger import journals
from fund.ledger import operations as ledger
from fund.ledger.models import Fund, Office
from fund.money import Money
from fund.permissions import SYSTEM, Actor, Permission


@dataclass(frozen=True)
class BankGift:
    """A gift that came to an office's bank, and who gave it, as far as is known.

    `method`: bank (a transfer), cash or cheque. `bank_reference`: the statement's, or the number of
    the pay-in slip. Without an e-mail address the donor stays unknown and no mail is sent.
    `is_bank_reported`: by the bank's e-Donation code. `has_outside_receipt`: they have a receipt
    from elsewhere, so none is issued.
    """

    fund: Fund
    amount: Money
    received_on: date
    bank_reference: str
    method: str = "bank"
    email: str = ""
    name: str = ""
    language: str = "en"
    tax_id: str = ""
    is_bank_reported: bool = False
    has_outside_receipt: bool = False

    @property
    def said(self) -> Said:
        return Said(email=self.email, name=self.name, language=self.language)


def record_bank_gift(
    session: Session,
    *,
    office: Office,
    fund: Fund,
    amount: Money,
    received_on: date,
    bank_reference: str,
    actor: Actor,
    now: datetime,
    method: str = "bank",
    email: str = "",
    name: str = "",
    language: str = "en",
    tax_id: str = "",
    is_bank_reported: bool = False,
) -> Gift:
    """A gift that came to the office's bank; booked and receipted at once. See `BankGift`.

    Raises Refused if a gift with this bank reference is recorded already.
    """
    given = BankGift(
        fund=fund,
        amount=amount,
        received_on=received_on,
        bank_reference=bank_reference,
        method=method,
        email=email,
        name=name,
        language=language,
        tax_id=tax_id,
        is_bank_reported=is_bank_reported,
    )
    return record_bank_gifts(session, office, [given], actor=actor, now=now)[0]


def record_bank_gifts(
    session: Session, office: Office, given: Sequence[BankGift], *, actor: Actor, now: datetime
) -> list[Gift]:
    """`record_bank_gift` for many gifts to one office, in as many statements as for one.

    All of them, or none: raises as it does.
    """
    require(actor.may(Permission.RECORD_GIFTS) or actor is SYSTEM)
    if any(one.amount.currency != office.currency for one in given):
        raise Refused("not_the_offices_currency", field="amount")
    if any(
        one.is_bank_reported and (one.method != "bank" or office.country != THAILAND)
        for one in given
    ):
        raise Refused("bank_reports_transfers_only", field="is_bank_reported")
    if any(one.tax_id and not one.email for one in given):
        raise Refused("tax_id_of_nobody", field="tax_id")
    donors = find_or_add_donors(session, [one.said for one in given if one.email], now=now)
    held = keys.hold(session, [donor.key_id for donor in donors.values()])
    gifts, numbers = [], []
    for one in given:
        donor = donors[index_of(one.email)] if one.email else None
        gift = _gift(office, one, donor, now=now)
        if one.tax_id and donor is not None and donor.key_id in held:
            numbers.append((gift, donor, read_tax_id(one.tax_id)))
        gifts.append(gift)
    keep_with_gifts(session, numbers)
    try:
        with session.begin_nested():
            session.add_all(gifts)
    except IntegrityError:
        raise Refused("bank_reference_known", field="reference")
    record_paid(session, gifts, actor=actor, now=now)
    books = {
        fund.id: journals.Book.load(session, fund.id, office.id, office.currency)
        for fund in {one.fund.id: one.fund for one in given}.values()
    }
    drafts = [
        journals.gift_to_bank(books[gift.fund_id], gift.id, one.received_on, gift.amount_minor)
        for gift, one in zip(gifts, given, strict=True)
    ]
    ledger.post(session, drafts, actor=actor, now=now)
    return gifts


def _gift(office: Office, given: BankGift, donor: Donor | None, *, now: datetime) -> Gift:
    return Gift(
        id=new_id(),
        donor_id=donor.id if donor else None,
        office_id=office.id,
        fund_id=given.fund.id,
        amount_minor=given.amount.amount_minor,
        currency=given.amount.currency,
        method=given.method,
        state="paid",
        language=given.language,
        bank_reference=given.bank_reference,
        has_outside_receipt=given.has_outside_receipt,
        is_bank_reported=given.is_bank_reported,
        created_at=now,
        paid_at=now,
        paid_on=given.received_on,
    )
