"""What is read about other banks for PromptPay that somebody asked for."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from fund import clock
from fund.errors import NotFound
from fund.giving.models import BillerChange
from fund.i18n import N_
from fund.ledger.models import Office
from fund.permissions import Actor, Permission
from fund.waiting import Waiting


def get_biller_change(session: Session, change_id: UUID) -> tuple[BillerChange, Office]:
    """One that was asked for, decided or not, and whose. Raises NotFound."""
    query = select(BillerChange, Office).join(Office, Office.id == BillerChange.office_id)
    row = session.execute(query.where(BillerChange.id == change_id)).first()
    if row is None:
        raise NotFound
    return row[0], row[1]


def find_biller_changes(session: Session) -> dict[UUID, BillerChange]:
    """Those that wait for a second person, by office."""
    found = session.scalars(select(BillerChange).where(BillerChange.state == "asked"))
    return {change.office_id: change for change in found}


def list_waiting(session: Session, actor: Actor, *, now: datetime) -> list[Waiting]:
    """What waits for a second person of giving."""
    if not actor.may(Permission.APPROVE_BILLERS):
        return []
    return [
        Waiting(
            section=N_("Offices"),
            title=N_("Another bank for PromptPay"),
            note=N_("Gifts by QR code would go there."),
            endpoint="giving.biller_show",
            values={"change_id": change.id},
            action=N_("Check it"),
            due_on=clock.bangkok_day(now),
        )
        for change in find_biller_changes(session).values()
        if change.asked_by != actor.id
    ]
