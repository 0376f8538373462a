"""What each office offers donors at a moment, and which one a gift goes to."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from fund import clock
from fund.giving import fees, offices
from fund.giving.models import OfficeTerms
from fund.giving.queries.terms import terms_at
from fund.ledger import queries as ledger
from fund.ledger.models import Office


@dataclass(frozen=True)
class Offer:
    """The office that a gift goes to, its terms, and the ways to pay there.

    `ways` are those that the donor can choose from, though another may lead to another office;
    `stripe_types`: the kinds of payment on Stripe's page, by Stripe's names.
    """

    office: Office
    terms: OfficeTerms
    methods: tuple[str, ...]
    ways: tuple[str, ...]
    stripe_types: tuple[str, ...]
    gives_tax_receipt: bool


def find_offer(
    session: Session,
    *,
    country: str | None,
    currency: str,
    wants_receipt: bool,
    frequency: str = offices.ONCE,
    method: str | None = None,
    now: datetime,
) -> Offer | None:
    """The office of such a gift by `offices.choose`; None if no office can take it.

    `method`: the way that the donor chose. Of a gift that is given once it has no say in where it
    goes; a regular one can be paid by card abroad, or pledged in Thailand.
    """
    places = {office.code: office for office in ledger.list_offices(session)}
    terms = {code: terms_at(session, office, now) for code, office in places.items()}
    rules = {code: _as_rules(office, terms[code]) for code, office in places.items()}
    choice = offices.choose(
        list(rules.values()),
        country=country,
        currency=currency,
        wants_receipt=wants_receipt,
        frequency=frequency,
        method=method if frequency != offices.ONCE else None,
    )
    if choice is None:
        return None
    ways = choice.methods
    if frequency != offices.ONCE:
        ways = offices.list_ways(
            list(rules.values()), country=country, currency=currency, frequency=frequency
        )
    return Offer(
        places[choice.office],
        terms[choice.office],
        choice.methods,
        ways,
        rules[choice.office].stripe_types(currency=currency, frequency=frequency),
        choice.gives_tax_receipt,
    )


def list_stripe_types(
    session: Session, office: Office, *, currency: str, frequency: str, at: datetime
) -> tuple[str, ...]:
    """What Stripe's page for such a gift offers, as the office's terms said at that moment."""
    rules = _as_rules(office, terms_at(session, office, at))
    return rules.stripe_types(currency=currency, frequency=frequency)


def find_fees(
    session: Session, offer: Offer, currency: str, *, now: datetime
) -> fees.FeeRange | None:
    """What a payment in `currency` can cost there; None as long as nobody can tell."""
    if not offer.terms.fee_table:
        return None
    table = fees.read_table(offer.office, offer.terms.fee_table)
    return fees.find_range(table, currency, ledger.rates_at(session, clock.bangkok_day(now)))


def _as_rules(office: Office, terms: OfficeTerms) -> offices.Terms:
    return offices.Terms(
        office.code,
        office.currency,
        stripe_methods=tuple(terms.stripe_methods) if office.stripe_account_id else (),
        takes_promptpay_qr=terms.takes_promptpay_qr,
        receipt_country=terms.receipt_country,
    )
