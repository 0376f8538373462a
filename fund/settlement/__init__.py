"""Stripe event inbox and balance-transaction feed."""
