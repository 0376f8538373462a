"""All that is kept about a donor, for the donor."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from fund.audit import operations as audit
from fund.audit.events import DonorDataExported
from fund.giving import orders, queries
from fund.giving.donors import open_address, open_person
from fund.giving.models import (
    Dedication,
    Donor,
    Gift,
    GiftReturn,
    PlanChange,
    PlanDedication,
    PlanLetter,
    PortalSession,
    Receipt,
)
from fund.giving.queries import GiftRow, PlanRow
from fund.giving.tax_ids import open_of_donor, open_of_gift
from fund.giving.words import open_dedication, open_plan_dedication, open_words
from fund.permissions import Actor

Told = dict[str, Any]


def export_data(session: Session, donor_id: UUID, *, actor: Actor, now: datetime) -> Told:
    """The donor's data as one document: plain values, amounts in minor units."""
    donor = session.get_one(Donor, donor_id)
    person = open_person(session, donor)
    rows = queries.list_all_gifts_of(session, donor_id)
    audit.record(session, DonorDataExported(donor_id), actor=actor, now=now)
    return {
        "donor": {
            "id": str(donor.id),
            "email": person.email,
            "other_addresses": [
                open_address(session, record)
                for record in session.scalars(select(Donor).where(Donor.merged_into_id == donor.id))
            ],
            "name": person.name,
            "tax_id": open_of_donor(session, donor),
            "language": donor.language,
            "since": donor.created_at.isoformat(),
        },
        "gifts": _tell_gifts(session, rows),
        "plans": _tell_plans(session, donor_id),
        "statements": [
            {
                "office": office.code,
                "year": statement.year,
                "is_tax_year": statement.is_tax_year,
                "made_at": statement.made_at.isoformat(),
                "proof": str(statement.audit_event_id),
            }
            for statement, office in queries.list_statements_of(session, donor_id)
        ],
        "newsletter": [
            {
                "wording": consent.wording,
                "asked_at": consent.asked_at.isoformat(),
                "confirmed_at": consent.confirmed_at and consent.confirmed_at.isoformat(),
                "withdrawn_at": consent.withdrawn_at and consent.withdrawn_at.isoformat(),
            }
            for consent in queries.list_newsletter(session, donor_id)
        ],
        "visits": [
            {"from": visit.made_at.isoformat(), "to": visit.seen_at.isoformat()}
            for visit in session.scalars(
                select(PortalSession).where(PortalSession.donor_id == donor_id)
            )
        ],
    }


def _tell_gifts(session: Session, rows: Sequence[GiftRow]) -> list[Told]:
    ids = [row.gift.id for row in rows]
    receipts: defaultdict[UUID, list[Told]] = defaultdict(list)
    returns: defaultdict[UUID, list[Told]] = defaultdict(list)
    by_id = {row.gift.id: row for row in rows}
    for receipt in session.scalars(select(Receipt).where(Receipt.gift_id.in_(ids))):
        receipts[receipt.gift_id].append(
            {
                "number": by_id[receipt.gift_id].number_of(receipt),
                "issued_on": receipt.issued_on.isoformat(),
                "amount_minor": receipt.amount_minor,
                "mailed_at": receipt.mailed_at.isoformat() if receipt.mailed_at else None,
                "proof": str(receipt.audit_event_id),
            }
        )
    for back in session.scalars(select(GiftReturn).where(GiftReturn.gift_id.in_(ids))):
        returns[back.gift_id].append(
            {
                "kind": back.kind,
                "amount_minor": back.amount_minor,
                "happened_on": back.happened_on.isoformat(),
            }
        )
    dedications = {
        dedication.gift_id: open_dedication(session, dedication)
        for dedication in session.scalars(select(Dedication).where(Dedication.gift_id.in_(ids)))
    }
    return [
        _tell_gift(session, row)
        | {
            "tax_id": _open_tax_id(session, row.gift),
            "receipts": receipts[row.gift.id],
            "returns": returns[row.gift.id],
            "dedication": _tell_dedication(dedications.get(row.gift.id)),
        }
        for row in rows
    ]


def _open_tax_id(session: Session, gift: Gift) -> str:
    if gift.sealed_tax_id is None:
        return ""
    return open_of_gift(session, gift, session.get_one(Donor, gift.donor_id))


def _tell_gift(session: Session, row: GiftRow) -> Told:
    gift: Gift = row.gift
    words = open_words(session, gift)
    return {
        "id": str(gift.id),
        "amount_minor": gift.amount_minor,
        "currency": gift.currency,
        "cover_minor": gift.cover_minor,
        "fund": row.fund.code,
        "office": row.office.code,
        "method": gift.method,
        "plan": str(gift.plan_id) if gift.plan_id else None,
        "state": row.state,
        "begun_at": gift.created_at.isoformat(),
        "paid_on": gift.paid_on.isoformat() if gift.paid_on else None,
        "country": gift.country,
        "wants_tax_receipt": gift.wants_tax_receipt,
        "is_anonymous": gift.is_anonymous,
        "company": words.company,
        "note": words.note,
        "stripe_payment_intent": gift.stripe_payment_intent_id,
        "bank_reference": gift.bank_reference,
    }


def _tell_plans(session: Session, donor_id: UUID) -> list[Told]:
    rows = queries.list_all_plans_of(session, donor_id)
    ids = [row.plan.id for row in rows]
    changes: defaultdict[UUID, list[Told]] = defaultdict(list)
    letters: defaultdict[UUID, list[Told]] = defaultdict(list)
    for change in session.scalars(
        select(PlanChange).where(PlanChange.plan_id.in_(ids)).order_by(PlanChange.id)
    ):
        changes[change.plan_id].append(
            {
                "kind": change.kind,
                "after": change.after,
                "state": change.state,
                "asked_at": change.asked_at.isoformat(),
            }
        )
    for letter in session.scalars(
        select(PlanLetter).where(PlanLetter.plan_id.in_(ids)).order_by(PlanLetter.asked_at)
    ):
        letters[letter.plan_id].append(
            {
                "kind": letter.kind,
                "sent_at": letter.sent_at.isoformat() if letter.sent_at else None,
            }
        )
    waiting = {
        dedication.plan_id: open_plan_dedication(session, dedication)
        for dedication in session.scalars(
            select(PlanDedication).where(PlanDedication.plan_id.in_(ids))
        )
    }
    return [
        _tell_plan(session, row)
        | {
            "dedication": _tell_dedication(waiting.get(row.plan.id)),
            "changes": changes[row.plan.id],
            "letters": letters[row.plan.id],
        }
        for row in rows
    ]


def _tell_plan(session: Session, row: PlanRow) -> Told:
    plan, words = row.plan, open_words(session, row.plan)
    moments = {
        "begun_at": plan.created_at,
        "started_at": plan.started_at,
        "next_on": plan.next_on,
        "skips_on": plan.skips_on,
        "stopped_at": plan.stopped_at,
    }
    return {
        "id": str(plan.id),
        "amount_minor": plan.amount_minor,
        "currency": plan.currency,
        "cover_minor": plan.cover_minor,
        "every": plan.every,
        "fund": row.fund.code,
        "office": row.office.code,
        "method": plan.method,
        "state": plan.state,
        "country": plan.country,
        "wants_tax_receipt": plan.wants_tax_receipt,
        "is_anonymous": plan.is_anonymous,
        "company": words.company,
        "note": words.note,
        "stripe_subscription": plan.stripe_subscription_id,
    } | {name: moment.isoformat() if moment else None for name, moment in moments.items()}


def _tell_dedication(said: orders.Dedication | None) -> Told | None:
    if said is None:
        return None
    return {
        "kind": said.kind,
        "honoured": said.honoured,
        "to_name": said.to_name,
        "to_email": said.to_email,
    }
