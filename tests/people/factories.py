"""Staff for tests, of every room."""

from datetime import UTC, datetime

from argon2 import PasswordHasher
from sqlalchemy.orm import Session

from fund import clock, keys
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
