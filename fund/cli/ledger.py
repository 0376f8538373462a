"""`flask ledger verify|trial-balance|export`."""

from dataclasses import asdict
from datetime import datetime
from pathlib import Path

import click
from flask.cli import AppGroup

from fund.cli.output import export_target, finish, finish_export, json_option, output_option
from fund.db import reading
from fund.i18n import format_exact
from fund.ledger import plaintext, statements, verification

group = AppGroup("ledger", help="The books.")


@group.command("verify")
@json_option
def verify(as_json: bool) -> None:
    """Add everything up again and compare with balances, commitments and the log."""
    with reading() as session:
        findings = verification.verify(session)
        checked = verification.count_journals(session)
    finish(
        [asdict(finding) if as_json else finding for finding in findings],
        as_json=as_json,
        summary=f"{checked} journals checked, {len(findings)} findings.",
        journals=checked,
    )


@group.command("trial-balance")
@click.option("--as-of", type=click.DateTime(["%Y-%m-%d"]), help="The end of this day.")
@json_option
def trial_balance(as_of: datetime | None, as_json: bool) -> None:
    """Each account's balance, by fund and currency; a finding where the two sides differ."""
    with reading() as session:
        days = statements.Days(None, as_of.date()) if as_of else statements.EVERYTHING
        parts = statements.balances(session, days)
    if not as_json:
        for part in parts:
            click.echo(f"\n{part.fund.name_en}, {part.currency}")
            for account in part.accounts:
                click.echo(
                    f"  {account.code:<48}{format_exact(account.debit):>16}"
                    f"{format_exact(account.credit):>16}"
                )
            click.echo(f"  {'':<48}{format_exact(part.debits):>16}{format_exact(part.credits):>16}")
    finish(
        [f"{p.fund.code} {p.currency} does not balance" for p in parts if p.debits != p.credits],
        as_json=as_json,
        summary=f"{len(parts)} funds and currencies.",
        balances=[
            {
                "fund": part.fund.code,
                "currency": part.currency,
                "account": account.code,
                "debit_minor": account.debit.amount_minor,
                "credit_minor": account.credit.amount_minor,
            }
            for part in parts
            for account in part.accounts
        ],
    )


@group.command("export")
@click.option("--format", "file_format", type=click.Choice(list(plaintext.FORMATS)), required=True)
@click.option("--as-of", type=click.DateTime(["%Y-%m-%d"]), help="The end of this day.")
@output_option
@json_option
def export(file_format: str, as_of: datetime | None, output: Path | None, as_json: bool) -> None:
    """Write the whole book as plain text, to standard output or to a file."""
    with export_target(output, as_json=as_json) as target, reading() as session:
        for part in plaintext.export(session, file_format, as_of=as_of.date() if as_of else None):
            target.write(part)
    finish_export(output, as_json=as_json)
