"""Payees and runs for tests, made by the operations themselves."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from fund.awards.models import Award
from fund.disbursements import operations
from fund.disbursements.models import Payee, Run
from fund.disbursements.operations import AccountDetails
from fund.people.models import Staff
from fund.permissions import Role
from tests.applications.factories import NOW
from tests.awards.factories import make_ready
from tests.committee.factories import make_committee
from tests.people.factories import make_staff

DETAILS = AccountDetails("Invented School", "Practice Bank, Chiang Mai", "123-4-56789-0")


@dataclass(frozen=True)
class Team:
    """The smallest team that can pay: no one has two duties of one run."""

    finance: Staff
    treasurer: Staff
    committee: list[Staff]


def make_team(session: Session) -> Team:
    return Team(
        make_staff(session, Role.FINANCE_OFFICER, name="Fah Finance"),
        make_staff(session, Role.TREASURER, name="Tawan Treasurer"),
        make_committee(session),
    )


def make_payee(
    session: Session,
    team: Team,
    kind: str = "school",
    *,
    award: Award | None = None,
    checked: bool = True,
    now: datetime = NOW,
) -> Payee:
    """Entered by finance, checked by the treasurer; a guardian of the award's survivor."""
    payee = operations.add_payee(
        session,
        kind=kind,
        name=None if kind == "guardian" else f"Invented {kind}",
        survivor_id=award.survivor_id if kind == "guardian" and award else None,
        details=DETAILS,
        actor=team.finance.actor_at(now),
        now=now,
    )
    if checked:
        operations.check_account(
            session, payee.accounts[-1], payee, actor=team.treasurer.actor_at(now), now=now
        )
    return payee


def make_run(session: Session, team: Team, *, award: Award | None = None) -> Run:
    """A prepared run over both instalments of an award of 10,000 THB."""
    award = award or make_ready(session, committee=team.committee)
    payees = {kind: make_payee(session, team, kind) for kind in ("school", "vendor")}
    return operations.prepare_run(
        session,
        {instalment.id: payees[instalment.payee_kind].id for instalment in award.instalments},
        actor=team.finance.actor_at(NOW),
        now=NOW,
    )


def approve(session: Session, run: Run, member: Staff) -> None:
    """One member approves what stands there."""
    operations.approve_run(
        session,
        run,
        seen_sha256=run.content_sha256.hex(),
        actor=member.actor_at(NOW),
        now=NOW,
    )


def make_sent(session: Session, team: Team) -> Run:
    """A run that left for the bank."""
    run = make_run(session, team)
    approve(session, run, team.committee[1])
    operations.send_run(session, run, actor=team.finance.actor_at(NOW), now=NOW)
    return run
