"""What is read about gifts."""

from fund.giving.queries.campaigns import (
    Progress,
    find_progress,
    get_campaign,
    get_campaign_page,
    list_campaigns,
)
from fund.giving.queries.gifts import (
    GiftRow,
    find_donor_key,
    find_last_receipt,
    find_last_return,
    get_gift,
    get_receipt,
    get_remaining,
    list_donor_keys,
    list_gifts,
    list_paid,
    list_receipts_of,
    list_returned,
    list_returns,
    list_unknown_intents,
    list_with_tax_id,
)
from fund.giving.queries.healing import list_unmailed, list_unreceipted
from fund.giving.queries.offers import Offer, find_fees, find_offer, list_stripe_types
from fund.giving.queries.offices import (
    get_open_fund,
    list_card_offices,
)
from fund.giving.queries.plans import (
    PlanRow,
    get_plan,
    list_changes,
    list_plans_of,
)
from fund.giving.queries.portal import (
    find_link_reader,
    find_visit,
    get_gift_of,
    get_receipt_of,
    get_statement_of,
    is_link_open,
    list_all_gifts_of,
    list_gifts_of,
    list_statements_of,
)
from fund.giving.queries.statements import (
    StatementRow,
    list_statement_rows,
    list_statements_due,
)
from fund.giving.queries.terms import find_terms, terms_at

__all__ = [
    "GiftRow",
    "Offer",
    "PlanRow",
    "Progress",
    "StatementRow",
    "find_donor_key",
    "find_fees",
    "find_last_receipt",
    "find_last_return",
    "find_link_reader",
    "find_offer",
    "find_progress",
    "find_terms",
    "find_visit",
    "get_campaign",
    "get_campaign_page",
    "get_gift",
    "get_gift_of",
    "get_open_fund",
    "get_plan",
    "get_receipt",
    "get_receipt_of",
    "get_remaining",
    "get_statement_of",
    "is_link_open",
    "list_all_gifts_of",
    "list_campaigns",
    "list_card_offices",
    "list_changes",
    "list_donor_keys",
    "list_gifts",
    "list_gifts_of",
    "list_paid",
    "list_plans_of",
    "list_receipts_of",
    "list_returned",
    "list_returns",
    "list_statement_rows",
    "list_statements_due",
    "list_statements_of",
    "list_stripe_types",
    "list_unknown_intents",
    "list_unmailed",
    "list_unreceipted",
    "list_with_tax_id",
    "terms_at",
]
