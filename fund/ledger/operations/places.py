"""Receiving offices and funds, each opened with its accounts."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import func
from sqlalchemy.orm import Session

from fund.audit import operations as audit
from fund.audit.events import FundChanged, FundClosed, FundOpened, OfficeOpened
from fund.clock import bangkok_day
from fund.errors import Conflict, require
from fund.ids import new_id
from fund.ledger import anchors
from fund.ledger.models import RESERVE_DAYS, Fund
from fund.ledger.operations.calling import as_json, call
from fund.permissions import SYSTEM, Actor, Permission


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
    target_minor: int | None = None,
    reserve_days: int = RESERVE_DAYS,
    actor: Actor,
    now: datetime,
) -> UUID:
    """Open a fund, with its accounts at every office; its id. Amounts are in satang.

    Raises Denied (an installation opens its first funds itself); Refused: `fund_code_taken`.
    """
    require(actor == SYSTEM or actor.may(Permission.WRITE_FUNDS))
    fund_id = new_id()
    row = {
        "id": fund_id,
        "code": code,
        "name_en": name_en,
        "name_th": name_th,
        "restriction": restriction,
        "purpose": purpose,
        "gift_cap_minor": gift_cap_minor,
        "target_minor": target_minor,
        "reserve_days": reserve_days,
        "opened_at": now,
        "version": 1,
    }
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


def change_fund(
    session: Session,
    fund: Fund,
    *,
    version: int,
    name_en: str,
    name_th: str,
    gift_cap_minor: int | None,
    target_minor: int | None,
    reserve_days: int,
    actor: Actor,
    now: datetime,
) -> None:
    """Change what may change of a fund: its code and purpose stay, gifts were given for them.

    Raises Denied; Conflict if it changed since `version`; Refused: `fund_closed`.
    """
    require(actor.may(Permission.WRITE_FUNDS))
    row = {
        "id": fund.id,
        "version": version,
        "name_en": name_en,
        "name_th": name_th,
        "gift_cap_minor": gift_cap_minor,
        "target_minor": target_minor,
        "reserve_days": reserve_days,
    }
    if not call(session, func.ledger.change_fund(as_json(row))):
        raise Conflict(row=fund)
    changed = FundChanged(
        fund.id,
        gift_cap_minor=gift_cap_minor,
        target_minor=target_minor,
        reserve_days=reserve_days,
        row_sha256=anchors.row_sha256(session, "fund", fund.id),
    )
    audit.record(session, changed, actor=actor, now=now)


def close_fund(session: Session, fund: Fund, *, version: int, actor: Actor, now: datetime) -> None:
    """Close a fund that is empty, for good: it takes no gift, no award and no posting any more.

    Raises Denied; Conflict; Refused: `fund_holds_money`, `fund_has_commitments`,
    `fund_has_entries`, `fund_has_gifts`, `fund_has_plans`, `fund_is_needed`, `fund_closed`,
    `books_busy`.
    """
    require(actor.may(Permission.WRITE_FUNDS))
    today = bangkok_day(now)
    if not call(session, func.ledger.close_fund(fund.id, version, today)):
        raise Conflict(row=fund)
    closed = FundClosed(
        fund.id, closed_on=today, row_sha256=anchors.row_sha256(session, "fund", fund.id)
    )
    audit.record(session, closed, actor=actor, now=now)
