"""`flask staff invite|check`."""

import click
from flask import current_app, url_for
from flask.cli import AppGroup

from fund import clock
from fund.cli.output import finish, in_english, json_option
from fund.db import reading, transaction
from fund.errors import Denied, Refused
from fund.i18n import LANGUAGES
from fund.people import duties, operations, queries
from fund.permissions import SYSTEM, Role

group = AppGroup("staff", help="The people who work with the fund.")


@group.command()
@click.option("--name", required=True, help="As it stands in letters.")
@click.option("--email", required=True)
@click.option(
    "--role",
    "roles",
    multiple=True,
    required=True,
    type=click.Choice([role.value for role in Role]),
)
@click.option("--language", default="th", show_default=True, type=click.Choice(list(LANGUAGES)))
@json_option
def invite(name: str, email: str, roles: tuple[str, ...], language: str, as_json: bool) -> None:
    """Invite somebody from here, as long as there are not two administrators."""
    findings = []
    address = ""
    try:
        with transaction() as session:
            staff, token = operations.invite(
                session,
                name=name,
                email=email,
                language=language,
                roles=[Role(role) for role in roles],
                actor=SYSTEM,
                now=clock.now(),
            )
            address = invitation_address(token)
    except Denied:
        findings.append(
            "There are two administrators: one of them invites people, on /staff/people."
        )
    except Refused as refusal:
        findings.append(in_english(refusal))
    if findings:
        finish(findings, as_json=as_json, summary="Nobody was invited.")
    summary = f"{staff.name} is invited. A letter is on its way; the same link:\n{address}"
    finish([], as_json=as_json, summary=summary, staff_id=staff.id, address=address)


@group.command()
@json_option
def check(as_json: bool) -> None:
    """Name each duty of the fund that the present staff cannot cover."""
    now = clock.now()
    with reading() as session:
        seats = duties.seats_on(session, clock.bangkok_day(now))
        codes = duties.uncovered(queries.held_roles(session, now=now), seats)
    texts = duties.duties(seats)
    if as_json:
        finish(codes, as_json=True, summary="")
    finish(
        [texts[code].text for code in codes],
        as_json=False,
        summary="Nobody here can do these." if codes else "Every duty is covered.",
    )


def invitation_address(token: str) -> str:
    """The absolute link of an invitation."""
    with current_app.test_request_context(base_url=current_app.config["SETTINGS"].base_url):
        return url_for("people.accept_invitation", token=token, _external=True)
