"""A receipt that takes the place of another, because part of the gift went back or came again."""

from sqlalchemy.orm import Session

from fund import i18n
from fund.giving.letters.paper import Words
from fund.giving.models import GiftReturn, Receipt, ReceiptNumber
from fund.giving.queries import GiftRow
from fund.i18n import N_, gettext
from fund.money import Money

REASONS: dict[str, str] = {
    "refund": N_("We have returned %(amount)s of your gift to you."),
    "refund_failed": N_(
        "The %(amount)s that we returned to you did not reach you, and are part of your gift again."
    ),
    "dispute_lost": N_("Your bank has taken %(amount)s of your gift back for you."),
    "dispute_won": N_("Your bank has given %(amount)s back, which are part of your gift again."),
    "reversal": N_(
        "We had recorded %(amount)s as your gift by mistake, and have taken that entry back."
    ),
    "restored": N_(
        "We had taken %(amount)s of your gift out of our books by mistake; they are part of it"
        " again."
    ),
}
CANCELLED = N_("Nothing of the gift counts any more. Please do not use the earlier receipt.")
REPLACED = N_("This receipt takes the place of the earlier one, which no longer counts.")


def say(session: Session, row: GiftRow) -> Words:
    """The words of the correction that `row.receipt` is."""
    receipt = row.receipt
    if receipt is None or receipt.corrects_id is None or receipt.return_id is None:
        raise ValueError("this receipt corrects none")
    before = session.get_one(Receipt, receipt.corrects_id)
    returned = session.get_one(GiftReturn, receipt.return_id)
    old = str(ReceiptNumber(row.office.receipt_prefix, before.year, before.number))
    currency = row.gift.currency
    counts = Money(receipt.amount_minor, currency)
    went = i18n.format_money(Money(abs(returned.amount_minor), currency))
    reason = gettext(REASONS[returned.kind], amount=went)
    effect = gettext(REPLACED if counts else CANCELLED)
    day = i18n.format_day(returned.happened_on, always_year=True)
    return Words(
        subject=gettext(
            "Receipt %(number)s takes the place of %(old)s", number=row.receipt_number, old=old
        ),
        heading=gettext("Your receipt has changed"),
        title=gettext("Corrected receipt for your gift"),
        amount=i18n.format_money(counts),
        lead=f"{reason} {effect}",
        facts=[
            (gettext("Takes the place of"), old),
            (gettext("Given"), f"{i18n.format_money(row.gift.amount)} ({currency})"),
            (gettext("Counts now"), f"{i18n.format_money(counts)} ({currency})"),
            (gettext("Changed on"), day),
        ],
    )
