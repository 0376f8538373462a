"""Donors, gifts, plans and receipts."""

from fund.giving.models.abuse import (
    CheckoutBreaker,
    CheckoutFailure,
    CheckoutGate,
    CheckoutPace,
)
from fund.giving.models.campaigns import Campaign, FrameOrigin
from fund.giving.models.dedications import Dedication, MailRefusal, PlanDedication
from fund.giving.models.donors import Donor, DonorApart, DonorMark
from fund.giving.models.edonation import EdonationMapping
from fund.giving.models.erasure import ErasureRequest
from fund.giving.models.gifts import Gift, GiftPaper
from fund.giving.models.healing import ReceiptCheck, ReceiptFault
from fund.giving.models.newsletter import NewsletterConsent
from fund.giving.models.plans import (
    LIVE,
    Plan,
    PlanChange,
    PlanLetter,
    StripeCustomer,
    StripeProduct,
)
from fund.giving.models.portal import PortalLink, PortalSession
from fund.giving.models.receipts import Receipt, ReceiptNumber, ReceiptSeries
from fund.giving.models.returns import GiftReturn
from fund.giving.models.statements import AnnualStatement
from fund.giving.models.strays import StraySubscription
from fund.giving.models.terms import NAMES_TAX_ID, RECEIPT_COUNTRIES, BillerChange, OfficeTerms

__all__ = [
    "LIVE",
    "NAMES_TAX_ID",
    "RECEIPT_COUNTRIES",
    "AnnualStatement",
    "BillerChange",
    "Campaign",
    "CheckoutBreaker",
    "CheckoutFailure",
    "CheckoutGate",
    "CheckoutPace",
    "Dedication",
    "Donor",
    "DonorApart",
    "DonorMark",
    "EdonationMapping",
    "ErasureRequest",
    "FrameOrigin",
    "Gift",
    "GiftPaper",
    "GiftReturn",
    "MailRefusal",
    "NewsletterConsent",
    "OfficeTerms",
    "Plan",
    "PlanChange",
    "PlanDedication",
    "PlanLetter",
    "PortalLink",
    "PortalSession",
    "Receipt",
    "ReceiptCheck",
    "ReceiptFault",
    "ReceiptNumber",
    "ReceiptSeries",
    "StraySubscription",
    "StripeCustomer",
    "StripeProduct",
]
