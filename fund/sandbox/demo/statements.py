"""What the two banks of the demo world wrote: one month that is matched, a week that is open."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from fund.banking import operations, queries
from fund.banking.models import BankAccount
from fund.banking.operations import Choice
from fund.banking.reading import read_statement, seen_sha256
from fund.banking.targets import Target, list_targets
from fund.clock import bangkok_day
from fund.ledger import balances
from fund.ledger.models import Account, Office
from fund.ledger.queries import get_office
from fund.money import CURRENCIES
from fund.sandbox.demo.world import World

NUMBERS = {"th": "000-0-00000-1", "nz": "00-0000-0000000-00"}
NAMES = {"th": "Practice Bank, savings", "nz": "Practice Bank, current"}
FIRST_DAYS_AGO, MATCHED_DAYS_AGO, LAST_DAYS_AGO = 45, 8, 1
# What only the bank knows yet: days ago, minor units, code, words.
NEWS = {
    "th": (
        (5, -35_00, "PMNT/MDOP/CHRG", "Transfer fee"),
        (3, 1_250_00, "PMNT/RCDT/ESCT", "Transfer, no reference"),
    ),
    "nz": (
        (4, 2_15, "ACMT/MCOP/INTR", "Interest"),
        (2, -12_00, "PMNT/MDOP/CHRG", "Account fee"),
    ),
}


@dataclass(frozen=True)
class _Entry:
    """What the bank tells of one transaction."""

    on: date
    amount_minor: int
    code: str
    words: str


def plan_statements(world: World) -> None:
    """The accounts are noted and a month is read and matched; the last week's file is read only."""
    for office in NUMBERS:
        world.plan(world.ago(MATCHED_DAYS_AGO, 16), partial(_read_month, world, office))
        world.plan(world.ago(LAST_DAYS_AGO, 17), partial(_read_week, world, office))


def _read_month(world: World, office_code: str, at: datetime) -> None:
    first, last = (bangkok_day(world.ago(days)) for days in (FIRST_DAYS_AGO, MATCHED_DAYS_AGO))
    with world.acting("treasurer", at) as (session, actor):
        office = get_office(session, office_code)
        account = operations.add_account(
            session,
            office.id,
            name=NAMES[office_code],
            number=NUMBERS[office_code],
            actor=actor,
            now=at,
        )
        opening = _held_at(session, office, first - timedelta(days=1))
        entries = [
            _told(target)
            for target in list_targets(session, office, first, last)
            if target.kind == "booked" and first <= target.on <= last
        ]
        statement_id = _record(world, session, account, opening, entries, (first, last), at)
    with world.acting("treasurer", at) as (session, actor):
        statement = queries.get_statement(session, statement_id)
        found = queries.list_suggestions(session, queries.list_open(session, statement))
        choices = [Choice(one.line.id, one.token, one.rule) for one in found]
        operations.confirm_suggestions(session, choices, actor=actor, now=at)


def _read_week(world: World, office_code: str, at: datetime) -> None:
    """What waits for the bank is shown by it, but the newest, which it shows next week."""
    first = bangkok_day(world.ago(MATCHED_DAYS_AGO - 1))
    last = bangkok_day(world.ago(LAST_DAYS_AGO))
    with world.acting("treasurer", at) as (session, _):
        office = get_office(session, office_code)
        account = session.scalars(
            select(BankAccount).where(BankAccount.office_id == office.id)
        ).one()
        (standing,) = [s for s in queries.list_accounts(session) if s.account.id == account.id]
        opening = standing.last.closing_minor if standing.last else None
        targets = [t for t in list_targets(session, office, first, last) if t.kind != "return"]
        entries = [
            _told(target, later=0 if target.kind == "booked" else 1)
            for target in targets
            if first <= target.on < last
        ]
        entries += [
            _Entry(bangkok_day(world.ago(days)), amount, code, words)
            for days, amount, code, words in NEWS[office_code]
        ]
        _record(world, session, account, opening or 0, entries, (first, last), at)


def _told(target: Target, *, later: int = 0) -> _Entry:
    code = "PMNT/RCDT/ESCT" if target.amount_minor > 0 else "PMNT/ICDT/ESCT"
    words = f"Transfer {target.references[0]}" if target.references else "Transfer"
    return _Entry(target.on + timedelta(days=later), target.amount_minor, code, words)


def _held_at(session: Session, office: Office, day: date) -> int:
    totals = balances.totals_at(session, day)
    accounts = session.scalars(
        select(Account.id).where(Account.office_id == office.id, Account.role == "bank")
    )
    held = [totals.get(account_id, (0, 0)) for account_id in accounts]
    return sum(debits - credits_ for debits, credits_ in held)


def _record(
    world: World,
    session: Session,
    account: BankAccount,
    opening: int,
    entries: Sequence[_Entry],
    days: tuple[date, date],
    at: datetime,
) -> UUID:
    actor = world.actor("treasurer", at)
    content = _camt(account.office, opening, sorted(entries, key=lambda e: e.on), days)
    statement = operations.upload_statement(session, account, content, actor=actor, now=at)
    seen = seen_sha256(read_statement(session, statement))
    operations.record_statement(session, statement, seen=seen, actor=actor, now=at)
    return statement.id


def _camt(
    office: Office, opening: int, entries: Sequence[_Entry], days: tuple[date, date]
) -> bytes:
    """The practice bank's file, as ISO 20022 has it."""
    first, last = days
    closing = opening + sum(entry.amount_minor for entry in entries)
    number = f"<Acct><Id><Othr><Id>{NUMBERS[office.code]}</Id></Othr></Id></Acct>"
    period = f"<FrToDt><FrDtTm>{first}T00:00:00</FrDtTm><ToDtTm>{last}T23:59:59</ToDtTm></FrToDt>"
    body = "".join(_ntry(office, entry) for entry in entries)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>'
        '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt>'
        f"<Stmt><Id>{office.code}-{last}</Id>{period}{number}"
        f"{_bal(office, 'OPBD', opening, first)}{_bal(office, 'CLBD', closing, last)}{body}</Stmt>"
        "</BkToCstmrStmt></Document>"
    ).encode()


def _bal(office: Office, code: str, minor: int, day: date) -> str:
    return (
        f"<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp>{_amt(office, minor)}"
        f"<Dt><Dt>{day}</Dt></Dt></Bal>"
    )


def _ntry(office: Office, entry: _Entry) -> str:
    domain, family, sub = entry.code.split("/")
    return (
        f"<Ntry>{_amt(office, entry.amount_minor)}<Sts><Cd>BOOK</Cd></Sts>"
        f"<BookgDt><Dt>{entry.on}</Dt></BookgDt><BkTxCd><Domn><Cd>{domain}</Cd><Fmly>"
        f"<Cd>{family}</Cd><SubFmlyCd>{sub}</SubFmlyCd></Fmly></Domn></BkTxCd>"
        f"<AddtlNtryInf>{entry.words}</AddtlNtryInf></Ntry>"
    )


def _amt(office: Office, minor: int) -> str:
    exponent = CURRENCIES[office.currency].exponent
    whole, part = divmod(abs(minor), 10**exponent)
    text = f"{whole}.{part:0{exponent}}" if exponent else str(whole)
    direction = "CRDT" if minor >= 0 else "DBIT"
    return f'<Amt Ccy="{office.currency}">{text}</Amt><CdtDbtInd>{direction}</CdtDbtInd>'
