"""Subscriptions as time goes by: invoices, tries and retries, and the clocks that tests move."""
