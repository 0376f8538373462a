"""What an office offers donors, and the receipts it may give."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from fund.audit import operations as audit
from fund.audit.events import OfficeTermsChanged
from fund.errors import Conflict, require
from fund.giving import queries
from fund.giving.models import OfficeTerms
from fund.ledger.models import Office
from fund.ledger.operations.calling import refusing
from fund.permissions import SYSTEM, Actor, Permission

_RULES = {
    "ck_office_terms_signatory": "receipt_needs_signatory",
    "receipt_kind_of_office": "receipt_kind_not_the_offices",
    "ck_office_terms_biller_id": "biller_id_wrong",
    "ck_office_terms_promptpay": "promptpay_needs_names",
    "ck_office_terms_merchant_name": "promptpay_needs_names",
    "promptpay_of_office": "promptpay_in_thailand_only",
    "biller_of_two": "biller_needs_second",
}
# What is kept of terms when one part of them changes.
_PARTS = frozenset(
    {"receipt_kind", "signatory_name", "signatory_title", "stripe_methods", "fee_table"}
    | {"biller_id", "merchant_name", "merchant_city", "matching_days"}
)


def set_terms(
    session: Session,
    office: Office,
    *,
    receipt_kind: str = "none",
    signatory_name: str | None = None,
    signatory_title: str | None = None,
    stripe_methods: Sequence[str] = ("card",),
    fee_table: Mapping[str, int] | None = None,
    biller_id: str | None = None,
    merchant_name: str | None = None,
    merchant_city: str | None = None,
    matching_days: int = 1,
    actor: Actor,
    now: datetime,
) -> OfficeTerms:
    """New terms of an office, from now on; see models.OfficeTerms for what each means.

    Another biller than before needs two persons: see `approve_biller`. Raises Denied; Refused:
    `receipt_needs_signatory`, `receipt_kind_not_the_offices`, `biller_id_wrong`,
    `promptpay_needs_names`, `promptpay_in_thailand_only`, `biller_needs_second`.
    """
    require(actor == SYSTEM or actor.may(Permission.WRITE_TERMS))
    terms = OfficeTerms(
        office_id=office.id,
        valid_from=now,
        stripe_methods=list(stripe_methods),
        biller_id=biller_id,
        merchant_name=merchant_name,
        merchant_city=merchant_city,
        matching_days=matching_days,
        fee_table=dict(fee_table) if fee_table is not None else None,
        receipt_kind=receipt_kind,
        signatory_name=signatory_name,
        signatory_title=signatory_title,
        entered_by=actor.label,
    )
    return _add(session, terms, actor=actor, now=now)


def change_receipts(
    session: Session,
    office: Office,
    *,
    receipt_kind: str,
    signatory_name: str | None,
    signatory_title: str | None,
    version: str,
    actor: Actor,
    now: datetime,
) -> OfficeTerms:
    """Other receipts, or another signatory; what else the office offers stays.

    `version`: that of the terms that the actor looked at. Raises as `set_terms` does, and Conflict
    if there are newer ones.
    """
    rest = _check(session, office, version, actor, now)
    return renew_terms(
        session,
        office,
        rest,
        receipt_kind=receipt_kind,
        signatory_name=signatory_name,
        signatory_title=signatory_title,
        actor=actor,
        now=now,
    )


def change_ways(
    session: Session,
    office: Office,
    *,
    stripe_methods: Sequence[str],
    matching_days: int,
    version: str,
    actor: Actor,
    now: datetime,
) -> OfficeTerms:
    """Other ways to pay on Stripe's page, another wait for the bank's statement.

    `version` as in `change_receipts`, and raises as that does.
    """
    rest = _check(session, office, version, actor, now)
    return renew_terms(
        session,
        office,
        rest,
        stripe_methods=stripe_methods,
        matching_days=matching_days,
        actor=actor,
        now=now,
    )


def renew_terms(
    session: Session,
    office: Office,
    rest: OfficeTerms,
    *,
    actor: Actor,
    now: datetime,
    **changes: Any,
) -> OfficeTerms:
    """`rest` with these parts changed, from now on; who may, the caller says.

    Raises as `set_terms` does.
    """
    terms = OfficeTerms(
        office_id=office.id,
        valid_from=now,
        entered_by=actor.label,
        **({part: getattr(rest, part) for part in _PARTS} | changes),
    )
    return _add(session, terms, actor=actor, now=now)


def _check(
    session: Session, office: Office, version: str, actor: Actor, now: datetime
) -> OfficeTerms:
    require(actor.may(Permission.WRITE_TERMS))
    terms = queries.terms_at(session, office, now)
    if terms.version != version:
        raise Conflict(row=terms)
    return terms


def _add(session: Session, terms: OfficeTerms, *, actor: Actor, now: datetime) -> OfficeTerms:
    with refusing(_RULES), session.begin_nested():
        session.add(terms)
    changed = OfficeTermsChanged(
        terms.office_id,
        receipt_kind=terms.receipt_kind,
        stripe_methods=tuple(terms.stripe_methods),
        biller_id=terms.biller_id,
    )
    audit.record(session, changed, actor=actor, now=now)
    return terms
