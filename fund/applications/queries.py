"""Reads of applications, for those whose case it is."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from fund import clock
from fund.applications.choices import KINDS
from fund.applications.models import EDITABLE, Application
from fund.db import PAGE, Page, page_of
from fund.errors import NotFound
from fund.i18n import N_
from fund.permissions import Actor, Permission
from fund.survivors import queries as survivors
from fund.survivors.models import Survivor
from fund.waiting import Waiting


@dataclass(frozen=True)
class ApplicationRow:
    """A line of the list."""

    application: Application
    code: str


def get_application(session: Session, application_id: UUID, *, actor: Actor) -> Application:
    """For the case's own staff. Raises NotFound; NotYourCase, which the edge records."""
    application = session.get(Application, application_id)
    if application is None:
        raise NotFound
    survivors.get_survivor(session, application.survivor_id, actor=actor)
    return application


def list_applications(
    session: Session, actor: Actor, *, before: UUID | None = None
) -> Page[ApplicationRow]:
    """Of the cases this person may open, newest first; `before` is the last id seen."""
    query = (
        select(Application, Survivor.case_code)
        .join(Survivor, Survivor.id == Application.survivor_id)
        .where(Application.survivor_id.in_(survivors.accessible_to(actor)))
    )
    rows = session.execute(page_of(query, Application.id, before))
    return Page(ApplicationRow(*row) for row in rows)


def list_waiting(session: Session, actor: Actor, *, now: datetime) -> list[Waiting]:
    """Drafts to finish and questions to answer, of one's own applications."""
    if not actor.may(Permission.WRITE_APPLICATIONS):
        return []
    rows = session.execute(
        select(
            Application.id,
            Application.kind,
            Application.state,
            Application.saved_at,
            Survivor.case_code,
        )
        .join(Survivor, Survivor.id == Application.survivor_id)
        .where(Application.author_id == actor.id, Application.state.in_(EDITABLE))
        .order_by(Application.saved_at)
        .limit(PAGE)
    )
    return [
        Waiting(
            section=N_("Answer the committee") if row.state == "returned" else N_("Finish a draft"),
            title=KINDS[row.kind],
            endpoint="applications.application_edit",
            action=N_("Answer") if row.state == "returned" else N_("Go on"),
            code=row.case_code,
            note=_when_saved(row.saved_at, now),
            values={"application_id": row.id},
            params={"day": clock.bangkok_day(row.saved_at)},
        )
        for row in rows
    ]


def _when_saved(saved_at: datetime, now: datetime) -> str:
    days = (clock.bangkok_day(now) - clock.bangkok_day(saved_at)).days
    near = {0: N_("saved today"), 1: N_("saved yesterday")}
    return near.get(days, N_("saved %(day)s"))
