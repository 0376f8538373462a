"""Funds as an office's Stripe account knows them."""

from sqlalchemy.dialects.postgresql import insert

from fund.db import transaction
from fund.gateways import stripe
from fund.giving.models import StripeProduct
from fund.ledger.models import Fund, Office
from fund.ledger.queries import fund_name


def make_product(office: Office, fund: Fund) -> str:
    """Let the office's account know the fund; its id there."""
    product_id = f"fund_{fund.code}"
    stripe.create_product(office.code, product_id, fund_name(fund, "en"))
    with transaction() as session:
        row = insert(StripeProduct).values(
            office_id=office.id, fund_id=fund.id, product_id=product_id
        )
        session.execute(row.on_conflict_do_nothing())
    return product_id
