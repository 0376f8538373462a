"""What each office offers donors at a moment, and which one a gift goes to."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from fund.giving import offices
from fund.giving.models import OfficeTerms
from fund.ledger import queries as ledger
from fund.ledger.models import Office


@dataclass(frozen=True)
class Offer:
    """The office that a gift goes to, its terms (None if it never had any), and the ways to pay."""

    office: Office
    terms: OfficeTerms | None
    methods: tuple[str, ...]
    gives_tax_receipt: bool


def find_offer(
    session: Session,
    *,
    country: str | None,
    currency: str,
    wants_receipt: bool,
    frequency: str = offices.ONCE,
    now: datetime,
) -> Offer | None:
    """The office of such a gift by `offices.choose`; None if no office can take it."""
    terms = newest_terms(session, now)
    places = {office.code: office for office in ledger.list_offices(session)}
    choice = offices.choose(
        [_as_rules(office, terms.get(office.id)) for office in places.values()],
        country=country,
        currency=currency,
        wants_receipt=wants_receipt,
        frequency=frequency,
    )
    if choice is None:
        return None
    office = places[choice.office]
    return Offer(office, terms.get(office.id), choice.methods, choice.gives_tax_receipt)


def newest_terms(session: Session, now: datetime) -> dict[UUID, OfficeTerms]:
    """The terms that hold at `now`, by office; an office that never had any is left out."""
    query = (
        select(OfficeTerms)
        .ext(distinct_on(OfficeTerms.office_id))
        .where(OfficeTerms.valid_from <= now)
        .order_by(OfficeTerms.office_id, OfficeTerms.valid_from.desc())
    )
    return {terms.office_id: terms for terms in session.scalars(query)}


def _as_rules(office: Office, terms: OfficeTerms | None) -> offices.Terms:
    if terms is None:
        return offices.Terms(
            office.code,
            office.currency,
            stripe_methods=("card",) if office.stripe_account_id else (),
            takes_promptpay_qr=False,
            receipt_country=None,
        )
    return offices.Terms(
        office.code,
        office.currency,
        stripe_methods=tuple(terms.stripe_methods) if office.stripe_account_id else (),
        takes_promptpay_qr=terms.takes_promptpay_qr,
        receipt_country=terms.receipt_country,
    )
