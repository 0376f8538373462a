"""`flask settlement sweep|replay|reconcile`."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import click
from flask.cli import AppGroup, with_appcontext

from fund import clock
from fund.banking import reconciliation
from fund.cli.output import finish, json_option, misused
from fund.db import reading, transaction
from fund.errors import Unavailable
from fund.gateways import stripe
from fund.ledger.queries import get_office, list_offices
from fund.money import Money
from fund.settlement import operations
from fund.settlement.choices import REPLAY_REASONS
from fund.settlement.reconciliation.balance import Unlike, compare_lines, note_balance

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
@click.option("--reason", type=click.Choice(list(REPLAY_REASONS)), required=True, help="Why.")
@json_option
@with_appcontext
def replay(since: datetime, prefix: str, reason: str, as_json: bool) -> None:
    """Have all events since a day looked at again; nothing is paid, booked or mailed twice."""
    with transaction() as session:
        count = operations.replay_since(
            session, since.replace(tzinfo=UTC), prefix=prefix, reason=reason, now=clock.now()
        )
    finish([], as_json=as_json, summary=f"{count} events will be looked at again.", events=count)


@group.command()
@click.option("--day", type=click.DateTime(["%Y-%m-%d"]), help="Its end; else yesterday.")
@click.option("--office", "code", help="One office only.")
@click.option("--refresh", is_flag=True, help="Ask Stripe again, for each line too.")
@json_option
@with_appcontext
def reconcile(day: datetime | None, code: str | None, refresh: bool, as_json: bool) -> None:
    """Compare Stripe, the banks and the books; exit 1 for a difference that nobody explained."""
    on = day.date() if day else clock.bangkok_day(clock.now()) - timedelta(days=1)
    with reading() as session:
        codes = [office.code for office in list_offices(session)]
    if code is not None and code not in codes:
        misused(f"There is no office {code}.")
    findings: list[dict[str, Any]] = []
    for office in [code] if code else codes:
        try:
            findings += _reconcile(office, on, refresh=refresh)
        except Unavailable as error:
            findings.append({"office": office, "kind": error.code})
    finish(
        findings,
        as_json=as_json,
        summary=f"{len(findings)} differences at the end of {on}.",
        day=on,
    )


def _reconcile(office_code: str, on: date, *, refresh: bool) -> list[dict[str, Any]]:
    """Each difference that nobody explained; with `refresh` by Stripe's whole list besides."""
    docs = None
    if refresh and office_code in stripe.list_office_codes():
        note_balance(office_code, now=clock.now())
        docs = list(stripe.list_balance_transactions(office_code))
    with reading() as session:
        office = get_office(session, office_code)
        found = [
            _as_finding(office_code, one.kind, one.thing, one.on, one.amount)
            for one in reconciliation.reconcile(session, office, on).unexplained
        ]
        unlike = [] if docs is None else compare_lines(session, office, docs, on)
        found += [
            _as_finding(office_code, one.kind, one.transaction, one.happened_on, one)
            for one in unlike
        ]
    return found


def _as_finding(
    office: str, kind: str, thing: str, on: date, amount: Money | Unlike
) -> dict[str, Any]:
    return {
        "office": office,
        "kind": kind,
        "thing": thing,
        "day": on,
        "amount_minor": amount.amount_minor,
        "currency": amount.currency,
    }
