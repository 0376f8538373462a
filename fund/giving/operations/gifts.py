"""A gift before it is paid: begun, sent to Stripe's page, tried again."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from fund.audit import operations as audit
from fund.audit.events import GiftRetried, GiftStarted
from fund.errors import Refused, Unavailable
from fund.giving import policy, promptpay, queries
from fund.giving.donors import find_or_add_donor
from fund.giving.models import Gift
from fund.giving.offices import CHECKOUT, PROMPTPAY
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
    country: str | None = None,
    wants_tax_receipt: bool = False,
    office_code: str | None = None,
    method: str | None = None,
) -> Gift:
    """A gift that its donor is about to pay, on Stripe's page or by PromptPay.

    The office follows from country, currency and the wish for a tax receipt; `office_code` is the
    one that the donor was shown, `method` the way they chose (None: whatever comes first there).
    Raises Refused if the amount is too small or too large, the fund takes no gifts, or office or
    way are not these.
    """
    fund = queries.get_open_fund(session, fund_code)
    office, method = choose_place(
        queries.find_offer(
            session,
            country=country,
            currency=amount.currency,
            wants_receipt=wants_tax_receipt,
            now=now,
        ),
        office_code,
        method,
    )
    check_amount(fund, office, amount)
    donor = find_or_add_donor(session, email=email, name=name, language=language, now=now)
    gift = Gift(
        donor_id=donor.id,
        office_id=office.id,
        fund_id=fund.id,
        amount_minor=amount.amount_minor,
        currency=amount.currency,
        method=method,
        payment_reference=promptpay.new_reference() if method == PROMPTPAY else None,
        state="open",
        language=language,
        created_at=now,
    )
    session.add(gift)
    flush_open(session)
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
    return gift


def choose_place(
    offer: queries.Offer | None, shown: str | None, method: str | None
) -> tuple[Office, str]:
    """The office and the way to pay of what was asked for. Raises Refused if it is not so."""
    if offer is None:
        raise Unavailable("no_card_office")
    if shown not in (None, offer.office.code):
        raise Refused("another_office", field="office", office=offer.office.legal_name)
    if method not in (None, *offer.methods):
        raise Refused("method_not_offered", field="method")
    return offer.office, method or offer.methods[0]


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
    """Raises Refused if the fund of a gift that opens was closed meanwhile."""
    try:
        session.flush()
    except DBAPIError as error:
        if refusal_of(error) == "fund_closed":
            raise Refused("fund_takes_no_gifts", field="fund")
        raise
