"""Donors, gifts and receipts."""

from fund.giving.models.donors import Donor
from fund.giving.models.gifts import Gift
from fund.giving.models.receipts import Receipt, ReceiptNumber, ReceiptSeries

__all__ = ["Donor", "Gift", "Receipt", "ReceiptNumber", "ReceiptSeries"]
