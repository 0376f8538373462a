"""`flask demo`: the practice world's data, and how to get in."""

import click
from flask import current_app
from flask.cli import with_appcontext

from config.settings import Settings
from fund import clock
from fund.cli.output import finish, json_option
from fund.sandbox import demo
from fund.sandbox.demo.twin import TwinUnavailable


@click.command("demo", help="Load the demo world into an empty database; print the sign-ins.")
@json_option
@with_appcontext
def command(as_json: bool) -> None:
    settings: Settings = current_app.config["SETTINGS"]
    if settings.is_production:
        finish(
            ["The demo world is never loaded in production."],
            as_json=as_json,
            summary="Nothing was changed.",
        )
    was_loaded = demo.is_loaded()
    if not was_loaded:
        try:
            demo.load(settings, now=clock.now())
        except TwinUnavailable as fault:
            finish(
                [f"The practice Stripe is needed and failed: {fault}"],
                as_json=as_json,
                summary="The demo world is not whole: begin again with an empty database.",
            )
    finish(
        [],
        as_json=as_json,
        summary=_welcome(settings),
        loaded=not was_loaded,
        address=settings.base_url,
        mails=f"{settings.base_url}/sandbox/mail",
        stripe=settings.stripe_api_base,
        password=demo.PASSWORD,
        sign_ins={member.email: member.role.value for member in demo.CAST},
    )


def _welcome(settings: Settings) -> str:
    sign_ins = [
        f"  {member.role.value.replace('_', ' '):18} {member.email}" for member in demo.CAST
    ]
    return "\n".join(
        [
            "",
            "The LIFT Life Fund, practice world: no real money, no real people.",
            "",
            f"  {settings.base_url}                  the fund; take the tour on the first page",
            f"  {settings.base_url}/sandbox/mail     every mail it sends",
            f"  {settings.stripe_api_base}                  the practice Stripe",
            "",
            f"Sign in at {settings.base_url}/staff/ with the password: {demo.PASSWORD}",
            "",
            *sign_ins,
            "",
            "Ctrl-C ends it; the data stays.",
            "",
        ]
    )
