"""Reads of people."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from fund.clock import bangkok_day
from fund.errors import NotFound, Refused
from fund.i18n import N_
from fund.people import duties, tokens
from fund.people.models import Invitation, Organisation, Staff, StaffRole, Supervises
from fund.permissions import Actor, Permission, Role
from fund.waiting import Waiting


@dataclass(frozen=True)
class SignedIn:
    """Who makes a request, as Flask-Login wants to know them."""

    staff_id: UUID
    name: str
    language: str
    has_second_factor: bool
    session_id: str
    actor: Actor
    is_authenticated: bool = True
    is_active: bool = True
    is_anonymous: bool = False

    def get_id(self) -> str:
        return self.session_id


def find_signed_in(session: Session, session_id: str, *, now: datetime) -> SignedIn | None:
    """The staff member behind a session cookie; None signs the session out."""
    try:
        staff = session.get(Staff, UUID(session_id.partition(":")[0]))
    except ValueError:
        return None
    if staff is None or staff.state != "active" or staff.session_id != session_id:
        return None
    return signed_in(staff, now=now)


def signed_in(staff: Staff, *, now: datetime) -> SignedIn:
    """`staff` as a session sees them."""
    return SignedIn(
        staff.id,
        staff.name,
        staff.language,
        staff.has_second_factor,
        staff.session_id,
        staff.actor_at(now),
    )


def get_staff(session: Session, staff_id: UUID, *, lock: bool = False) -> Staff:
    """Raises NotFound. `lock`: nobody else changes the row until the transaction ends."""
    staff = session.get(Staff, staff_id, with_for_update=lock)
    if staff is None:
        raise NotFound
    return staff


def find_staff_by_email(session: Session, email: str) -> Staff | None:
    """Who has this address, however its letters are written."""
    return session.scalar(select(Staff).where(Staff.email == email.strip().lower()))


def list_staff(session: Session) -> list[Staff]:
    """Everyone who has not left, by name."""
    return list(session.scalars(select(Staff).where(Staff.state != "left").order_by(Staff.name)))


def list_staff_with_role(session: Session, role: Role, *, now: datetime) -> list[Staff]:
    """Who is active and holds `role` at `now`, by name."""
    held = select(StaffRole.staff_id).where(
        StaffRole.role == role,
        StaffRole.from_at <= now,
        or_(StaffRole.until_at.is_(None), StaffRole.until_at > now),
    )
    return list(
        session.scalars(
            select(Staff).where(Staff.state == "active", Staff.id.in_(held)).order_by(Staff.name)
        )
    )


def staff_names(session: Session, ids: Iterable[UUID]) -> dict[UUID, str]:
    """Names by id, in one statement."""
    rows = session.execute(select(Staff.id, Staff.name).where(Staff.id.in_(set(ids))))
    return {row.id: row.name for row in rows}


def find_supervisor_id(session: Session, caseworker_id: UUID) -> UUID | None:
    """Who leads this person, if anyone does."""
    return session.scalar(
        select(Supervises.supervisor_id).where(Supervises.caseworker_id == caseworker_id)
    )


def list_teams(session: Session) -> dict[UUID, UUID]:
    """Supervisor by the caseworker whom they lead."""
    return {row.caseworker_id: row.supervisor_id for row in session.scalars(select(Supervises))}


def count_administrators(session: Session, *, now: datetime) -> int:
    """How many administrators there are, the invited ones included."""
    return sum(
        seat.role == Role.ADMINISTRATOR and seat.is_held(now)
        for staff in list_staff(session)
        for seat in staff.roles
    )


def held_roles(session: Session, *, now: datetime) -> dict[UUID, frozenset[Role]]:
    """The roles of everyone who is active, in two statements."""
    return {
        staff.id: staff.actor_at(now).roles
        for staff in list_staff(session)
        if staff.state == "active"
    }


def get_open_invitation(
    session: Session, token: str, *, now: datetime, lock: bool = False
) -> Invitation:
    """The invitation behind a letter's token. Raises Refused once it is used or too old."""
    found = session.get(Invitation, tokens.read(token), with_for_update=lock)
    if found is None or found.used_at is not None or found.expires_at <= now:
        raise Refused("invitation_over")
    return found


def find_organisation(session: Session) -> Organisation | None:
    """None until `flask setup` was done."""
    return session.get(Organisation, 1)


def list_waiting(session: Session, actor: Actor, *, now: datetime) -> list[Waiting]:
    """A second factor to set up; for administrators, duties that nobody covers."""
    waiting = []
    staff = session.get(Staff, actor.id) if actor.kind == "staff" else None
    if staff is not None and not staff.has_second_factor:
        waiting.append(
            Waiting(
                section=N_("Your sign-in"),
                title=N_("Protect your sign-in with a second factor"),
                endpoint="people.second_factor",
                action=N_("Set it up"),
            )
        )
    if actor.may(Permission.MANAGE_STAFF):
        seats = duties.seats_on(session, bangkok_day(now))
        missing = duties.uncovered(held_roles(session, now=now), seats)
        if missing:
            waiting.append(
                Waiting(
                    section=N_("People"),
                    title=N_("Some duties cannot be covered by the people here"),
                    endpoint="people.staff_check",
                    action=N_("See which"),
                )
            )
    return waiting
