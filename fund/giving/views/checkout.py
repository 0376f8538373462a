"""The way to Stripe's page."""

from uuid import UUID

from flask import redirect, url_for
from werkzeug.wrappers import Response

from fund import clock, jobs
from fund.db import transaction
from fund.errors import Unavailable
from fund.giving import checkout as stripe_checkout
from fund.giving import operations
from fund.giving.views import gate
from fund.giving.views.room import blueprint
from fund.web import posting, public

ASK_AGAIN_SECONDS = 5


@blueprint.get("/give/checkout/<uuid:gift_id>")
@public
def checkout(gift_id: UUID) -> Response:
    """On to Stripe's page for this gift; while Stripe is slow, a page that asks again."""
    held = gate.stand_before(gift_id)
    if held is not None:
        return held
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
        gate.leave_line(gift_id)
        return gate.wait(error.code, ASK_AGAIN_SECONDS)
    return redirect(address or url_for("giving.thanks", gift_id=gift_id), 303)


@blueprint.post("/give/again/<uuid:gift_id>")
@public
def retry(gift_id: UUID) -> Response:
    """Pay the same gift anew, after Stripe said that the last attempt came to nothing."""
    with posting() as post:
        operations.retry_gift(post.session, gift_id, now=clock.now())
        return post.redirect(url_for("giving.checkout", gift_id=gift_id))
