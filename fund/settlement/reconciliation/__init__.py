"""Stripe's own word of its balance beside the lines kept here and the accounts of the books."""
