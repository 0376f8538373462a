"""The demo world's organisation, its two receiving offices, its funds and its payees."""

from datetime import datetime
from typing import Any
from uuid import UUID

from fund.db import transaction
from fund.disbursements import operations as disbursements
from fund.disbursements.operations import AccountDetails
from fund.disbursements.queries import get_payee
from fund.giving import operations as giving
from fund.ledger import operations as ledger
from fund.ledger.queries import get_office
from fund.ledger.starting import open_starting_funds
from fund.permissions import SYSTEM
from fund.sandbox.demo.world import World
from fund.survivors.operations import seed_wordings

OFFICES: tuple[dict[str, Any], ...] = (
    {
        "code": "nz",
        "legal_name": "Practice Friends of LIFT (New Zealand) Trust",
        "country": "NZ",
        "currency": "NZD",
        "timezone": "Pacific/Auckland",
        "address": "1 Example Street, Wellington 6011, New Zealand",
        "tax_ids": {"charity_number": "CC00000"},
        "stripe_account_id": "acct_practice_nz",
        "receipt_kind": "nz_donation",
        "methods": ["card"],
        "receipt_prefix": "NZ",
    },
    {
        "code": "th",
        "legal_name": "Practice LIFT Foundation (Thailand)",
        "country": "TH",
        "currency": "THB",
        "timezone": "Asia/Bangkok",
        "address": "1 Example Road, Chiang Mai 50000, Thailand",
        "tax_ids": {"tax_id": "0000000000000"},
        "stripe_account_id": None,
        "receipt_kind": "th_donation",
        "methods": ["promptpay_qr", "bank_transfer"],
        "receipt_prefix": "TH",
    },
)
TERMS: dict[str, dict[str, Any]] = {
    "nz": {
        "receipt_kind": "nz_donation",
        "signatory_name": "Moana Practice",
        "signatory_title": "Trustee",
        "stripe_methods": ["card", "link"],
        "fee_table": {
            "percent_bp": 270,
            "fixed_minor": 30,
            "international_bp": 100,
            "conversion_bp": 200,
        },
    },
    "th": {
        "receipt_kind": "th_donation",
        "signatory_name": "Anong Practice",
        "signatory_title": "Treasurer",
        "stripe_methods": [],
        "biller_id": "000000000000000",
        "merchant_name": "PRACTICE LIFT FOUNDATION",
        "merchant_city": "CHIANG MAI",
    },
}
PAYEES = (
    ("school", "Example School, Chiang Mai"),
    ("school", "Example School, Khon Kaen"),
    ("training_centre", "Example Training Centre"),
    ("vendor", "Example Books and Uniforms"),
    ("vendor", "Example Tools Company"),
)


def build(at: datetime) -> None:
    """Open the offices and funds, and lay out the wordings of consent."""
    with transaction() as session:
        for office in OFFICES:
            ledger.open_office(session, **office, actor=SYSTEM, now=at)
            terms = TERMS[office["code"]]
            opened = get_office(session, office["code"])
            giving.set_terms(session, opened, **terms, actor=SYSTEM, now=at)
        open_starting_funds(session, actor=SYSTEM, now=at)
        seed_wordings(session, now=at)


def add_payees(world: World, at: datetime) -> None:
    """Finance enters the payees, the treasurer checks their accounts."""
    for place, (kind, name) in enumerate(PAYEES):
        add_payee(world, kind, name, None, f"0{place}0-0-00000-{place}", at)


def add_payee(
    world: World, kind: str, name: str | None, survivor: UUID | None, number: str, at: datetime
) -> None:
    """One payee, entered and checked."""
    details = AccountDetails(
        account_name=name or "Practice Guardian", bank="Example Bank", account_number=number
    )
    with world.acting("finance", at) as (session, actor):
        payee = disbursements.add_payee(
            session,
            kind=kind,
            name=name,
            survivor_id=survivor,
            details=details,
            actor=actor,
            now=at,
        )
        payee_id = payee.id
    with world.acting("treasurer", at) as (session, actor):
        payee = get_payee(session, payee_id)
        disbursements.check_account(session, payee.accounts[-1], payee, actor=actor, now=at)
