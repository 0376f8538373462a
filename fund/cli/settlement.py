"""`flask settlement sweep`."""

from flask.cli import AppGroup, with_appcontext

from fund import clock
from fund.cli.output import finish, json_option
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
