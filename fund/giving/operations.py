"""What donors, Stripe and the bank do to gifts."""

from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import Session

from fund.audit import operations as audit
from fund.audit.events import GiftFailed, GiftPaid, GiftProcessing, GiftRetried, GiftStarted
from fund.errors import Refused, require
from fund.giving import policy, queries, receipts
from fund.giving.donors import find_or_add_donor
from fund.giving.models import Gift
from fund.giving.payments import StripePayment
from fund.ledger import journals
from fund.ledger import operations as ledger
from fund.ledger.models import Fund, Office
from fund.ledger.operations.calling import refusal_of
from fund.money import Money
from fund.permissions import ANONYMOUS, SYSTEM, Actor, Permission


def start_gift(
    session: Session,
    *,
    amount: Money,
    fund_code: str,
    email: str,
    name: str,
    language: str,
    now: datetime,
) -> Gift:
    """A gift that its donor is about to pay on Stripe's page.

    Raises Refused if the amount is too small or too large, or the fund takes no gifts.
    """
    fund = queries.get_open_fund(session, fund_code)
    check_amount(fund, amount)
    office = queries.choose_card_office(session, amount.currency)
    donor = find_or_add_donor(session, email=email, name=name, language=language, now=now)
    gift = Gift(
        donor_id=donor.id,
        office_id=office.id,
        fund_id=fund.id,
        amount_minor=amount.amount_minor,
        currency=amount.currency,
        method="checkout",
        state="open",
        language=language,
        created_at=now,
    )
    session.add(gift)
    _flush_open(session)
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


def check_amount(fund: Fund, amount: Money) -> None:
    """Raise Refused unless one gift may be of this size."""
    least, most = policy.least(amount.currency), policy.most(fund, amount.currency)
    if amount < least:
        raise Refused("gift_too_small", field="amount", least=least)
    if most < amount:
        raise Refused("gift_too_large", field="amount", most=most)


def keep_session(session: Session, gift_id: UUID, *, attempt: int, session_id: str) -> None:
    """Remember the Checkout session that was made for this attempt."""
    gift = _lock(session, gift_id)
    if gift.attempt == attempt and gift.stripe_session_id is None:
        gift.stripe_session_id = session_id


def retry_gift(session: Session, gift_id: UUID, *, now: datetime) -> None:
    """Let the same gift be paid anew, once Stripe said that the last attempt came to nothing.

    Raises Refused(`fund_takes_no_gifts`) if its fund was closed meanwhile.
    """
    gift = _lock(session, gift_id)
    if gift.state in ("open", "processing", "paid"):
        return
    gift.move_to("open")
    gift.attempt += 1
    gift.stripe_session_id = gift.stripe_payment_intent_id = gift.stripe_charge_id = None
    _flush_open(session)
    audit.record(
        session,
        GiftRetried(subject_id=gift.id, attempt=gift.attempt),
        actor=ANONYMOUS,
        now=now,
    )


def _flush_open(session: Session) -> None:
    """Raises Refused if the fund of a gift that opens was closed meanwhile."""
    try:
        session.flush()
    except DBAPIError as error:
        if refusal_of(error) == "fund_closed":
            raise Refused("fund_takes_no_gifts", field="fund")
        raise


def apply_payment(session: Session, payment: StripePayment, *, now: datetime) -> None:
    """Bring the gift to where Stripe says its payment is; in any order, any number of times.

    Raises Refused if what was paid is not what was given, or if it was paid by another payment
    already: both are for finance to look at.
    """
    gift = _lock(session, payment.gift_id)
    if payment.amount != gift.amount:
        raise Refused("paid_amount_differs", given=gift.amount, paid=payment.amount)
    if payment.state == "paid":
        _apply_paid(session, gift, payment, now=now)
    elif payment.attempt == gift.attempt:
        _keep_ids(gift, payment)
        if payment.state in gift.TRANSITIONS[gift.state]:
            _move_on(session, gift, payment.state, now=now)


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
    email: str = "",
    name: str = "",
    language: str = "en",
) -> Gift:
    """A gift that came to the office's bank, as its statement says; booked and receipted at once.

    Without an e-mail address the donor stays unknown and no mail is sent. Raises Refused if a
    gift with this bank reference is recorded already.
    """
    require(actor.may(Permission.RECORD_GIFTS) or actor is SYSTEM)
    if amount.currency != office.currency:
        raise Refused("not_the_offices_currency", field="amount")
    donor = (
        find_or_add_donor(session, email=email, name=name, language=language, now=now)
        if email
        else None
    )
    gift = Gift(
        donor_id=donor.id if donor else None,
        office_id=office.id,
        fund_id=fund.id,
        amount_minor=amount.amount_minor,
        currency=amount.currency,
        method="bank",
        state="paid",
        language=language,
        bank_reference=bank_reference,
        created_at=now,
        paid_at=now,
        paid_on=received_on,
    )
    try:
        with session.begin_nested():
            session.add(gift)
    except IntegrityError:
        raise Refused("bank_reference_known", field="bank_reference")
    _record_paid(session, gift, office=office, fund=fund, actor=actor, now=now)
    book = journals.Book.load(session, fund.id, office.id, amount.currency)
    draft = journals.gift_to_bank(book, gift.id, received_on, amount.amount_minor)
    ledger.post(session, [draft], actor=actor, now=now)
    return gift


def _apply_paid(session: Session, gift: Gift, payment: StripePayment, *, now: datetime) -> None:
    if gift.state == "paid":
        if gift.stripe_payment_intent_id != payment.payment_intent_id:
            raise Refused("paid_twice")
        return
    office = session.get_one(Office, gift.office_id)
    fund = session.get_one(Fund, gift.fund_id)
    gift.move_to("paid")
    gift.attempt = payment.attempt
    _keep_ids(gift, payment)
    gift.paid_at = payment.paid_at or now
    gift.paid_on = gift.paid_at.astimezone(ZoneInfo(office.timezone)).date()
    _record_paid(session, gift, office=office, fund=fund, actor=SYSTEM, now=now)


def _record_paid(
    session: Session, gift: Gift, *, office: Office, fund: Fund, actor: Actor, now: datetime
) -> None:
    audit.record(
        session,
        GiftPaid(
            subject_id=gift.id,
            amount_minor=gift.amount_minor,
            currency=gift.currency,
            payment_intent=gift.stripe_payment_intent_id,
        ),
        actor=actor,
        now=now,
        key_id=queries.find_donor_key(session, gift),
    )
    receipts.issue(session, gift, office=office, fund=fund, actor=actor, now=now)


def _keep_ids(gift: Gift, payment: StripePayment) -> None:
    gift.stripe_session_id = payment.session_id or gift.stripe_session_id
    gift.stripe_payment_intent_id = payment.payment_intent_id or gift.stripe_payment_intent_id
    if payment.state == "paid":  # a declined card leaves a charge too, and it is none
        gift.stripe_charge_id = payment.charge_id


def _move_on(session: Session, gift: Gift, state: str, *, now: datetime) -> None:
    gift.move_to(state)
    event = (
        GiftProcessing(subject_id=gift.id)
        if state == "processing"
        else GiftFailed(subject_id=gift.id, reason=state)
    )
    audit.record(session, event, actor=SYSTEM, now=now)


def _lock(session: Session, gift_id: UUID) -> Gift:
    """The gift's row, ours until the transaction ends, as it is now."""
    # Not FOR UPDATE: the feed's rows point at gifts, and need not wait for us.
    gift = session.get(Gift, gift_id, with_for_update={"key_share": True}, populate_existing=True)
    if gift is None:
        raise Refused("gift_unknown")
    return gift
