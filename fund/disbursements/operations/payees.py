"""Payees and their bank accounts: entered by one person, checked by another, opened on record."""

import json
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from fund import keys
from fund.audit import operations as audit
from fund.audit.events import PayeeAdded, PayeeChanged, PayeeChecked, PayeeRead
from fund.disbursements.models import Payee, PayeeAccount
from fund.errors import Refused, require
from fund.ids import new_id
from fund.permissions import Actor, Permission

PAUSE = timedelta(hours=24)  # between the check of a changed account and its first use


@dataclass(frozen=True)
class AccountDetails:
    """What the bank needs to know. For a guardian this is identity."""

    account_name: str
    bank: str
    account_number: str


def add_payee(
    session: Session,
    *,
    kind: str,
    name: str | None,
    survivor_id: UUID | None,
    details: AccountDetails,
    actor: Actor,
    now: datetime,
) -> Payee:
    """Enter a payee with its account; a second person has to check it before it is paid.

    A guardian has no name here (it lies sealed in the account) but a survivor; every other kind
    has a name and no survivor. Raises Denied; Refused(`payee_incomplete`).
    """
    require(actor.may(Permission.WRITE_PAYEES))
    if (kind == "guardian") != (survivor_id is not None) or (kind == "guardian") == bool(name):
        raise Refused("payee_incomplete", field="case_code" if kind == "guardian" else "name")
    payee = Payee(
        id=new_id(),
        kind=kind,
        name=name,
        survivor_id=survivor_id,
        key_id=keys.create(session, "payee", now=now),
        added_by=actor.staff_id,
        added_at=now,
    )
    session.add(payee)
    session.flush()
    audit.record(session, PayeeAdded(payee.id, kind=kind), actor=actor, now=now)
    _enter_account(session, payee, details, actor, now)
    return payee


def add_account(
    session: Session, payee: Payee, details: AccountDetails, *, actor: Actor, now: datetime
) -> PayeeAccount:
    """Change the account: the old one stays on record and is used no more. Raises Denied."""
    require(actor.may(Permission.WRITE_PAYEES))
    session.refresh(payee, with_for_update=True)
    account = _enter_account(session, payee, details, actor, now)
    audit.record(session, PayeeChanged(payee.id), actor=actor, now=now)
    return account


def check_account(
    session: Session, account: PayeeAccount, payee: Payee, *, actor: Actor, now: datetime
) -> None:
    """A second person compared the account with the payee's paper.

    The first account can be used at once, a changed one after a pause of 24 hours. Raises Denied;
    Refused: `entered_it_yourself`, `wrong_state` if it was checked already.
    """
    require(actor.may(Permission.CHECK_PAYEES))
    session.refresh(account, with_for_update=True)
    if account.entered_by == actor.staff_id:
        raise Refused("entered_it_yourself")
    if account.checked_by is not None or account.id != payee.accounts[-1].id:
        raise Refused("wrong_state", state="checked", wanted="checked")
    account.checked_by, account.checked_at = actor.staff_id, now
    account.usable_from = now if len(payee.accounts) == 1 else now + PAUSE
    session.flush()
    audit.record(session, PayeeChecked(payee.id), actor=actor, now=now)


def read_account(session: Session, account: PayeeAccount, payee: Payee) -> AccountDetails:
    """Unseal an account. Only after `record_reading` was committed."""
    text = keys.unseal(session, payee.key_id, account.sealed_details, context=account.context)
    return AccountDetails(**json.loads(text))


def record_reading(session: Session, payee: Payee, *, actor: Actor, now: datetime) -> None:
    """Note, before it happens, that this person looks at the sealed account. Raises Denied."""
    require(actor.may(Permission.WRITE_PAYEES) or actor.may(Permission.CHECK_PAYEES))
    audit.record(session, PayeeRead(payee.id), actor=actor, now=now)


def _enter_account(
    session: Session, payee: Payee, details: AccountDetails, actor: Actor, now: datetime
) -> PayeeAccount:
    account = PayeeAccount(
        id=new_id(), payee_id=payee.id, entered_by=actor.staff_id, entered_at=now
    )
    account.sealed_details = keys.seal(
        session, payee.key_id, json.dumps(asdict(details)), context=account.context
    )
    session.add(account)
    session.flush()
    session.refresh(payee, ["accounts"])
    return account
