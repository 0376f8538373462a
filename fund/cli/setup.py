"""`flask setup`: a real installation begins here, whole or not at all.

What the environment itself gets wrong (a practice key in production, a missing secret) is named
before this runs, when the service reads its settings.
"""

import re
from collections.abc import Callable
from typing import Any
from zoneinfo import available_timezones

import click
from flask import current_app
from flask.cli import with_appcontext
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from config.settings import Settings
from fund import clock, migrating
from fund.cli.output import finish, in_english, json_option
from fund.cli.staff import invitation_address
from fund.db import reading, transaction
from fund.errors import FundError, Refused
from fund.gateways import mail, storage, stripe
from fund.giving import operations as giving
from fund.i18n import LANGUAGES
from fund.ledger import operations as ledger
from fund.ledger.queries import get_office
from fund.ledger.starting import open_starting_funds
from fund.money import CURRENCIES
from fund.people import operations, queries
from fund.permissions import SYSTEM, Role
from fund.survivors.operations import seed_wordings

THAILAND = "TH"  # Stripe does not take donations for accounts there
TAX_IDS = {"US": "ein", "NZ": "charity_number"}  # what the number is called there

QUESTIONS: dict[str, str] = {
    "name_en": "The organisation's name in English",
    "name_th": "The organisation's name in Thai",
    "contact_email": "Its e-mail address for questions",
    "office_code": "A short code for the first receiving office (such as nz)",
    "office_name": "The office's legal name",
    "office_address": "The office's address",
    "office_country": "Its country (two letters, such as NZ)",
    "office_currency": "Its currency (three letters, such as NZD)",
    "office_timezone": "Its time zone (such as Pacific/Auckland)",
    "office_tax_id": "Its tax or charity number",
    "first_name": "The first administrator's name",
    "first_email": "The first administrator's e-mail",
    "second_name": "The second administrator's name",
    "second_email": "The second administrator's e-mail",
    "language": "The administrators' language (th or en)",
}
_FORMS: dict[str, Callable[[str], object]] = {
    "contact_email": re.compile(r"[^@\s]+@[^@\s]+").fullmatch,
    "first_email": re.compile(r"[^@\s]+@[^@\s]+").fullmatch,
    "second_email": re.compile(r"[^@\s]+@[^@\s]+").fullmatch,
    "office_code": re.compile(r"[a-z]{2,10}").fullmatch,
    "office_country": re.compile(r"[A-Z]{2}").fullmatch,
    "office_currency": CURRENCIES.get,
    "office_timezone": available_timezones().__contains__,
    "language": LANGUAGES.get,
}


def _ask_all(command: Callable[..., None]) -> Callable[..., None]:
    for name, question in reversed(QUESTIONS.items()):
        option = f"--{name.replace('_', '-')}"
        command = click.option(option, prompt=question, help=f"{question}.")(command)
    return command


@click.command("setup", help="Begin a real installation: organisation, office, administrators.")
@_ask_all
@json_option
@with_appcontext
def command(as_json: bool, **answers: str) -> None:
    """Check everything and name every fault at once; write only if there is none."""
    settings: Settings = current_app.config["SETTINGS"]
    answers = {name: answer.strip() for name, answer in answers.items()}
    answers["office_code"] = answers["office_code"].lower()
    account, findings = _check_stripe(settings, answers)
    findings = [*_check_answers(answers), *_check_database(), *findings, *_check_gateways()]
    addresses: list[str] = []
    if not findings:
        try:
            with transaction() as session:
                addresses = _write(session, answers, account)
        except Refused as refusal:
            findings.append(in_english(refusal))
    if findings:
        finish(findings, as_json=as_json, summary="Nothing was set up.")
    summary = "The fund is set up. Letters are on their way to both administrators; their links:"
    finish([], as_json=as_json, summary="\n".join([summary, *addresses]), addresses=addresses)


def _check_answers(answers: dict[str, str]) -> list[str]:
    faults = [
        f"{QUESTIONS[name]}: {answer!r} will not do."
        for name, answer in answers.items()
        if not answer or (name in _FORMS and not _FORMS[name](answer))
    ]
    if answers["first_email"].lower() == answers["second_email"].lower():
        faults.append("The two administrators must be two persons with an e-mail address each.")
    return faults


def _check_database() -> list[str]:
    try:
        with reading() as session:
            present = session.scalar(text("SELECT version_num FROM alembic_version"))
            if present != migrating.newest_revision():
                return ["The database is not up to date: run `flask db upgrade` first."]
            if queries.find_organisation(session) is not None:
                return ["This fund is set up already."]
    except SQLAlchemyError:
        return ["The database does not answer, or was never migrated (`flask db upgrade`)."]
    return []


def _check_stripe(settings: Settings, answers: dict[str, str]) -> tuple[str | None, list[str]]:
    """The office's Stripe account, if it has one, and what is wrong with it."""
    code = answers["office_code"]
    if code not in settings.stripe:
        if answers["office_country"] == THAILAND:
            return None, []
        return None, [f"Stripe: STRIPE_API_KEY_{code.upper()} is not set."]
    try:
        return stripe.check(code), []
    except FundError:
        return None, [f"Stripe does not take STRIPE_API_KEY_{code.upper()}, or does not answer."]


def _check_gateways() -> list[str]:
    checks = {
        "Mail: the server at SMTP_URL does not answer, or refuses our sign-in.": mail.check,
        "Storage: STORAGE_URL cannot be written and read.": storage.check,
    }
    faults = []
    for fault, check in checks.items():
        try:
            check()
        except FundError:
            faults.append(fault)
    return faults


def _write(session: Session, answers: dict[str, str], stripe_account: str | None) -> list[str]:
    """Everything in one transaction; the administrators' links."""
    who: dict[str, Any] = {"actor": SYSTEM, "now": clock.now()}
    operations.name_organisation(
        session,
        name_en=answers["name_en"],
        name_th=answers["name_th"],
        contact_email=answers["contact_email"],
        **who,
    )
    ledger.open_office(
        session,
        code=answers["office_code"],
        legal_name=answers["office_name"],
        country=answers["office_country"],
        currency=answers["office_currency"],
        timezone=answers["office_timezone"],
        address=answers["office_address"],
        tax_ids={TAX_IDS.get(answers["office_country"], "tax_id"): answers["office_tax_id"]},
        stripe_account_id=stripe_account,
        receipt_kind=f"{answers['office_country'].lower()}_donation",
        methods=["card"] if stripe_account else ["promptpay_qr", "bank_transfer"],
        receipt_prefix=answers["office_code"].upper(),
        **who,
    )
    # What tax receipts it may give, and who signs them, is finance's to say.
    giving.set_terms(
        session,
        get_office(session, answers["office_code"]),
        stripe_methods=["card"] if stripe_account else [],
        **who,
    )
    open_starting_funds(session, **who)
    seed_wordings(session, now=who["now"])
    return [_invite_administrator(session, answers, which, **who) for which in ("first", "second")]


def _invite_administrator(session: Session, answers: dict[str, str], which: str, **who: Any) -> str:
    _, token = operations.invite(
        session,
        name=answers[f"{which}_name"],
        email=answers[f"{which}_email"],
        language=answers["language"],
        roles=[Role.ADMINISTRATOR],
        **who,
    )
    return invitation_address(token)
