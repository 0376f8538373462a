"""A practice Stripe: the API, hosted Checkout and signed webhooks, offline and without money.

It stands alone, imports nothing of the fund, and runs as a process of its own
(`python -m fund.sandbox.stripe_twin`). The fund reaches it through `STRIPE_API_BASE` only.
"""
