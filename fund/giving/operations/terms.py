"""What an office offers donors, and the receipts it may give."""

from collections.abc import Mapping, Sequence
from datetime import datetime

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
}


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

    Raises Denied; Refused: `receipt_needs_signatory`, `receipt_kind_not_the_offices`,
    `biller_id_wrong`, `promptpay_needs_names`.
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
    with refusing(_RULES), session.begin_nested():
        session.add(terms)
    changed = OfficeTermsChanged(
        office.id,
        receipt_kind=receipt_kind,
        stripe_methods=tuple(stripe_methods),
        biller_id=biller_id,
    )
    audit.record(session, changed, actor=actor, now=now)
    return terms


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
    require(actor.may(Permission.WRITE_TERMS))
    rest = queries.terms_at(session, office, now)
    if rest.version != version:
        raise Conflict(row=rest)
    return set_terms(
        session,
        office,
        receipt_kind=receipt_kind,
        signatory_name=signatory_name,
        signatory_title=signatory_title,
        stripe_methods=rest.stripe_methods,
        fee_table=rest.fee_table,
        biller_id=rest.biller_id,
        merchant_name=rest.merchant_name,
        merchant_city=rest.merchant_city,
        matching_days=rest.matching_days,
        actor=actor,
        now=now,
    )
