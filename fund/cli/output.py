"""How every command speaks: lines for people, or one JSON document with `--json`."""

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn, TextIO

import click

from fund import i18n
from fund.errors import FundError

json_option = click.option("--json", "as_json", is_flag=True, help="One JSON document.")
output_option = click.option(
    "--output", type=click.Path(dir_okay=False, path_type=Path), help="A file."
)


def finish(findings: list[Any], *, as_json: bool, summary: str, **facts: Any) -> NoReturn:
    """Print and exit: 0 if nothing was found, else 1."""
    if as_json:
        click.echo(json.dumps({"findings": findings, **facts}, default=str, ensure_ascii=False))
    else:
        for finding in findings:
            click.echo(f"- {finding}", err=True)
        click.echo(summary)
    sys.exit(1 if findings else 0)


def misused(why: str) -> NoReturn:
    """Say in one line what was asked wrongly, and exit 2."""
    click.echo(f"Error: {why}", err=True)
    sys.exit(2)


def in_english(error: FundError) -> str:
    """The error's text, for a terminal."""
    with i18n.speaking("en"):
        return i18n.refusal_text(error)


@contextmanager
def export_target(output: Path | None, *, as_json: bool) -> Iterator[TextIO]:
    """Where an export goes: to the file `output`, else to standard output."""
    if output is not None:
        with output.open("w", encoding="utf-8") as file:
            yield file
    elif as_json:
        raise click.UsageError("--json needs an --output: the export itself is printed here.")
    else:
        yield sys.stdout


def finish_export(output: Path | None, *, as_json: bool) -> None:
    """Say which file was written; nothing after an export to standard output."""
    if output is not None:
        size = output.stat().st_size
        finish([], as_json=as_json, summary=f"{output}: {size} bytes.", file=output, bytes=size)


@contextmanager
def progress(length: int) -> Iterator[Callable[[int], None]]:
    """A bar on a terminal's standard error, nowhere else; tell the function how much was done."""
    with click.progressbar(length=length, file=sys.stderr, hidden=not sys.stderr.isatty()) as bar:
        yield bar.update
