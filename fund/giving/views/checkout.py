"""The way to Stripe's page and back, and what became of a gift."""

from uuid import UUID

from flask import make_response, redirect, render_template, url_for
from werkzeug.wrappers import Response

from fund import clock, i18n, jobs
from fund.audit.queries import get_leaf_hash
from fund.db import reading, transaction
from fund.errors import Refused, Unavailable
from fund.giving import checkout as stripe_checkout
from fund.giving import operations, queries
from fund.giving.offices import CHECKOUT, PROMPTPAY
from fund.giving.views.room import blueprint, fresh
from fund.ledger.queries import fund_name
from fund.web import posting, public

ASK_AGAIN_SECONDS = 5


@blueprint.get("/give/checkout/<uuid:gift_id>")
@public
def checkout(gift_id: UUID) -> Response:
    """On to Stripe's page for this gift; while Stripe is slow, a page that asks again."""
    try:
        address = stripe_checkout.open_checkout(gift_id, now=clock.now())
    except Unavailable as error:
        with transaction() as session:
            jobs.defer(
                session,
                stripe_checkout.prepare_checkout,
                once=f"checkout:{gift_id}",
                gift_id=gift_id,
            )
        page = render_template(
            "giving/checkout.html", reason=i18n.refusal_text(error), seconds=ASK_AGAIN_SECONDS
        )
        return fresh(make_response(page, 503, {"Retry-After": str(ASK_AGAIN_SECONDS)}))
    return redirect(address or url_for("giving.thanks", gift_id=gift_id), 303)


@blueprint.get("/give/thanks/<uuid:gift_id>")
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
            stripe_checkout.ask_stripe(gift_id, now=clock.now())
    except (Unavailable, Refused):
        is_stripe_silent = True
    with reading() as session:
        row = queries.get_gift(session, gift_id)
        receipt = row.receipt
        page = render_template(
            "giving/thanks.html",
            row=row,
            leaf=get_leaf_hash(session, receipt.audit_event_id) if receipt else None,
            fund=fund_name(row.fund, i18n.language()),
            state="silent" if is_stripe_silent else row.gift.state,
            seconds=ASK_AGAIN_SECONDS,
        )
        return fresh(make_response(page))


@blueprint.post("/give/again/<uuid:gift_id>")
@public
def retry(gift_id: UUID) -> Response:
    """Pay the same gift anew, after Stripe said that the last attempt came to nothing."""
    with posting() as post:
        operations.retry_gift(post.session, gift_id, now=clock.now())
        return post.redirect(url_for("giving.checkout", gift_id=gift_id))
