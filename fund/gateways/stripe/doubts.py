"""What may take a gift back, as it stands at Stripe."""

from fund.gateways.stripe.client import Doc, call


def retrieve_dispute(office: str, dispute_id: str) -> Doc:
    """A dispute or an inquiry."""
    return call(office, lambda client: client.v1.disputes.retrieve(dispute_id))


def retrieve_early_fraud_warning(office: str, warning_id: str) -> Doc:
    """A card network's warning."""
    return call(office, lambda client: client.v1.radar.early_fraud_warnings.retrieve(warning_id))


def retrieve_review(office: str, review_id: str) -> Doc:
    """A review of Stripe's."""
    return call(office, lambda client: client.v1.reviews.retrieve(review_id))
