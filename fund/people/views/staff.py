"""For administrators: who works here, in which seats, and which duties nobody covers."""

from uuid import UUID

from flask import render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from fund import clock
from fund.db import reading
from fund.people import duties, operations, queries
from fund.people.choices import ROLE_NAMES, STATE_NAMES
from fund.people.schemas import ChangeSeatsSchema, InviteSchema
from fund.people.views.blueprint import blueprint
from fund.permissions import Permission, Role
from fund.web import Form, current_actor, load_form, permit, posting

Answer = str | Response | tuple[str, int]


@blueprint.get("/staff/people")
@permit(Permission.MANAGE_STAFF)
def staff_list() -> str:
    """Everyone who has not left."""
    now = clock.now()
    with reading() as db:
        present = queries.list_staff(db)
        teams = queries.list_teams(db)
        names = {staff.id: staff.name for staff in present}
        return render_template(
            "people/staff_list.html",
            present=present,
            roles={s.id: [r.role for r in s.roles if r.is_held(now)] for s in present},
            supervisors={led: names.get(leader) for led, leader in teams.items()},
            uncovered=duties.uncovered(
                queries.held_roles(db, now=now), duties.seats_on(db, clock.bangkok_day(now))
            ),
            can_change={s.id: operations.can_change(current_actor(), s) for s in present},
            role_names=ROLE_NAMES,
            state_names=STATE_NAMES,
        )


@blueprint.get("/staff/people/check")
@permit(Permission.MANAGE_STAFF)
def staff_check() -> str:
    """Each duty of an award, and whether the present staff can cover it."""
    now = clock.now()
    with reading() as db:
        seats = duties.seats_on(db, clock.bangkok_day(now))
        return render_template(
            "people/staff_check.html",
            duties=duties.duties(seats),
            uncovered=duties.uncovered(queries.held_roles(db, now=now), seats),
            role_names=ROLE_NAMES,
        )


@blueprint.route("/staff/people/invite", methods=["GET", "POST"])
@permit(Permission.MANAGE_STAFF)
def invite() -> Answer:
    """Add somebody, with their seats, and send the letter."""
    if request.method == "GET":
        return _invite_page(Form())
    form = load_form(InviteSchema())
    if not form.errors:
        with form.attempt(), posting() as post:
            data, now, actor = form.data, clock.now(), current_actor()
            staff, _ = operations.invite(
                post.session,
                name=data["name"],
                email=data["email"],
                language=data["language"],
                roles=[Role(role) for role in data["roles"]],
                actor=actor,
                now=now,
            )
            operations.put_in_team(
                post.session, staff, supervisor_id=data["supervisor_id"], actor=actor, now=now
            )
            return post.redirect(url_for("people.staff_list"))
    return _invite_page(form), 422


@blueprint.route("/staff/people/<uuid:staff_id>", methods=["GET", "POST"])
@permit(Permission.MANAGE_STAFF)
def staff_edit(staff_id: UUID) -> Answer:
    """A person's seats and team."""
    if request.method == "GET":
        return _edit_page(staff_id, Form())
    form = load_form(ChangeSeatsSchema())
    if not form.errors:
        with form.attempt(), posting() as post:
            staff = queries.get_staff(post.session, staff_id, lock=True)
            staff.check_version(form.data["version"])
            operations.change_seats(
                post.session,
                staff,
                roles=[Role(role) for role in form.data["roles"]],
                supervisor_id=form.data["supervisor_id"],
                actor=current_actor(),
                now=clock.now(),
            )
            return post.redirect(url_for("people.staff_list"))
    return _edit_page(staff_id, form), 422


@blueprint.post("/staff/people/<uuid:staff_id>/invitation")
@permit(Permission.MANAGE_STAFF)
def renew_invitation(staff_id: UUID) -> Response:
    """Send the letter again."""
    with posting() as post:
        staff = queries.get_staff(post.session, staff_id, lock=True)
        operations.renew_invitation(post.session, staff, actor=current_actor(), now=clock.now())
        return post.redirect(url_for("people.staff_list"))


def _invite_page(form: Form) -> str:
    with reading() as db:
        return render_template(
            "people/invite.html", form=form, role_names=ROLE_NAMES, supervisors=_supervisors(db)
        )


def _edit_page(staff_id: UUID, form: Form) -> str:
    now = clock.now()
    with reading() as db:
        staff = queries.get_staff(db, staff_id)
        return render_template(
            "people/staff_edit.html",
            form=form,
            staff=staff,
            held=[seat.role for seat in staff.roles if seat.is_held(now)],
            supervisor_id=queries.find_supervisor_id(db, staff_id),
            can_change=operations.can_change(current_actor(), staff),
            role_names=ROLE_NAMES,
            supervisors=_supervisors(db, besides=staff_id),
        )


def _supervisors(db: Session, besides: UUID | None = None) -> list[tuple[str, str]]:
    leaders = queries.list_staff_with_role(db, Role.SUPERVISOR, now=clock.now())
    return [(str(leader.id), leader.name) for leader in leaders if leader.id != besides]
