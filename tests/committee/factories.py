"""Committees and decisions for tests, of every room, made by the operations themselves."""

from datetime import datetime

from sqlalchemy.orm import Session

from fund.applications.models import Application
from fund.committee import operations
from fund.committee.models import Decision
from fund.committee.operations import Choice, Marks
from fund.people.models import Staff
from fund.permissions import Role
from tests.applications.factories import NOW, make_submitted
from tests.people.factories import make_staff

MARKS = Marks(need=5, plan=4, cost=4, safety="fine")
APPROVE = Choice("approve")
DECLINE = Choice("decline", reason="The course ends before the need is met.")
DEFER = Choice("defer")


def make_committee(session: Session, members: int = 2) -> list[Staff]:
    """The chair, then so many members."""
    return [
        make_staff(session, Role.CHAIR, name="Chaiya Chair"),
        *(
            make_staff(session, Role.COMMITTEE_MEMBER, name=f"Mali Member {number}")
            for number in range(1, members + 1)
        ),
    ]


def make_in_review(
    session: Session, committee: list[Staff], *, now: datetime = NOW, **options: object
) -> Application:
    """An application that everyone of the committee may read; options as for `make_draft`."""
    application = make_submitted(session, now=now, **options)
    for member in committee:
        operations.declare(
            session, application, conflict_kind=None, actor=member.actor_at(now), now=now
        )
    return application


def cast(
    session: Session,
    application: Application,
    member: Staff,
    choice: Choice = APPROVE,
    *,
    now: datetime = NOW,
) -> Decision | None:
    """One member's vote."""
    return operations.vote(
        session, application, marks=MARKS, choice=choice, actor=member.actor_at(now), now=now
    )
