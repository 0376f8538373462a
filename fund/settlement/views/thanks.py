"""What became of a gift, for its donor."""

from uuid import UUID

from flask import make_response, redirect, render_template, url_for
from werkzeug.wrappers import Response

from fund import clock, i18n
from fund.audit.queries import get_leaf_hash
from fund.db import reading
from fund.errors import Refused, Unavailable
from fund.giving import checkout, queries
from fund.giving.offices import CHECKOUT, PROMPTPAY
from fund.giving.views.room import blueprint as gift_pages
from fund.giving.views.room import fresh
from fund.ledger.queries import fund_name
from fund.money import Money
from fund.settlement.queries import find_fee_of
from fund.web import public

ASK_AGAIN_SECONDS = 5


# A page of the room below, which cannot know the true fee; so it is drawn here.
@gift_pages.get("/give/thanks/<uuid:gift_id>")
@public
def thanks(gift_id: UUID) -> Response:
    """What became of the gift: paid, on its way, or not completed. Never asks for it twice."""
    with reading() as session:
        gift = queries.get_gift(session, gift_id).gift
    if gift.method == PROMPTPAY and gift.state != "paid":
        return redirect(url_for("giving.pay", gift_id=gift_id), 303)
    is_stripe_silent = False
    try:
        if gift.method == CHECKOUT:
            checkout.ask_stripe(gift_id, now=clock.now())
    except (Unavailable, Refused):
        is_stripe_silent = True
    with reading() as session:
        row = queries.get_gift(session, gift_id)
        receipt, fee = row.receipt, find_fee_of(session, gift_id)
        cover = Money(row.gift.cover_minor, row.gift.currency)
        page = render_template(
            "giving/thanks.html",
            row=row,
            leaf=get_leaf_hash(session, receipt.audit_event_id) if receipt else None,
            fund=fund_name(row.fund, i18n.language()),
            state="silent" if is_stripe_silent else row.gift.state,
            fee=fee,
            cover=cover,
            surplus=_surplus(cover, fee),
            seconds=ASK_AGAIN_SECONDS,
        )
        return fresh(make_response(page))


def _surplus(cover: Money, fee: Money | None) -> Money | None:
    """What was added beyond the fee, if that can be said without an exchange."""
    if fee is None or fee.currency != cover.currency or not fee < cover:
        return None
    return cover - fee
