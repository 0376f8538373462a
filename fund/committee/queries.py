"""Reads of the committee. A member who is recused, or wrote the application, does not find it."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import Select, exists, func, select
from sqlalchemy.orm import Session

from fund import clock, keys
from fund.applications.choices import KINDS
from fund.applications.models import Application
from fund.committee import policy
from fund.committee.models import Declaration, Policy, Score, Vote
from fund.committee.policy import Ballot, Rules, Seat, Tier
from fund.db import PAGE, Page
from fund.errors import NotFound
from fund.i18n import N_
from fund.ledger.models import Fund
from fund.ledger.queries import Available, available
from fund.money import Money, baht
from fund.people import duties
from fund.people.queries import list_staff_with_role
from fund.permissions import Actor, Permission, Role
from fund.survivors.models import CaseAssignment, Document, Survivor
from fund.survivors.queries import list_documents
from fund.waiting import Waiting

WAITING_STATES = ("submitted", "in_review")


@dataclass(frozen=True)
class DocketRow:
    """An item that waits for the committee; `has_voted` is the reader's own vote this round."""

    application: Application
    code: str
    decide_by: date
    has_declared: bool
    has_voted: bool

    @property
    def requested(self) -> Money:
        return baht(self.application.requested_minor or 0)


@dataclass(frozen=True)
class FundBar:
    """Where a request would leave its fund, all in THB."""

    fund: Fund
    committed: Money
    others: Money
    this: Money
    available: Available

    @property
    def left(self) -> Money:
        """What is available after all that is asked; may be below zero."""
        return self.available.available - self.others - self.this


@dataclass(frozen=True)
class Round:
    """How the present round stands."""

    rules: Rules
    tier: Tier
    seats: list[Seat]
    recused: set[UUID]
    votes: list[Vote]

    @property
    def ballots(self) -> list[Ballot]:
        return [Ballot(Seat(vote.member_id, vote.is_chair), vote.choice) for vote in self.votes]

    @property
    def count(self) -> policy.Count:
        return policy.count(self.ballots, self.seats, self.recused)


def get_policy(session: Session, on: date) -> Policy:
    """The policy of a day. Raises NotFound before the first one."""
    found = session.scalar(
        select(Policy).where(Policy.valid_from <= on).order_by(Policy.valid_from.desc()).limit(1)
    )
    if found is None:
        raise NotFound
    return found


def rules_of(row: Policy) -> Rules:
    """The policy as the pure rules read it."""
    tiers = tuple(Tier(tier["up_to_minor"], tier["approvals"], tier["chair"]) for tier in row.tiers)
    return Rules(tiers, row.quorum_percent)


def most_seats(session: Session, on: date) -> duties.Seats:
    """What the policy of a day asks of the staff at most; the starting one's before the first."""
    try:
        row = get_policy(session, on)
    except NotFound:
        return duties.Seats()
    return duties.Seats(
        approvals=max(tier["approvals"] for tier in row.tiers),
        chair_approves=any(tier["chair"] for tier in row.tiers),
        run_approvals=max(tier["approvals"] for tier in row.run_tiers),
        chair_approves_runs=any(tier["chair"] for tier in row.run_tiers),
    )


def list_seats(session: Session, *, now: datetime) -> list[Seat]:
    """Who sits on the committee now."""
    chairs = {staff.id for staff in list_staff_with_role(session, Role.CHAIR, now=now)}
    members = {staff.id for staff in list_staff_with_role(session, Role.COMMITTEE_MEMBER, now=now)}
    return [Seat(member_id, member_id in chairs) for member_id in sorted(chairs | members)]


def list_recused(session: Session, application: Application) -> set[UUID]:
    """Who may not vote: whoever declared a conflict, and the author."""
    declared = session.scalars(
        select(Declaration.member_id).where(
            Declaration.application_id == application.id, Declaration.has_conflict
        )
    )
    return {*declared, application.author_id}


def get_round(session: Session, application: Application, *, now: datetime) -> Round:
    """The votes of the present round beside the rules of today."""
    rules = rules_of(get_policy(session, clock.bangkok_day(now)))
    votes = session.scalars(
        select(Vote)
        .where(Vote.application_id == application.id, Vote.round == application.round)
        .order_by(Vote.id)
    )
    return Round(
        rules,
        rules.tier(application.requested_minor or 0),
        list_seats(session, now=now),
        list_recused(session, application),
        list(votes),
    )


def get_item(session: Session, application_id: UUID, *, actor: Actor) -> Application:
    """An application that this member may see. Raises NotFound, for the recused too."""
    application = session.get(Application, application_id)
    if (
        application is None
        or application.state in ("draft", "withdrawn", "returned")
        or actor.id in list_recused(session, application)
    ):
        raise NotFound
    return application


def find_declaration(
    session: Session, application_id: UUID, member_id: UUID | None
) -> Declaration | None:
    """The member's first word that there is no conflict; None until it was given."""
    return session.scalar(
        select(Declaration)
        .where(Declaration.application_id == application_id, Declaration.member_id == member_id)
        .order_by(Declaration.id)
        .limit(1)
    )


def suggest_conflict(session: Session, application: Application, member_id: UUID | None) -> bool:
    """Whether this member works, or worked, on the case."""
    return bool(
        session.scalar(
            select(
                exists().where(
                    CaseAssignment.survivor_id == application.survivor_id,
                    CaseAssignment.staff_id == member_id,
                )
            )
        )
    )


def list_docket(
    session: Session, actor: Actor, *, now: datetime, after: UUID | None = None
) -> Page[DocketRow]:
    """What waits for the committee and is this member's to see, oldest first."""
    query = _visible(actor).order_by(Application.id).limit(PAGE + 1)
    if after is not None:
        query = query.where(Application.id > after)
    days = get_policy(session, clock.bangkok_day(now)).decide_within_days
    return Page(
        DocketRow(row[0], row[1], decide_by(row[0], days), row[2], row[3])
        for row in session.execute(query)
    )


def decide_by(application: Application, days: int) -> date:
    """The day by which the policy wants a decision."""
    submitted = application.submitted_at or application.saved_at
    return clock.bangkok_day(submitted + timedelta(days=days))


def _visible(actor: Actor) -> Select[Application, str, bool, bool]:
    mine = (
        Declaration.application_id == Application.id,
        Declaration.member_id == actor.id,
    )
    voted = exists().where(
        Vote.application_id == Application.id,
        Vote.round == Application.round,
        Vote.member_id == actor.id,
    )
    return (
        select(Application, Survivor.case_code, exists().where(*mine), voted)
        .join(Survivor, Survivor.id == Application.survivor_id)
        .where(
            Application.state.in_(WAITING_STATES),
            Application.author_id != actor.id,
            ~exists().where(*mine, Declaration.has_conflict),
        )
    )


def get_fund_bar(session: Session, application: Application, *, now: datetime) -> FundBar:
    """The fund, what others ask of it, and this request."""
    others = session.scalar(
        select(func.coalesce(func.sum(Application.requested_minor), 0)).where(
            Application.fund_id == application.fund_id,
            Application.state.in_(WAITING_STATES),
            Application.id != application.id,
        )
    )
    money = available(session, application.fund_id, now=now)
    return FundBar(
        fund=session.get_one(Fund, application.fund_id),
        committed=money.reserved,
        others=baht(int(others or 0)),
        this=baht(application.requested_minor or 0),
        available=money,
    )


def list_papers(session: Session, application: Application) -> list[Document]:
    """The stored papers of an application: the committee sees class, day and pages, no more."""
    papers = list_documents(session, "application", application.id)
    return [paper for paper in papers if paper.state == "stored"]


def list_scores(session: Session, application: Application) -> dict[UUID, Score]:
    """Marks of the present round by member."""
    rows = session.scalars(
        select(Score).where(
            Score.application_id == application.id, Score.round == application.round
        )
    )
    return {row.member_id: row for row in rows}


def read_reason(session: Session, application: Application, vote: Vote) -> str:
    """What a member wrote with a vote; empty if nothing."""
    if vote.sealed_reason is None:
        return ""
    key_id = session.get_one(Survivor, application.survivor_id).key_id
    return keys.unseal(session, key_id, vote.sealed_reason, context=reason_context(vote.id))


def reason_context(vote_id: UUID) -> str:
    """Where a sealed reason belongs."""
    return f"vote.reason:{vote_id}"


def list_waiting(session: Session, actor: Actor, *, now: datetime) -> list[Waiting]:
    """Items to read and vote on."""
    if not actor.may(Permission.VOTE):
        return []
    return [
        Waiting(
            section=N_("Decide"),
            title=KINDS[row.application.kind],
            endpoint="committee.dossier",
            action=N_("Read and vote"),
            code=row.code,
            due_on=row.decide_by,
            values={"application_id": row.application.id},
        )
        for row in list_docket(session, actor, now=now)
        if not row.has_voted
    ]
