"""A plan begins; one that follows on another takes its place, so that never both are charged."""

from datetime import datetime

from sqlalchemy.orm import Session

from fund.giving.models import Plan
from fund.giving.plans import changing, mailing, rows
from fund.permissions import SYSTEM


def begin(session: Session, plan: Plan, subscription_id: str, *, now: datetime) -> None:
    """The plan's first money is there, or its card; whoever tells it first.

    What it follows on is being stopped from now on: its donor reads of both in one mail.
    """
    if plan.state in ("open", "expired") and plan.replaces_id is not None:
        old = rows.lock_plan(session, plan.replaces_id)
        if old.is_live:
            mailing.note_letter(session, old, "stopped", "", now=now)
            changing.ask_change(session, old.id, kind="stop", after={}, actor=SYSTEM, now=now)
            session.flush()
    rows.begin(session, plan, subscription_id, now=now)
