"""Staff for tests, of every room."""

from datetime import UTC, datetime

import pyotp
from argon2 import PasswordHasher
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from fund import clock, keys
from fund.audit.models import Event
from fund.ids import new_id
from fund.people.models import Staff, StaffRole, Supervises
from fund.permissions import Role

PASSWORD = "correct horse battery"
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)

# Cheap on purpose: a test of something else must not pay for a slow hash.
_HASH = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)

# A test may say who acts without saying when; the service always says when.
Staff.actor = property(lambda staff: staff.actor_at(clock.now()))


def make_staff(
    session: Session,
    *roles: Role | str,
    name: str = "Niran Staff",
    email: str | None = None,
    language: str = "en",
    state: str = "active",
) -> Staff:
    """One who works here, with these roles since long ago, whose password is PASSWORD."""
    staff_id = new_id()
    staff = Staff(
        id=staff_id,
        name=name,
        email=email or f"{staff_id.hex}@lift.example",
        language=language,
        state=state,
        password_hash=None if state == "invited" else _HASH,
        key_id=keys.create(session, "staff", now=LONG_AGO),
        created_at=LONG_AGO,
        roles=[StaffRole(role=Role(role).value, from_at=LONG_AGO) for role in roles],
    )
    session.add(staff)
    session.flush()
    return staff


def make_team(session: Session, supervisor: Staff, *caseworkers: Staff) -> None:
    """Let `supervisor` lead `caseworkers`."""
    session.add_all(
        Supervises(supervisor_id=supervisor.id, caseworker_id=caseworker.id)
        for caseworker in caseworkers
    )
    session.flush()


def enrol(session: Session, staff: Staff) -> pyotp.TOTP:
    """Give `staff` a second factor, and the test the app that makes its codes."""
    secret = pyotp.random_base32()
    staff.sealed_totp = keys.seal(session, staff.key_id, secret, context=staff.totp_context)
    staff.totp_enrolled_at = staff.created_at
    session.flush()
    return pyotp.TOTP(secret)


def is_signed_in(client: FlaskClient) -> bool:
    """Whether this browser's session is one."""
    return client.get("/staff/me").status_code == 200


def events(session: Session, staff: Staff) -> list[str]:
    """The names of what the log holds about this person, oldest first."""
    about = select(Event.name).where(Event.subject_id == staff.id).order_by(Event.id)
    return list(session.scalars(about))
