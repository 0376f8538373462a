"""Bank accounts, and files as invented banks would write them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from sqlalchemy.orm import Session

from fund.banking import operations
from fund.banking.models import BankAccount, BankStatement
from fund.banking.reading import read_statement, seen_sha256
from fund.clock import BANGKOK
from fund.ids import new_id
from fund.ledger import journals
from fund.ledger import operations as ledger
from fund.ledger.models import Office
from fund.permissions import SYSTEM, Actor
from fund.settlement.models import BalanceTransaction
from tests.bookkeeping.factories import NOW
from tests.ledger.factories import make_fund

NUMBER = "000-1-23456-7"
DAY = date(2026, 11, 20)
CAME_AT = NOW + timedelta(days=2)


@dataclass(frozen=True)
class Said:
    """One line that a bank tells; `amount` is in units, out with a minus."""

    amount: str
    text: str = "Transfer"
    on: date = DAY
    code: str = "PMNT/RCDT/ESCT"
    reference: str = "NOTPROVIDED"
    details: str = ""


def camt(
    lines: Sequence[Said],
    *,
    opening: str = "1000.00",
    closing: str | None = None,
    number: str = NUMBER,
    currency: str = "THB",
    version: str = "02",
    head: str = "",
    first: date = DAY,
    last: date = DAY,
) -> bytes:
    """A camt.053 with one statement; the balance after follows from the lines unless given."""
    if closing is None:
        closing = str(Decimal(opening) + sum(Decimal(line.amount) for line in lines))
    statement = statement_of(lines, opening, closing, number, currency, version, first, last)
    return document(statement, version=version, head=head)


def document(*statements: str, version: str = "02", head: str = "") -> bytes:
    """The message around statements."""
    namespace = f"urn:iso:std:iso:20022:tech:xsd:camt.053.001.{version}"
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>{head}<Document xmlns="{namespace}"><BkToCstmrStmt>'
        "<GrpHdr><MsgId>M1</MsgId><CreDtTm>2026-11-20T18:00:00+07:00</CreDtTm></GrpHdr>"
        f"{''.join(statements)}</BkToCstmrStmt></Document>"
    ).encode()


def statement_of(
    lines: Sequence[Said],
    opening: str,
    closing: str,
    number: str = NUMBER,
    currency: str = "THB",
    version: str = "02",
    first: date = DAY,
    last: date = DAY,
) -> str:
    """One `Stmt`."""
    return (
        "<Stmt><Id>S1</Id><CreDtTm>2026-11-20T18:00:00+07:00</CreDtTm>"
        f"<FrToDt><FrDtTm>{first}T00:00:00+07:00</FrDtTm><ToDtTm>{last}T23:59:59+07:00</ToDtTm>"
        f"</FrToDt><Acct><Id><Othr><Id>{number}</Id></Othr></Id><Ccy>{currency}</Ccy></Acct>"
        + _balance("OPBD", opening, currency, first)
        + _balance("CLBD", closing, currency, last)
        + "".join(_entry(line, currency, version) for line in lines)
        + "</Stmt>"
    )


def _balance(code: str, amount: str, currency: str, day: date) -> str:
    return (
        f"<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp>{_amount(amount, currency)}"
        f"<Dt><Dt>{day}</Dt></Dt></Bal>"
    )


def _amount(amount: str, currency: str) -> str:
    direction = "DBIT" if amount.startswith("-") else "CRDT"
    return f'<Amt Ccy="{currency}">{amount.lstrip("-")}</Amt><CdtDbtInd>{direction}</CdtDbtInd>'


def _entry(line: Said, currency: str, version: str) -> str:
    status = "<Sts>BOOK</Sts>" if version < "04" else "<Sts><Cd>BOOK</Cd></Sts>"
    domain, family, sub = line.code.split("/")
    who = f"<Pty><Nm>{line.text}</Nm></Pty>" if version >= "08" else f"<Nm>{line.text}</Nm>"
    return (
        f"<Ntry>{_amount(line.amount, currency)}{status}<BookgDt><Dt>{line.on}</Dt></BookgDt>"
        f"<ValDt><Dt>{line.on}</Dt></ValDt><BkTxCd><Domn><Cd>{domain}</Cd><Fmly><Cd>{family}</Cd>"
        f"<SubFmlyCd>{sub}</SubFmlyCd></Fmly></Domn></BkTxCd><NtryDtls><TxDtls>"
        f"<Refs><EndToEndId>{line.reference}</EndToEndId></Refs>"
        f"<RltdPties><Dbtr>{who}</Dbtr></RltdPties>"
        f"<RmtInf><Ustrd>{line.details}</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>"
    )


def make_account(
    session: Session, office: Office, actor: Actor, number: str = NUMBER
) -> BankAccount:
    return operations.add_account(
        session, office.id, name="Practice Bank, current", number=number, actor=actor, now=NOW
    )


def upload(session: Session, account: BankAccount, content: bytes, actor: Actor) -> BankStatement:
    return operations.upload_statement(session, account, content, actor=actor, now=CAME_AT)


def record(session: Session, account: BankAccount, content: bytes, actor: Actor) -> BankStatement:
    """Sent, looked at, and recorded as it was seen."""
    statement = upload(session, account, content, actor)
    seen = seen_sha256(read_statement(session, statement))
    operations.record_statement(session, statement, seen=seen, actor=actor, now=NOW)
    return statement


def make_payout(
    session: Session, office: Office, amount_minor: int, *, left_on: date
) -> BalanceTransaction:
    """A payout of the general fund that left Stripe, as the feed books it."""
    left_at = datetime.combine(left_on, time(9), BANGKOK)
    number = new_id().hex[-12:]
    row = BalanceTransaction(
        id=f"txn_{number}",
        office_id=office.id,
        category="payout",
        type="payout",
        source_id=f"po_{number}",
        fund_id=make_fund(session).id,
        amount_minor=-amount_minor,
        fee_minor=0,
        net_minor=-amount_minor,
        currency=office.currency,
        happened_at=left_at,
        available_at=left_at,
        seen_at=left_at,
        state="posted",
        is_available=True,
    )
    session.add(row)
    session.flush()
    book = journals.Book.load(session, make_fund(session).id, office.id, office.currency)
    draft = journals.payout([(book, amount_minor)], row.id, left_on)
    ledger.post(session, [draft], actor=SYSTEM, now=NOW)
    return row
