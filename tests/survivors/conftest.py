"""Who works on cases."""

import pytest

from fund.permissions import Role
from tests.people.factories import make_staff, make_team


@pytest.fixture
def caseworker(session):
    return make_staff(session, Role.CASEWORKER, name="Case Worker")


@pytest.fixture
def supervisor(session, caseworker):
    supervisor = make_staff(session, Role.SUPERVISOR, name="Super Visor")
    make_team(session, supervisor, caseworker)
    return supervisor
