"""Every write of applications: started, saved, submitted, reviewed, decided, withdrawn."""

from dataclasses import asdict
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from fund import clock
from fund.applications import budget, drafts, names
from fund.applications.drafts import Draft
from fund.applications.models import EDITABLE, Application
from fund.audit.events import (
    ApplicationDrafted,
    ApplicationSubmitted,
    ApplicationWithdrawn,
    ReviewStarted,
)
from fund.audit.operations import record
from fund.errors import Refused, require
from fund.ids import new_id
from fund.ledger.queries import list_open_funds
from fund.permissions import Actor, Permission
from fund.survivors import queries as survivors
from fund.survivors.models import Survivor
from fund.survivors.operations import require_valid_consent

OPEN = ("draft", "submitted", "in_review", "returned", "deferred")


def can_edit(actor: Actor, application: Application) -> bool:
    """Only who wrote it changes it, and only while it is with them."""
    return (
        actor.may(Permission.WRITE_APPLICATIONS)
        and actor.id == application.author_id
        and application.state in EDITABLE
    )


def can_withdraw(actor: Actor, application: Application) -> bool:
    """Its author takes it back while it is open."""
    return (
        actor.may(Permission.WRITE_APPLICATIONS)
        and actor.id == application.author_id
        and application.state in OPEN
    )


def start(
    session: Session, survivor: Survivor, *, kind: str, actor: Actor, now: datetime
) -> Application:
    """A new draft for a case of one's own, asked of the fund for its kind.

    Raises Denied; Refused("no_fund") if no fund may pay this kind.
    """
    require(actor.may(Permission.WRITE_APPLICATIONS))
    require(survivors.may_open(session, survivor.id, actor=actor))
    funds = list_open_funds(session)
    fund = next((f for f in funds if f.purpose == kind), None) or next(
        (f for f in funds if f.purpose is None), None
    )
    if fund is None:
        raise Refused("no_fund", field="kind")
    application = Application(
        id=new_id(),
        survivor_id=survivor.id,
        kind=kind,
        fund_id=fund.id,
        author_id=actor.staff_id,
        round=0,
        created_at=now,
        saved_at=now,
    )
    session.add(application)
    session.flush()
    record(
        session,
        ApplicationDrafted(application.id, survivor_id=survivor.id, kind=kind),
        actor=actor,
        now=now,
    )
    return application


def save_draft(
    session: Session,
    application: Application,
    draft: Draft,
    *,
    version: int,
    actor: Actor,
    now: datetime,
) -> None:
    """Keep what was typed, finished or not. Raises Denied; Conflict if somebody saved since."""
    lock(session, application)
    require(can_edit(actor, application))
    application.check_version(version)
    drafts.write(session, application, draft)
    application.saved_at = now
    session.flush()


def submit(
    session: Session, application: Application, *, version: int, actor: Actor, now: datetime
) -> None:
    """Hand the application to the committee, as it is saved.

    Raises Denied, Conflict; Refused if it is not whole, names the survivor, has more support than
    costs, or no consent is valid today.
    """
    lock(session, application)
    require(can_edit(actor, application))
    application.check_version(version)
    survivor = session.get_one(Survivor, application.survivor_id)
    _check_whole(session, application, survivor)
    today = clock.bangkok_day(now)
    require_valid_consent(session, survivor.id, on=today)
    _freeze(application, survivor, today, now)
    application.move_to("submitted")
    session.flush()
    record(
        session,
        ApplicationSubmitted(
            application.id,
            round=application.round,
            requested_minor=application.requested_minor or 0,
        ),
        actor=actor,
        now=now,
        private=_as_sent(session, application),
        key_id=survivor.key_id,
    )


def withdraw(
    session: Session, application: Application, *, version: int, actor: Actor, now: datetime
) -> None:
    """Take back an application that is not decided. Raises Denied, Conflict."""
    lock(session, application)
    require(can_withdraw(actor, application))
    application.check_version(version)
    application.move_to("withdrawn")
    session.flush()
    record(
        session, ApplicationWithdrawn(application.id, round=application.round), actor=actor, now=now
    )


def start_review(
    session: Session, application: Application, *, actor: Actor, now: datetime
) -> None:
    """The first dossier is opened: from here on the committee has it."""
    if application.state == "submitted":
        application.move_to("in_review")
        session.flush()
        record(
            session, ReviewStarted(application.id, round=application.round), actor=actor, now=now
        )


def lock(session: Session, application: Application) -> None:
    """Hold the row until the transaction ends, and read it anew."""
    session.scalars(
        select(Application)
        .where(Application.id == application.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()


def _check_whole(session: Session, application: Application, survivor: Survivor) -> None:
    texts = drafts.read_texts(session, application)
    for name in drafts.TEXTS:
        if not getattr(texts, name):
            raise Refused("text_missing", field=name)
        if names.are_in(session, survivor, getattr(texts, name)):
            raise Refused("name_in_text", field=name)
    if not application.lines:
        raise Refused("no_lines", field="lines")
    if not all(line.is_complete for line in application.lines):
        raise Refused("lines_incomplete", field="lines")
    if not all(support.is_complete for support in application.supports):
        raise Refused("support_incomplete", field="supports")
    if budget.has_excess(application.lines, application.supports):
        raise Refused("support_exceeds_cost", field="supports")
    if budget.gap(application.lines, application.supports) == 0:
        raise Refused("nothing_asked", field="lines")


def _freeze(application: Application, survivor: Survivor, today: date, now: datetime) -> None:
    application.round += 1
    application.requested_minor = budget.gap(application.lines, application.supports)
    application.region = survivor.region
    application.age_band = survivors.age_band(survivor, today)
    application.submitted_at = now


def _as_sent(session: Session, application: Application) -> dict[str, object]:
    """What this round said, kept sealed in the log: a later round may say it differently."""
    return {
        "texts": asdict(drafts.read_texts(session, application)),
        "lines": [
            [line.line_kind, line.payee_kind, line.amount_minor, str(line.due_month)]
            for line in application.lines
        ],
        "supports": [
            [support.source, support.line_kind, support.standing, support.amount_minor]
            for support in application.supports
        ],
    }
