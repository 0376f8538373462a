"""`flask audit verify|checkpoint|prove`."""

import json
import os
from uuid import UUID

import click
from flask.cli import AppGroup

from fund import clock, db
from fund.audit import checkpoints, queries, tasks, verification, witnesses
from fund.cli.output import finish, json_option, progress
from fund.errors import NotFound
from fund.ledger import verification as books
from fund.ledger.verification import rows

WORTH_MANY = 50_000  # leaves and journals, from which on starting other processes pays

group = AppGroup("audit", help="The append-only log of everything that happened.")


@group.command()
@click.option(
    "--processes",
    type=click.IntRange(min=1),
    default=lambda: os.cpu_count() or 1,
    show_default="one a core",
    help="How many read at once.",
)
@json_option
def verify(processes: int, as_json: bool) -> None:
    """Read the whole log again and name whatever is not as it was recorded and signed."""
    with db.reading() as session:
        known = [key.verifier_key for key in queries.list_signing_keys(session)]
    seen = witnesses.list_seen(known) if known else []
    with db.reading() as session:
        verification.use_one_snapshot(session)
        length = verification.count_leaves(session) + books.count_journals(session)
        if length < WORTH_MANY:
            processes = 1
        with (
            verification.crew(session, processes=processes) as hands,
            progress(length) as advance,
        ):
            report = verification.verify_log(
                session, now=clock.now(), seen=seen, hands=hands, advance=advance
            )
            read = rows.verify_rows(session, hands=hands, advance=advance)
    counts = {
        "events": report.events,
        "leaves": report.leaves,
        "checkpoints": report.checkpoints,
        "sealed": report.sealed,
        "erased": report.erased,
        "journals": read.journals,
        "witnesses": len(seen),
    }
    found = [*report.findings, *read.findings]
    verdict = f"{len(found)} findings" if found else "Nothing is amiss"
    told = ", ".join(f"{count} {name}" for name, count in counts.items())
    moved = "".join(
        f"\n{currency}: {transfers} transfers of {amount} minor units in all"
        for currency, (transfers, amount) in read.totals.items()
    )
    finish(
        [vars(finding) if as_json else finding for finding in found],
        as_json=as_json,
        summary=f"{verdict}: {told}.{moved}",
        **counts,
        totals={
            currency: {"transfers": transfers, "amount_minor": amount}
            for currency, (transfers, amount) in read.totals.items()
        },
    )


@group.command()
@json_option
def checkpoint(as_json: bool) -> None:
    """Sign the log as it stands now, and print the newest checkpoint."""
    tasks.sequence_events()
    with db.transaction() as session:
        checkpoints.sign_checkpoint(session, now=clock.now())
        newest = queries.find_checkpoint(session)
    if newest is None:
        finish(["The log is empty."], as_json=as_json, summary="No checkpoint.")
    finish([], as_json=as_json, summary=newest.note, checkpoint=newest.note, size=newest.size)


@group.command()
@click.argument("event_id", type=click.UUID)
@json_option
def prove(event_id: UUID, as_json: bool) -> None:
    """Print the proof document of one event, as verify.py reads it."""
    with db.reading() as session:
        try:
            proof = queries.proof_of(session, event_id)
        except NotFound as missing:
            finish([missing.code], as_json=as_json, summary="There is no proof of this event.")
    finish([], as_json=as_json, summary=json.dumps(proof, indent=2), proof=proof)
