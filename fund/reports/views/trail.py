"""Timelines: what the log holds about one thing or person, with the proof of each event."""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from flask import render_template, request
from sqlalchemy.orm import Session

from fund.audit.search import list_matching
from fund.awards import queries as awards
from fund.awards.choices import AWARD_STATES
from fund.db import reading
from fund.permissions import Permission
from fund.reports.trails import timelines
from fund.reports.trails.telling import Entry, tell
from fund.reports.trails.timelines import Timeline
from fund.reports.views.blueprint import blueprint
from fund.web import current_actor, permit


@dataclass(frozen=True)
class Told:
    """A page of a timeline, in the reader's words."""

    timeline: Timeline
    entries: list[Entry]
    has_more: bool


@blueprint.get("/staff/trail")
@permit(Permission.READ_TRAIL)
def trail() -> str:
    """The awards, newest first."""
    with reading() as session:
        rows = awards.list_awards(
            session, current_actor(), before=request.args.get("before", type=UUID)
        )
        return render_template("reports/trail.html", rows=rows, states=AWARD_STATES)


@blueprint.get("/staff/trail/gifts/<uuid:gift_id>")
@permit(Permission.READ_TRAIL, Permission.READ_LEDGER)
def gift_trail(gift_id: UUID) -> str:
    """A gift, its receipt and its journals."""
    return _timeline(timelines.of_gift, gift_id)


@blueprint.get("/staff/trail/plans/<uuid:plan_id>")
@permit(Permission.READ_TRAIL, Permission.READ_GIFTS)
def plan_trail(plan_id: UUID) -> str:
    """A regular gift and the gifts that came by it."""
    return _timeline(timelines.of_plan, plan_id)


@blueprint.get("/staff/trail/applications/<uuid:application_id>")
@permit(Permission.READ_TRAIL)  # votes stand here before the committee may see each other's
def application_trail(application_id: UUID) -> str:
    """An application, its rounds and votes, its papers."""
    return _timeline(timelines.of_application, application_id)


@blueprint.get("/staff/trail/awards/<uuid:award_id>")
@permit(Permission.READ_TRAIL)
def award_trail(award_id: UUID) -> str:
    """An award from application to evidence."""
    return _timeline(timelines.of_award, award_id)


@blueprint.get("/staff/trail/payments/<uuid:payment_id>")
@permit(Permission.READ_TRAIL, Permission.READ_LEDGER)
def payment_trail(payment_id: UUID) -> str:
    """A payment, its run and its payee."""
    return _timeline(timelines.of_payment, payment_id)


@blueprint.get("/staff/trail/funds/<uuid:fund_id>")
@permit(Permission.READ_TRAIL, Permission.READ_LEDGER)
def fund_trail(fund_id: UUID) -> str:
    """A fund and what it held for awards."""
    return _timeline(timelines.of_fund, fund_id)


@blueprint.get("/staff/trail/staff/<uuid:staff_id>")
@permit(Permission.READ_TRAIL)
def staff_trail(staff_id: UUID) -> str:
    """What a staff member did, and what was done about them."""
    return _timeline(timelines.of_staff, staff_id)


@blueprint.get("/staff/trail/donors/<uuid:donor_id>")
@permit(Permission.READ_TRAIL, Permission.READ_GIFTS)
def donor_trail(donor_id: UUID) -> str:
    """What a donor gave, without saying who that is."""
    return _timeline(timelines.of_donor, donor_id)


@blueprint.app_template_global()
def entry_timeline(entry_id: UUID) -> Told:
    """What the log holds of a finance entry, for the entry's own page."""
    return _tell(timelines.of_entry, entry_id)


def _timeline(find: Callable[[Session, UUID], Timeline], id_: UUID) -> str:
    told = _tell(find, id_)
    return render_template(
        "reports/timeline.html",
        timeline=told.timeline,
        entries=told.entries,
        has_more=told.has_more,
    )


def _tell(find: Callable[[Session, UUID], Timeline], id_: UUID) -> Told:
    with reading() as session:
        timeline = find(session, id_)
        events = list_matching(
            session,
            timeline.matches,
            seen=request.args.get("seen", type=UUID),
            newest_first=timeline.newest_first,
        )
        return Told(timeline, tell(session, events, reader=current_actor()), events.has_more)
