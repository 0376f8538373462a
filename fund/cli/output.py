"""How every command speaks: lines for people, or one JSON document with `--json`."""

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NoReturn

import click

json_option = click.option("--json", "as_json", is_flag=True, help="One JSON document.")


def finish(findings: list[Any], *, as_json: bool, summary: str, **facts: Any) -> NoReturn:
    """Print and exit: 0 if nothing was found, else 1."""
    if as_json:
        click.echo(json.dumps({"findings": findings, **facts}, default=str, ensure_ascii=False))
    else:
        for finding in findings:
            click.echo(f"- {finding}", err=True)
        click.echo(summary)
    sys.exit(1 if findings else 0)


@contextmanager
def progress(length: int) -> Iterator[Callable[[int], None]]:
    """A bar on a terminal's standard error, nowhere else; tell the function how much was done."""
    with click.progressbar(length=length, file=sys.stderr, hidden=not sys.stderr.isatty()) as bar:
        yield bar.update
