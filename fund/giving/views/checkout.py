"""The way to Stripe's page."""

from uuid import UUID

from flask import url_for
from werkzeug.wrappers import Response

from fund import clock
from fund.giving import checkout as stripe_checkout
from fund.giving import operations
from fund.giving.views import gate
from fund.giving.views.room import blueprint
from fund.web import posting, public


@blueprint.get("/give/checkout/<uuid:gift_id>")
@public
def checkout(gift_id: UUID) -> Response:
    """On to Stripe's page for this gift."""
    return gate.lead_to_stripe(
        gift_id,
        "gift_id",
        stripe_checkout.open_checkout,
        stripe_checkout.prepare_checkout,
        back_at="giving.thanks",
    )


@blueprint.post("/give/again/<uuid:gift_id>")
@public
def retry(gift_id: UUID) -> Response:
    """Pay the same gift anew, after Stripe said that the last attempt came to nothing."""
    with posting() as post:
        operations.retry_gift(post.session, gift_id, now=clock.now())
        return post.redirect(url_for("giving.checkout", gift_id=gift_id))
