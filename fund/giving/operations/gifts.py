"""A gift before it is paid: begun, sent to Stripe's page, tried again."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from fund.audit import operations as audit
from fund.audit.events import GiftRetried, GiftStarted
from fund.errors import Refused, Unavailable
from fund.giving import policy, promptpay, queries
from fund.giving.dedications import add_dedication
from fund.giving.donors import find_or_add_donor
from fund.giving.models import Donor, Gift
from fund.giving.offices import CHECKOUT, ONCE, PROMPTPAY
from fund.giving.orders import PLAIN, Order
from fund.giving.tax_ids import keep_with_gift, read_tax_id
from fund.giving.words import seal_words
from fund.ids import new_id
from fund.ledger.models import Fund, Office
from fund.ledger.operations.calling import refusal_of
from fund.money import Money
from fund.permissions import ANONYMOUS


def start_gift(
    session: Session,
    *,
    amount: Money,
    fund_code: str,
    email: str,
    name: str,
    language: str,
    now: datetime,
    order: Order = PLAIN,
) -> Gift:
    """A gift that its donor is about to pay, on Stripe's page or by PromptPay.

    The office follows from country, currency and the wish for a tax receipt. `amount` is what the
    fund is to have; what covers the fee comes on top. Raises Refused if the amount is too small or
    too large, the fund takes no gifts, office, way or total are not those that were shown, or a tax
    receipt lacks the donor's name or number.
    """
    fund = queries.get_open_fund(session, fund_code)
    offer = choose_offer(session, amount.currency, order, now=now)
    method = order.method or offer.methods[0]
    total = amount + find_cover(session, offer, method, amount, order, now=now)
    check_amount(fund, offer.office, total)
    tax_id = ask_tax_id(offer, order, name)
    donor = find_or_add_donor(session, email=email, name=name, language=language, now=now)
    gift = Gift(
        id=new_id(),
        donor_id=donor.id,
        office_id=offer.office.id,
        fund_id=fund.id,
        campaign_id=order.campaign_id,
        amount_minor=total.amount_minor,
        cover_minor=(total - amount).amount_minor,
        currency=total.currency,
        method=method,
        payment_reference=promptpay.new_reference() if method == PROMPTPAY else None,
        country=order.country,
        wants_tax_receipt=order.wants_tax_receipt,
        is_anonymous=order.is_anonymous,
        state="open",
        language=language,
        created_at=now,
    )
    seal_words(session, gift, donor, company=order.company, note=order.note)
    if tax_id:
        keep_with_gift(session, gift, donor, tax_id)
    session.add(gift)
    flush_open(session)
    if order.dedication is not None:
        add_dedication(session, gift, donor, order.dedication)
    _record_started(session, gift, offer.office, fund, donor, now=now)
    return gift


def ask_tax_id(offer: queries.Offer, order: Order, name: str) -> str:
    """The number that the gift's tax receipt will name, if it must name one; else empty.

    Raises Refused(`tax_id_needed`, `tax_id_wrong`, `name_needed`).
    """
    is_needed = order.wants_tax_receipt and offer.gives_tax_receipt and offer.terms.names_tax_id
    if not is_needed:
        return ""
    if not order.tax_id:
        raise Refused("tax_id_needed", field="tax_id")
    if not (name or order.company):
        raise Refused("name_needed", field="name")
    return read_tax_id(order.tax_id)


def _record_started(
    session: Session, gift: Gift, office: Office, fund: Fund, donor: Donor, *, now: datetime
) -> None:
    audit.record(
        session,
        GiftStarted(
            subject_id=gift.id,
            office=office.code,
            fund=fund.code,
            amount_minor=gift.amount_minor,
            currency=gift.currency,
        ),
        actor=ANONYMOUS,
        now=now,
        key_id=donor.key_id,
    )


def choose_offer(
    session: Session, currency: str, order: Order, *, frequency: str = ONCE, now: datetime
) -> queries.Offer:
    """The office of what was asked for. Raises Refused unless it was shown so."""
    offer = queries.find_offer(
        session,
        country=order.country,
        currency=currency,
        wants_receipt=order.wants_tax_receipt,
        frequency=frequency,
        method=order.method,
        now=now,
    )
    if offer is None:
        raise Unavailable("no_card_office")
    if order.office_code not in (None, offer.office.code):
        raise Refused("another_office", field="office", office=offer.office.legal_name)
    if order.method not in (None, *offer.methods):
        raise Refused("method_not_offered", field="method")
    return offer


def find_cover(
    session: Session,
    offer: queries.Offer,
    method: str,
    amount: Money,
    order: Order,
    *,
    now: datetime,
) -> Money:
    """What is added for the fee. Raises Refused if the total with it is not what was shown."""
    nothing = Money(0, amount.currency)
    if not order.covers_fee or method != CHECKOUT:
        return nothing
    fees = queries.find_fees(session, offer, amount.currency, now=now)
    cover = fees.cover(amount) if fees else nothing
    if order.total != amount + cover:
        raise Refused("another_total", field="covers_fee", total=amount + cover)
    return cover


def check_amount(fund: Fund, office: Office, amount: Money) -> None:
    """Raise Refused unless one gift may be of this size."""
    least, most = policy.least(amount.currency, office), policy.most(fund, amount.currency)
    if amount < least:
        raise Refused("gift_too_small", field="amount", least=least)
    if most < amount:
        raise Refused("gift_too_large", field="amount", most=most)


def keep_session(session: Session, gift_id: UUID, *, attempt: int, session_id: str) -> None:
    """Remember the Checkout session that was made for this attempt."""
    gift = lock_gift(session, gift_id)
    if gift.attempt == attempt and gift.stripe_session_id is None:
        gift.stripe_session_id = session_id


def retry_gift(session: Session, gift_id: UUID, *, now: datetime) -> None:
    """Let the same gift be paid anew, once Stripe said that the last attempt came to nothing.

    Raises Refused(`fund_takes_no_gifts`) if its fund was closed meanwhile.
    """
    gift = lock_gift(session, gift_id)
    if gift.method != CHECKOUT or gift.state in ("open", "processing", "paid"):
        return
    gift.move_to("open")
    gift.attempt += 1
    gift.stripe_session_id = gift.stripe_payment_intent_id = gift.stripe_charge_id = None
    flush_open(session)
    audit.record(
        session,
        GiftRetried(subject_id=gift.id, attempt=gift.attempt),
        actor=ANONYMOUS,
        now=now,
    )


def lock_gift(session: Session, gift_id: UUID) -> Gift:
    """The gift's row, ours until the transaction ends, as it is now."""
    # Not FOR UPDATE: the feed's rows point at gifts, and need not wait for us.
    gift = session.get(Gift, gift_id, with_for_update={"key_share": True}, populate_existing=True)
    if gift is None:
        raise Refused("gift_unknown")
    return gift


def flush_open(session: Session) -> None:
    """Raises Refused if the fund of a gift that opens was closed, or its donor forgotten."""
    try:
        session.flush()
    except DBAPIError as error:
        match refusal_of(error, {"donor_erased": "donor_erased"}):
            case "fund_closed":
                raise Refused("fund_takes_no_gifts", field="fund")
            case "donor_erased":
                raise Refused("gift_unknown")
        raise
