"""Gifts that come to an office's bank."""

from datetime import date, datetime

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from fund.errors import Refused, require
from fund.giving.donors import find_or_add_donor
from fund.giving.models import Gift
from fund.giving.operations.payment import record_paid
from fund.giving.tax_ids import keep_with_gift, read_tax_id
from fund.ids import new_id
from fund.ledger import journals
from fund.ledger import operations as ledger
from fund.ledger.models import Fund, Office
from fund.money import Money
from fund.permissions import SYSTEM, Actor, Permission


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
) -> Gift:
    """A gift that came to the office's bank; booked and receipted at once.

    `method`: bank (a transfer), cash or cheque. `bank_reference`: the statement's, or the number of
    the pay-in slip. Without an e-mail address the donor stays unknown and no mail is sent. Raises
    Refused if a gift with this bank reference is recorded already.
    """
    require(actor.may(Permission.RECORD_GIFTS) or actor is SYSTEM)
    if amount.currency != office.currency:
        raise Refused("not_the_offices_currency", field="amount")
    donor = (
        find_or_add_donor(session, email=email, name=name, language=language, now=now)
        if email
        else None
    )
    if tax_id and donor is None:
        raise Refused("tax_id_of_nobody", field="tax_id")
    gift = Gift(
        id=new_id(),
        donor_id=donor.id if donor else None,
        office_id=office.id,
        fund_id=fund.id,
        amount_minor=amount.amount_minor,
        currency=amount.currency,
        method=method,
        state="paid",
        language=language,
        bank_reference=bank_reference,
        created_at=now,
        paid_at=now,
        paid_on=received_on,
    )
    if tax_id and donor is not None:
        keep_with_gift(session, gift, donor, read_tax_id(tax_id))
    try:
        with session.begin_nested():
            session.add(gift)
    except IntegrityError:
        raise Refused("bank_reference_known", field="reference")
    record_paid(session, [gift], actor=actor, now=now)
    book = journals.Book.load(session, fund.id, office.id, amount.currency)
    draft = journals.gift_to_bank(book, gift.id, received_on, amount.amount_minor)
    ledger.post(session, [draft], actor=actor, now=now)
    return gift
