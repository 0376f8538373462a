"""`flask audit verify|checkpoint|prove|export|rotate-key|witness`."""

import json
import os
import re
from pathlib import Path
from typing import Any
from uuid import UUID

import click
from flask.cli import AppGroup

from fund import clock, db
from fund.audit import checkpoints, exports, notes, queries, tasks, verification, witness, witnesses
from fund.cli.output import (
    export_target,
    finish,
    finish_export,
    in_english,
    json_option,
    misused,
    output_option,
    progress,
)
from fund.crypto import VerifierKey
from fund.errors import NotFound, Refused
from fund.ledger import verification as books
from fund.ledger.verification import rows
from fund.permissions import SYSTEM

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
        kept = witnesses.list_kept(session)
    seen = witnesses.list_seen(known) if known else []
    with db.reading() as session:
        length = verification.count_leaves(session) + books.count_journals(session)
        if length < WORTH_MANY:
            processes = 1
        with (
            verification.crew(session, processes=processes) as hands,
            progress(length) as advance,
        ):
            report = verification.verify_log(
                session, now=clock.now(), seen=seen, kept=kept, hands=hands, advance=advance
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
        try:
            checkpoints.sign_checkpoint(session, now=clock.now())
        except notes.NoSuchSeed as fault:
            finish([str(fault)], as_json=as_json, summary="Nothing was signed.")
        newest = queries.find_checkpoint(session)
        note = queries.full_note(session, newest) if newest else ""
    if newest is None:
        finish(["The log is empty."], as_json=as_json, summary="No checkpoint.")
    finish([], as_json=as_json, summary=note, checkpoint=note, size=newest.size)


@group.command()
@click.argument("event_id", type=click.UUID)
@json_option
def prove(event_id: UUID, as_json: bool) -> None:
    """Print the proof document of one event, as verify.py reads it."""
    with db.reading() as session:
        try:
            proof = queries.proof_of(session, event_id)
        except NotFound as missing:
            finish(
                [in_english(missing)], as_json=as_json, summary="There is no proof of this event."
            )
    finish([], as_json=as_json, summary=json.dumps(proof, indent=2), proof=proof)


@group.command()
@click.option("--from", "first", required=True, help="A day (2026-11-24) or a leaf index.")
@click.option("--to", "last", required=True, help="The last day or index, included.")
@output_option
@json_option
def export(first: str, last: str, output: Path | None, as_json: bool) -> None:
    """Write a range of the log with its proof, as JSON Lines for verify.py."""
    span = _get_span(first, last, as_json)  # before a file of this name is written over
    with export_target(output, as_json=as_json) as target:
        for line in exports.lines(span):
            target.write(line)
    finish_export(output, as_json=as_json)


def _get_span(first: str, last: str, as_json: bool) -> exports.Span:
    with db.reading() as session:
        try:
            return exports.find_span(session, first, last)
        except NotFound as fault:
            text = in_english(fault)
            finish([text], as_json=as_json, summary="Nothing was signed so far.")
        except Refused as fault:
            misused(in_english(fault))


@group.command("rotate-key")
@json_option
def rotate_key(as_json: bool) -> None:
    """Sign with the next seed of the keyring (log2, log3 …) from now on; the old key vouches."""
    with db.transaction() as session:
        try:
            key = checkpoints.rotate_key(session, actor=SYSTEM, now=clock.now())
        except Refused as refused:
            finish([in_english(refused)], as_json=as_json, summary="Nothing was changed.")
    finish(
        [],
        as_json=as_json,
        summary=f"Key {key.number} signs from now on: {key.verifier_key}",
        number=key.number,
        verifier_key=key.verifier_key,
        from_size=key.from_size,
    )


def _log_key(_context: click.Context, _option: click.Parameter, typed: Any) -> list[VerifierKey]:
    try:
        return [VerifierKey.parse(key, VerifierKey.LOG) for key in typed]
    except ValueError as fault:
        raise click.BadParameter(str(fault))


@group.command("witness")
@click.option("--name", required=True, help="What its signatures are called by: host and path.")
@click.option(
    "--log", "logs", multiple=True, required=True, callback=_log_key, help="A log's verifier key."
)
@click.option(
    "--folder",
    required=True,
    type=click.Path(file_okay=False, exists=True, path_type=Path),
    help="Where its key and the newest checkpoints are kept.",
)
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8020, show_default=True)
def run_witness(name: str, logs: list[VerifierKey], folder: Path, host: str, port: int) -> None:
    """Be a witness: cosign checkpoints that lead on. Needs no database and none of our secrets."""
    if re.search(r"[\s+]", name):
        raise click.BadParameter("a name has no spaces and no plus", param_hint="--name")
    try:
        own = witness.Witness(name, witness.load_key(folder / "key"), logs, folder)
    except witness.BadKeyFile as fault:
        raise click.UsageError(str(fault))
    server = witness.serve(own, host, port, clock=clock.now)
    click.echo(f"http://{host}:{server.server_port} {own.verifier_key}")
    server.serve_forever()
