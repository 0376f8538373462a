"""Two persons of finance, and entries for tests, made by the operations themselves."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from fund.bookkeeping import operations, papers
from fund.bookkeeping.models import WITHOUT_PAPER, BookEntry, EntryPaper
from fund.ledger import operations as ledger
from fund.ledger import queries
from fund.ledger.models import Account, Fund, Office
from fund.people.models import Staff
from fund.permissions import Actor, Role
from fund.survivors.documents import Upload
from tests.people.factories import make_staff

NOW = datetime.fromisoformat("2026-11-24T03:00:00+00:00")
DAY = date(2026, 11, 20)
SLIP = b"%PDF-1.4 an invented bank slip"


@dataclass(frozen=True)
class Finance:
    """Who proposes, and who decides."""

    officer: Staff
    treasurer: Staff

    @property
    def proposer(self) -> Actor:
        return self.officer.actor_at(NOW)

    @property
    def second(self) -> Actor:
        return self.treasurer.actor_at(NOW)


def make_finance(session: Session) -> Finance:
    return Finance(
        make_staff(session, Role.FINANCE_OFFICER, name="Fah Finance"),
        make_staff(session, Role.TREASURER, name="Tawan Treasurer"),
    )


def make_paper(session: Session, finance: Finance, *, state: str = "stored") -> EntryPaper:
    """A paper; whether its bytes arrived is said as storage would say it."""
    upload = Upload("pdf", "application/pdf", SLIP, 1)
    paper, _ = papers.begin_paper(session, upload, actor=finance.proposer, now=NOW)
    paper.state = state
    session.flush()
    return paper


def make_entry(
    session: Session,
    finance: Finance,
    kind: str,
    plan: dict[str, Any],
    *,
    day: date = DAY,
    paper: str | None = "stored",
) -> BookEntry:
    """A proposal by the officer, with its paper where the kind needs one."""
    needs = kind not in WITHOUT_PAPER and paper is not None
    return operations.propose(
        session,
        kind=kind,
        plan=plan,
        effective_on=day,
        reason="As the slip says",
        paper=make_paper(session, finance, state=paper) if needs and paper else None,
        actor=finance.proposer,
        now=NOW,
    )


def book(session: Session, entry: BookEntry, actor: Actor) -> BookEntry:
    """Approve what stands there."""
    operations.book(session, entry, seen_sha256=entry.content_sha256.hex(), actor=actor, now=NOW)
    return entry


def booked(
    session: Session, finance: Finance, kind: str, plan: dict[str, Any], **options: Any
) -> BookEntry:
    """Proposed by one and booked by the other."""
    return book(session, make_entry(session, finance, kind, plan, **options), finance.second)


def at(fund: Fund, office: Office, amount_minor: int, **more: Any) -> dict[str, Any]:
    """A plan of one amount at one office."""
    return {
        "fund_id": str(fund.id),
        "office_id": str(office.id),
        "amount_minor": amount_minor,
        **more,
    }


def between(giver: Fund, taker: Fund, office: Office, amount_minor: int) -> dict[str, Any]:
    """The plan of a transfer."""
    return {
        "from_fund_id": str(giver.id),
        "to_fund_id": str(taker.id),
        "office_id": str(office.id),
        "amount_minor": amount_minor,
    }


def account(session: Session, fund: Fund, role: str, office: Office | None = None) -> UUID:
    """The fund's account of this role, in the office's currency or in baht."""
    return queries.account_id(
        session, fund.id, office.id if office else None, office.currency if office else "THB", role
    )


def balances(session: Session, fund: Fund) -> dict[str, int]:
    """The fund's accounts that are not nothing, by their codes without the fund's."""
    accounts = session.scalars(select(Account).where(Account.fund_id == fund.id))
    found = {a.code.split(":", 1)[1]: queries.balance(session, a.id).amount_minor for a in accounts}
    return {code: amount for code, amount in found.items() if amount}


def enter_rate(
    session: Session,
    actor: Actor,
    currency: str = "NZD",
    *,
    on: date = date(2026, 11, 24),
    rate: str = "19.5",
) -> UUID:
    """Baht a unit of the currency, from `on` on."""
    return ledger.enter_rate(
        session,
        currency=currency,
        valid_on=on,
        thb_per_unit=Decimal(rate),
        source="Bank of Thailand",
        actor=actor,
        now=NOW,
    )
