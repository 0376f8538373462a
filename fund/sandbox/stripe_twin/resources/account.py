"""Account: who the key belongs to."""

from flask import Blueprint

from ..api import operation
from ..scope import Scope
from ..state import Doc

bp = Blueprint("account", __name__)

_CAPABILITIES = {
    "card": "card_payments",
    "link": "link_payments",
    "nz_bank_account": "nz_bank_account_becs_debit_payments",
    "promptpay": "promptpay_payments",
}


@bp.get("/v1/account")
@operation()
def retrieve(scope: Scope, _params: Doc) -> Doc:
    account = scope.account
    return {
        "id": account.id,
        "object": "account",
        "business_profile": {"name": account.name, "support_email": None, "url": None},
        "business_type": "non_profit",
        "capabilities": {"transfers": "active"}
        | {_CAPABILITIES[method]: "active" for method in account.methods},
        "charges_enabled": True,
        "country": account.country,
        "default_currency": account.currency,
        "details_submitted": True,
        "email": None,
        "metadata": {},
        "payouts_enabled": True,
        "settings": {
            "branding": {
                "icon": None,
                "logo": None,
                "primary_color": None,
                "secondary_color": None,
            },
            "card_payments": {"statement_descriptor_prefix": None},
            "dashboard": {"display_name": account.name, "timezone": "Etc/UTC"},
            "payments": {"statement_descriptor": None},
            "payouts": {
                "debit_negative_balances": True,
                "schedule": {"delay_days": 2, "interval": account.payout_interval},
                "statement_descriptor": None,
            },
        },
        "type": "standard",
    }
