"""Who works here, and what the database lets them be at once."""

from datetime import datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from fund.people import queries
from fund.people.models import StaffRole
from fund.permissions import Permission, Role
from tests.people.factories import make_staff, make_team


def test_a_session_names_its_staff_member_until_the_epoch_moves_on(session: Session, now: datetime):
    staff = make_staff(session, Role.CASEWORKER)
    cookie = staff.session_id
    found = queries.find_signed_in(session, cookie, now=now)
    assert found is not None
    assert found.actor.may(Permission.READ_CASES)

    staff.session_epoch += 1
    assert queries.find_signed_in(session, cookie, now=now) is None


@pytest.mark.parametrize("cookie", ["", "x", ":1", str(UUID(int=0)), f"{UUID(int=0)}:1"])
def test_a_made_up_session_names_nobody(session: Session, now: datetime, cookie: str):
    assert queries.find_signed_in(session, cookie, now=now) is None


def test_who_left_is_signed_out_and_holds_no_role(session: Session, now: datetime):
    staff = make_staff(session, Role.AUDITOR)
    staff.move_to("left")
    assert queries.find_signed_in(session, staff.session_id, now=now) is None
    assert not staff.actor.roles
    assert queries.list_staff_with_role(session, Role.AUDITOR, now=now) == []


def test_a_role_counts_from_its_beginning_to_its_end(session: Session, now: datetime):
    staff = make_staff(session)
    staff.roles.append(
        StaffRole(role="chair", from_at=now, until_at=now + timedelta(days=7)),
    )
    session.flush()
    held = {
        days: Role.CHAIR in staff.actor_at(now + timedelta(days=days)).roles for days in (-1, 0, 7)
    }
    assert held == {-1: False, 0: True, 7: False}
    assert queries.list_staff_with_role(session, Role.CHAIR, now=now) == [staff]
    assert queries.list_staff_with_role(session, Role.CHAIR, now=now + timedelta(days=7)) == []


@pytest.mark.parametrize(
    "role",
    [
        Role.CHAIR,
        Role.COMMITTEE_MEMBER,
        Role.FINANCE_OFFICER,
        Role.TREASURER,
        Role.CASEWORKER,
        Role.SUPERVISOR,
    ],
)
def test_an_administrator_has_no_power_over_money_or_votes_and_sees_no_identity(
    session: Session, role: Role
):
    with pytest.raises(IntegrityError, match="ex_staff_role_administrator"):
        make_staff(session, Role.ADMINISTRATOR, role)


def test_an_administrator_may_be_the_data_protection_contact(session: Session):
    staff = make_staff(session, Role.ADMINISTRATOR, Role.DATA_PROTECTION)
    assert staff.actor.roles == {Role.ADMINISTRATOR, Role.DATA_PROTECTION}


def test_a_role_is_held_once_at_a_time(session: Session):
    with pytest.raises(IntegrityError, match="ex_staff_role_once"):
        make_staff(session, Role.CHAIR, Role.CHAIR)


def test_a_supervisor_leads_a_team(session: Session):
    supervisor, caseworker, other = (
        make_staff(session, role) for role in ("supervisor", "caseworker", "caseworker")
    )
    make_team(session, supervisor, caseworker)
    assert queries.find_supervisor_id(session, caseworker.id) == supervisor.id
    assert queries.find_supervisor_id(session, other.id) is None
