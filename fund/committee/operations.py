"""Every write of the committee: conflicts declared, votes cast, the decision that follows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from fund import clock, keys
from fund.applications.models import Application
from fund.applications.operations import lock, start_review
from fund.audit.events import ApplicationDecided, ConflictDeclared, VoteCast
from fund.audit.operations import record
from fund.awards.operations import make_award
from fund.committee import policy, queries
from fund.committee.models import Decision, Declaration, Score, Vote
from fund.committee.queries import Round
from fund.errors import Refused, require
from fund.ids import new_id
from fund.permissions import Actor, Permission, Role
from fund.survivors.models import Survivor


@dataclass(frozen=True)
class Marks:
    """What a member thinks of need, plan and cost (1 to 5), and of the safety plan."""

    need: int
    plan: int
    cost: int
    safety: str


@dataclass(frozen=True)
class Choice:
    """A vote: one of `choices.CHOICES`, with the conditions or the reason that it needs."""

    choice: str
    conditions: Sequence[str] = ()
    reason: str = ""


def declare(
    session: Session,
    application: Application,
    *,
    conflict_kind: str | None,
    actor: Actor,
    now: datetime,
) -> Declaration:
    """Say whether there is a conflict of interest; with one the member sees the item no more.

    The first member without one opens the review. Raises Denied; Refused("wrong_state") once
    decided, or if it was declared and nothing changed.
    """
    require(actor.may(Permission.VOTE))
    lock(session, application)
    if application.state not in queries.WAITING_STATES:
        raise Refused("wrong_state", state=application.state, wanted="in_review")
    earlier = queries.find_declaration(session, application.id, actor.id)
    if earlier is not None and (earlier.has_conflict or conflict_kind is None):
        raise Refused("wrong_state", state="declared", wanted="declared")
    declaration = Declaration(
        application_id=application.id,
        member_id=actor.staff_id,
        has_conflict=conflict_kind is not None,
        conflict_kind=conflict_kind,
        declared_at=now,
    )
    session.add(declaration)
    session.flush()
    record(
        session,
        ConflictDeclared(
            application.id, round=application.round, has_conflict=declaration.has_conflict
        ),
        actor=actor,
        now=now,
    )
    if declaration.has_conflict:
        _decide(session, application, actor, now)
    else:
        start_review(session, application, actor=actor, now=now)
    return declaration


def vote(
    session: Session,
    application: Application,
    *,
    marks: Marks,
    choice: Choice,
    actor: Actor,
    now: datetime,
) -> Decision | None:
    """Score and vote, once a round. The last needed approval makes the award and reserves its
    money in the same transaction; the decision, if this vote brought one.

    Raises Denied (author, recused, no seat); Refused: `declare_first`, `already_voted`,
    `reason_missing`, `conditions_missing`, `wrong_state`, and what `make_award` refuses.
    """
    require(actor.may(Permission.VOTE))
    lock(session, application)
    require(actor.id not in queries.list_recused(session, application))
    if application.state != "in_review":
        raise Refused("wrong_state", state=application.state, wanted="in_review")
    if queries.find_declaration(session, application.id, actor.id) is None:
        raise Refused("declare_first")
    standing = queries.get_round(session, application, now=now)
    if actor.id in {vote.member_id for vote in standing.votes}:
        raise Refused("already_voted")
    _store(session, application, marks, choice, actor, now)
    record(
        session,
        VoteCast(application.id, round=application.round, choice=choice.choice),
        actor=actor,
        now=now,
    )
    return _decide(session, application, actor, now)


def _store(
    session: Session,
    application: Application,
    marks: Marks,
    choice: Choice,
    actor: Actor,
    now: datetime,
) -> None:
    if choice.choice == "decline" and not choice.reason:
        raise Refused("reason_missing", field="reason")
    with_conditions = choice.choice == "approve_with_conditions"
    if with_conditions and not choice.conditions:
        raise Refused("conditions_missing", field="conditions")
    member_id, vote_id = actor.staff_id, new_id()
    key_id = session.get_one(Survivor, application.survivor_id).key_id
    place = {
        "application_id": application.id,
        "round": application.round,
        "member_id": member_id,
    }
    session.add(Score(**place, **vars(marks)))
    session.add(
        Vote(
            **place,
            id=vote_id,
            is_chair=Role.CHAIR in actor.roles,
            choice=choice.choice,
            conditions=sorted(set(choice.conditions)) if with_conditions else [],
            sealed_reason=keys.seal(
                session, key_id, choice.reason, context=queries.reason_context(vote_id)
            )
            if choice.reason
            else None,
            cast_at=now,
        )
    )
    session.flush()


def _decide(
    session: Session, application: Application, actor: Actor, now: datetime
) -> Decision | None:
    """Draw the outcome from the votes, if there is one yet."""
    if application.state != "in_review":
        return None
    standing = queries.get_round(session, application, now=now)
    outcome = policy.outcome(
        standing.rules,
        application.requested_minor or 0,
        standing.ballots,
        standing.seats,
        standing.recused,
    )
    if outcome == "pending":
        return None
    decision = _record_decision(session, application, outcome, standing, actor, now)
    application.move_to(outcome)
    session.flush()
    if outcome == "approved":
        conditions = {
            condition
            for vote in standing.votes
            if vote.choice in policy.APPROVALS and vote.member_id not in standing.recused
            for condition in vote.conditions
        }
        make_award(session, application, conditions=conditions, actor=actor, now=now)
    return decision


def _record_decision(
    session: Session,
    application: Application,
    outcome: str,
    standing: Round,
    actor: Actor,
    now: datetime,
) -> Decision:
    count = standing.count
    decision = Decision(
        application_id=application.id,
        round=application.round,
        outcome=outcome,
        policy_id=queries.get_policy(session, clock.bangkok_day(now)).id,
        requested_minor=application.requested_minor or 0,
        seats=count.seats + len(standing.recused & {seat.member_id for seat in standing.seats}),
        recused=len(standing.recused & {seat.member_id for seat in standing.seats}),
        approvals=count.approvals,
        declines=count.declines,
        deferrals=count.deferrals,
        decided_at=now,
    )
    session.add(decision)
    session.flush()
    record(
        session,
        ApplicationDecided(
            application.id,
            round=application.round,
            outcome=outcome,
            policy_id=decision.policy_id,
            amount_minor=application.requested_minor if outcome == "approved" else None,
        ),
        actor=actor,
        now=now,
    )
    return decision
