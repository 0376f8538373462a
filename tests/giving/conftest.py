"""The give page stands on offices, funds, Stripe's twin and a mail server."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from fund.gateways import stripe
from tests.giving.factories import GivingWorld, make_giving_world
from tests.giving.street import Street
from tests.sandbox.stripe_twin.fixtures import (
    Twin,
    receiver,
    receiver_process,
    twin,
    twin_process,
)
from tests.sandbox.stripe_twin.inprocess import BASE_URL, TwinInside

__all__ = [
    "receiver",
    "receiver_process",
    "twin",
    "twin_process",
]


@pytest.fixture
def world(session: Session) -> GivingWorld:
    """Offices and funds."""
    made = make_giving_world(session)
    session.commit()
    return made


@pytest.fixture
def street(
    app: Flask, client: FlaskClient, world: GivingWorld, run_jobs: Callable[[], int]
) -> Iterator[Street]:
    """Donors and card testers before the give page, with a twin in this process."""
    settings = app.config["SETTINGS"]
    twin = TwinInside()
    with time_machine.travel(datetime(2026, 11, 24, 3, 0, tzinfo=UTC), tick=False) as traveller:
        stripe.init(settings.stripe, BASE_URL, settings.base_url, http_client=twin.http)
        street = Street(client, twin, traveller, run_jobs)
        street.move(0)
        yield street
    stripe.init(settings.stripe, settings.stripe_api_base, settings.base_url)
    twin.close()


@pytest.fixture
def stripe_up(app: Flask, twin: Twin) -> Iterator[Twin]:
    """The service speaks to the twin."""
    settings = app.config["SETTINGS"]
    stripe.init(settings.stripe, twin.base_url, settings.base_url)
    yield twin
    stripe.init(settings.stripe, settings.stripe_api_base, settings.base_url)
