"""`flask settlement sweep|replay`."""

from datetime import UTC, datetime

import click
from flask.cli import AppGroup, with_appcontext

from fund import clock
from fund.cli.output import finish, json_option
from fund.db import transaction
from fund.errors import Unavailable
from fund.gateways import stripe
from fund.settlement import operations

group = AppGroup("settlement", help="What Stripe told us, and what it did not.")


@group.command()
@json_option
@with_appcontext
def sweep(as_json: bool) -> None:
    """Fetch events that never came and balance transactions that are not booked yet."""
    findings, events, booked = [], [], []
    for office in stripe.list_office_codes():
        try:
            events += operations.sweep(office, now=clock.now())
            booked += operations.pull_feed(office, now=clock.now())
        except Unavailable as error:
            findings.append(f"{office}: {error.code}")
    finish(
        findings,
        as_json=as_json,
        summary=f"{len(events)} events and {len(booked)} balance transactions were new.",
        events=events,
        balance_transactions=booked,
    )


@group.command()
@click.option("--since", type=click.DateTime(["%Y-%m-%d"]), required=True, help="A day, UTC.")
@click.option("--type", "prefix", default="", help="Only events whose type begins so.")
@json_option
@with_appcontext
def replay(since: datetime, prefix: str, as_json: bool) -> None:
    """Have all events since a day looked at again; nothing is paid, booked or mailed twice."""
    with transaction() as session:
        count = operations.replay_since(
            session, since.replace(tzinfo=UTC), prefix=prefix, now=clock.now()
        )
    finish([], as_json=as_json, summary=f"{count} events will be looked at again.", events=count)
