"""Webhooks from Stripe to the books, measured."""
