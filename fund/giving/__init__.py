"""Donors, gifts, checkout, receipts."""
