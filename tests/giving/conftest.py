"""The give page stands on offices, funds, Stripe's twin and a mail server."""

from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from fund.gateways import stripe
from tests.giving.factories import GivingWorld, make_giving_world
from tests.sandbox.stripe_twin.fixtures import (
    Twin,
    receiver,
    receiver_process,
    twin,
    twin_process,
)

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
def stripe_up(app: Flask, twin: Twin) -> Iterator[Twin]:
    """The service speaks to the twin."""
    settings = app.config["SETTINGS"]
    stripe.init(settings.stripe, twin.base_url, settings.base_url)
    yield twin
    stripe.init(settings.stripe, settings.stripe_api_base, settings.base_url)
