"""The ways to Stripe's pages and back."""

from fund.giving.checkout.payment import ask_stripe, open_checkout, prepare_checkout

__all__ = ["ask_stripe", "open_checkout", "prepare_checkout"]
