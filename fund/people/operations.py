"""Who works here: the organisation, invitations, roles and teams."""

from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.orm import Session

from fund import jobs, keys
from fund.audit import operations as audit
from fund.audit.events import (
    OrganisationSetUp,
    StaffInvited,
    StaffJoined,
    StaffLanguageChosen,
    StaffRoleGiven,
    StaffRoleTaken,
    StaffTeamChanged,
)
from fund.errors import Refused, require
from fund.ids import new_id
from fund.people import passwords, queries, tasks, tokens
from fund.people.models import Invitation, Organisation, Staff, StaffRole, Supervises
from fund.permissions import Actor, Permission, Role

INVITATION_DAYS = 7
FIRST_ADMINISTRATORS = 2

# An administrator decides who sits where, so sits in none of these (the database agrees).
BESIDE_ADMINISTRATION = frozenset({Role.AUDITOR, Role.DATA_PROTECTION})


def can_invite(actor: Actor, *, administrators: int) -> bool:
    """An administrator may; a command line may only until there are two of them."""
    if actor.kind == "system":
        return administrators < FIRST_ADMINISTRATORS
    return actor.may(Permission.MANAGE_STAFF)


def can_change(actor: Actor, staff: Staff) -> bool:
    """An administrator may change anyone's seats but their own."""
    return actor.may(Permission.MANAGE_STAFF) and actor.id != staff.id


def name_organisation(
    session: Session,
    *,
    name_en: str,
    name_th: str,
    contact_email: str,
    actor: Actor,
    now: datetime,
) -> Organisation:
    """Write the one row that says whose fund this is. Raises Refused if it is there."""
    if queries.find_organisation(session) is not None:
        raise Refused("already_set_up")
    organisation = Organisation(name_en=name_en, name_th=name_th, contact_email=contact_email)
    session.add(organisation)
    session.flush()
    audit.record(session, OrganisationSetUp(subject_id=new_id()), actor=actor, now=now)
    return organisation


def invite(
    session: Session,
    *,
    name: str,
    email: str,
    language: str,
    roles: Collection[Role],
    actor: Actor,
    now: datetime,
) -> tuple[Staff, str]:
    """Add a staff member and send them a letter; the person and the letter's token.

    Raises Denied, or Refused if the e-mail is taken or the roles do not go together.
    """
    require(can_invite(actor, administrators=queries.count_administrators(session, now=now)))
    check_roles(roles)
    if queries.find_staff_by_email(session, email) is not None:
        raise Refused("email_taken", field="email")
    staff = Staff(
        id=new_id(),
        name=name,
        email=email.strip().lower(),
        language=language,
        key_id=keys.create(session, "staff", now=now),
        invited_by=actor.id,
        created_at=now,
        roles=[StaffRole(role=role.value, from_at=now) for role in sorted(set(roles))],
    )
    session.add(staff)
    session.flush()
    event = StaffInvited(subject_id=staff.id, roles=tuple(sorted(role.value for role in roles)))
    audit.record(session, event, actor=actor, now=now)
    return staff, _write_invitation(session, staff, now=now)


def renew_invitation(session: Session, staff: Staff, *, actor: Actor, now: datetime) -> str:
    """Send the letter again; the older letters open nothing any more."""
    require(actor.may(Permission.MANAGE_STAFF))
    if staff.state != "invited":
        raise Refused("wrong_state")
    session.execute(delete(Invitation).where(Invitation.staff_id == staff.id))
    event = StaffInvited(subject_id=staff.id, roles=tuple(role.role for role in staff.roles))
    audit.record(session, event, actor=actor, now=now)
    return _write_invitation(session, staff, now=now)


def accept_invitation(session: Session, token: str, *, password: str, now: datetime) -> Staff:
    """Set the password of who holds the letter, once. Raises Refused."""
    invitation = queries.get_open_invitation(session, token, now=now, lock=True)
    staff = queries.get_staff(session, invitation.staff_id)
    passwords.check_strength(password, name=staff.name, email=staff.email)
    staff.password_hash = passwords.hash_password(password)
    staff.move_to("active")
    invitation.used_at = now
    audit.record(session, StaffJoined(subject_id=staff.id), actor=staff.actor_at(now), now=now)
    return staff


def change_seats(
    session: Session,
    staff: Staff,
    *,
    roles: Collection[Role],
    supervisor_id: UUID | None,
    actor: Actor,
    now: datetime,
) -> None:
    """Give and end roles so that just `roles` are held, and put the person into a team or none.

    Raises Denied, or Refused if the roles do not go together or the supervisor is none.
    """
    require(can_change(actor, staff))
    check_roles(roles)
    wanted = {role.value for role in roles}
    held = {seat.role: seat for seat in staff.roles if seat.is_held(now)}
    for role in sorted(held.keys() - wanted):
        held[role].until_at = now
        taken = StaffRoleTaken(subject_id=staff.id, role=role)
        audit.record(session, taken, actor=actor, now=now)
    session.flush()
    for role in sorted(wanted - held.keys()):
        staff.roles.append(StaffRole(role=role, from_at=now))
        given = StaffRoleGiven(subject_id=staff.id, role=role)
        audit.record(session, given, actor=actor, now=now)
    session.flush()
    put_in_team(session, staff, supervisor_id=supervisor_id, actor=actor, now=now)


def put_in_team(
    session: Session, staff: Staff, *, supervisor_id: UUID | None, actor: Actor, now: datetime
) -> None:
    """Let this supervisor, and no other, see the person's cases. Raises Denied or Refused."""
    require(can_change(actor, staff))
    if supervisor_id == queries.find_supervisor_id(session, staff.id):
        return
    if supervisor_id is not None:
        supervisor = queries.get_staff(session, supervisor_id)
        leads = any(seat.role == Role.SUPERVISOR and seat.is_held(now) for seat in supervisor.roles)
        if supervisor_id == staff.id or not leads:
            raise Refused("no_such_supervisor", field="supervisor_id")
    session.execute(delete(Supervises).where(Supervises.caseworker_id == staff.id))
    if supervisor_id is not None:
        session.add(Supervises(supervisor_id=supervisor_id, caseworker_id=staff.id))
        session.flush()
    event = StaffTeamChanged(subject_id=staff.id, supervisor_id=supervisor_id)
    audit.record(session, event, actor=actor, now=now)


def choose_language(session: Session, staff: Staff, language: str, *, now: datetime) -> None:
    """Speak this language to the person, on pages and in mails."""
    if staff.language != language:
        staff.language = language
        event = StaffLanguageChosen(subject_id=staff.id, language=language)
        audit.record(session, event, actor=staff.actor_at(now), now=now)


def check_roles(roles: Collection[Role]) -> None:
    """Raise Refused unless these roles may be held by one person at once."""
    if not roles:
        raise Refused("no_role", field="roles")
    if (
        Role.ADMINISTRATOR in roles
        and not {role for role in roles if role != Role.ADMINISTRATOR} <= BESIDE_ADMINISTRATION
    ):
        raise Refused("administrator_apart", field="roles")


def _write_invitation(session: Session, staff: Staff, *, now: datetime) -> str:
    invitation = Invitation(
        id=new_id(), staff_id=staff.id, expires_at=now + timedelta(days=INVITATION_DAYS)
    )
    session.add(invitation)
    session.flush()
    jobs.defer(session, tasks.mail_invitation, invitation_id=invitation.id)
    return tokens.write(invitation.id)
