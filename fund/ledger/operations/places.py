"""Receiving offices and funds, each opened with its accounts."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from fund.audit import operations as audit
from fund.audit.events import FundOpened, OfficeOpened
from fund.ids import new_id
from fund.ledger import anchors
from fund.ledger.operations.calling import as_json, call
from fund.permissions import Actor

_OPENING_LOCK = 0x6163636F756E74  # any number that no other advisory lock uses


def open_office(
    session: Session,
    *,
    code: str,
    legal_name: str,
    country: str,
    currency: str,
    timezone: str,
    address: str,
    tax_ids: dict[str, str],
    stripe_account_id: str | None,
    receipt_kind: str,
    methods: Sequence[str],
    receipt_prefix: str,
    actor: Actor,
    now: datetime,
) -> UUID:
    """Open a receiving office, with accounts for every fund in its currency; its id.

    Raises Refused: `office_code_taken`, `stripe_account_taken`, `receipt_prefix_taken`.
    """
    office_id = new_id()
    row = {
        "id": office_id,
        "code": code,
        "legal_name": legal_name,
        "country": country,
        "currency": currency,
        "timezone": timezone,
        "address": address,
        "tax_ids": tax_ids,
        "stripe_account_id": stripe_account_id,
        "methods": list(methods),
        "receipt_kind": receipt_kind,
        "receipt_prefix": receipt_prefix,
        "opened_at": now,
    }
    _wait_for_other_openings(session)
    call(session, func.ledger.open_office(as_json(row)))
    opened = OfficeOpened(
        office_id,
        code=code,
        country=country,
        currency=currency,
        row_sha256=anchors.row_sha256(session, "office", office_id),
        accounts_sha256=anchors.accounts_sha256(session),
    )
    audit.record(session, opened, actor=actor, now=now)
    return office_id


def open_fund(
    session: Session,
    *,
    code: str,
    name_en: str,
    name_th: str,
    restriction: str = "none",
    purpose: str | None = None,
    gift_cap_minor: int | None = None,
    actor: Actor,
    now: datetime,
) -> UUID:
    """Open a fund, with its accounts at every office; its id. `gift_cap_minor` is in THB.

    Raises Refused: `fund_code_taken`.
    """
    fund_id = new_id()
    row = {
        "id": fund_id,
        "code": code,
        "name_en": name_en,
        "name_th": name_th,
        "restriction": restriction,
        "purpose": purpose,
        "gift_cap_minor": gift_cap_minor,
        "opened_at": now,
    }
    _wait_for_other_openings(session)
    call(session, func.ledger.open_fund(as_json(row)))
    opened = FundOpened(
        fund_id,
        code=code,
        restriction=restriction,
        purpose=purpose,
        row_sha256=anchors.row_sha256(session, "fund", fund_id),
        accounts_sha256=anchors.accounts_sha256(session),
    )
    audit.record(session, opened, actor=actor, now=now)
    return fund_id


def _wait_for_other_openings(session: Session) -> None:
    """A fund and an office opened at once would each miss the accounts that both need."""
    session.execute(select(func.pg_advisory_xact_lock(_OPENING_LOCK)))
