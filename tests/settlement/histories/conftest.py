"""Offices and funds, finance, and a twin that every life begins anew."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Connection
from sqlalchemy.orm import Session

from fund import clock
from fund.gateways.stripe import client as stripe_client
from fund.permissions import Role
from tests.giving.conftest import world
from tests.giving.factories import GivingWorld
from tests.people.factories import make_staff
from tests.sandbox.stripe_twin.inprocess import TwinInside
from tests.settlement.histories.place import Place, speaking_to

__all__ = ["world"]


@pytest.fixture(scope="module")
def twin() -> Iterator[TwinInside]:
    twin = TwinInside()
    yield twin
    twin.close()


@pytest.fixture
def place(
    app: object,
    connection: Connection,
    session: Session,
    world: GivingWorld,
    twin: TwinInside,
    monkeypatch: pytest.MonkeyPatch,
) -> Place:
    """Offices, funds, finance, and the office's way to the twin."""
    monkeypatch.setitem(stripe_client._clients, "nz", speaking_to(twin))
    roles = (Role.FINANCE_OFFICER, Role.TREASURER)
    one, other = (make_staff(session, role).actor_at(clock.now()) for role in roles)
    session.commit()
    return Place(connection, twin, world, (one, other))


@pytest.fixture(autouse=True)
def quiet(caplog: pytest.LogCaptureFixture) -> None:
    """What fails on the way is part of the story."""
    caplog.set_level("ERROR")
