"""Where a gift may go: offices and funds."""

from sqlalchemy.orm import Session

from fund.errors import Refused
from fund.ledger import queries as ledger
from fund.ledger.models import Fund, Office


def list_card_offices(session: Session) -> list[Office]:
    """The offices that take cards and wallets through Stripe."""
    return [office for office in ledger.list_offices(session) if office.stripe_account_id]


def get_open_fund(session: Session, code: str) -> Fund:
    """The open fund of this code. Raises Refused beside the field."""
    funds = [fund for fund in ledger.list_open_funds(session) if fund.code == code]
    if not funds:
        raise Refused("fund_takes_no_gifts", field="fund")
    return funds[0]
