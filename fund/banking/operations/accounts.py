"""An office's accounts at its banks."""

import re
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from fund import keys
from fund.audit import operations as audit
from fund.audit.events import BankAccountAdded
from fund.banking.models import BankAccount
from fund.errors import Refused, require
from fund.ids import new_id
from fund.ledger.models import Office
from fund.permissions import Actor, Permission


def index_number(number: str) -> bytes:
    """By what a number is found again, however its groups are written."""
    plain = re.sub(r"[^0-9A-Z]", "", number.upper())
    return keys.keyring().blind_index("bank_account.number", plain)


def add_account(
    session: Session, office_id: UUID, *, name: str, number: str, actor: Actor, now: datetime
) -> BankAccount:
    """Note an account of the office, so that its statements can be read.

    Raises Denied; Refused: `bank_account_known`, `bank_number_short`.
    """
    require(actor.may(Permission.IMPORT_STATEMENTS))
    office = session.get_one(Office, office_id)
    if len(re.sub(r"[^0-9A-Za-z]", "", number)) < 4:
        raise Refused("bank_number_short", field="number")
    index = index_number(number)
    if session.scalar(select(BankAccount.id).where(BankAccount.number_index == index)):
        raise Refused("bank_account_known", field="number")
    account = BankAccount(
        id=new_id(),
        office_id=office.id,
        name=name,
        key_id=keys.create(session, "bank_account", now=now),
        number_index=index,
        added_by=actor.staff_id,
        added_at=now,
    )
    account.sealed_number = keys.seal(session, account.key_id, number, context=account.context)
    session.add(account)
    session.flush()
    event = BankAccountAdded(office.id, account_id=account.id)
    audit.record(session, event, actor=actor, now=now)
    return account
