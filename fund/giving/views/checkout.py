"""The way to Stripe's page."""

from uuid import UUID

from flask import make_response, redirect, render_template, url_for
from werkzeug.wrappers import Response

from fund import clock, i18n, jobs
from fund.db import transaction
from fund.errors import Unavailable
from fund.giving import checkout as stripe_checkout
from fund.giving import operations
from fund.giving.views.room import blueprint, fresh
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


@blueprint.post("/give/again/<uuid:gift_id>")
@public
def retry(gift_id: UUID) -> Response:
    """Pay the same gift anew, after Stripe said that the last attempt came to nothing."""
    with posting() as post:
        operations.retry_gift(post.session, gift_id, now=clock.now())
        return post.redirect(url_for("giving.checkout", gift_id=gift_id))
