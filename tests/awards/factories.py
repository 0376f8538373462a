"""Awards for tests, of every room, made by the operations themselves."""

from datetime import datetime
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from fund.awards import operations
from fund.awards.models import Award, AwardCondition, Instalment
from fund.ids import new_id
from fund.ledger.models import Fund
from fund.people.models import Staff
from fund.survivors.models import CaseAssignment, Document
from tests.applications.factories import NOW
from tests.committee.factories import cast, make_committee, make_in_review
from tests.ledger.factories import give_cash

PLENTY = 100_000_000


def make_award(
    session: Session,
    *,
    committee: list[Staff] | None = None,
    now: datetime = NOW,
    **options: Any,
) -> Award:
    """An offered award of 10,000 THB (tuition, books), decided by a committee; as `make_draft`."""
    committee = committee or make_committee(session)
    application = make_in_review(session, committee, now=now, **options)
    give_cash(session, session.get_one(Fund, application.fund_id), PLENTY)
    for member in committee:
        if cast(session, application, member, now=now) is not None:
            break
    return session.scalars(select(Award).where(Award.application_id == application.id)).one()


def caseworker_of(session: Session, award: Award) -> Staff:
    """Who works on the award's case."""
    return session.scalars(
        select(Staff)
        .join(CaseAssignment, CaseAssignment.staff_id == Staff.id)
        .where(CaseAssignment.survivor_id == award.survivor_id)
    ).first()


def make_active(session: Session, *, now: datetime = NOW, **options: Any) -> Award:
    """An accepted award: what has no condition is ready."""
    award = make_award(session, now=now, **options)
    accept(session, award, now=now)
    return award


def make_ready(session: Session, *, now: datetime = NOW, **options: Any) -> Award:
    """An accepted award with every condition confirmed: all instalments are ready."""
    award = make_active(session, now=now, **options)
    actor = caseworker_of(session, award).actor_at(now)
    for condition in session.scalars(
        select(AwardCondition).where(AwardCondition.award_id == award.id)
    ).all():
        operations.confirm_condition(
            session, condition, how="phone", document_id=None, actor=actor, now=now
        )
    return award


def accept(session: Session, award: Award, *, now: datetime = NOW, assent: bool = True) -> None:
    """The mother accepts and the child assents, in Thai, in person."""
    operations.record_acceptance(
        session,
        award,
        language="th",
        how="in_person",
        assent_language="th" if assent else None,
        assented_how="in_person" if assent else None,
        actor=caseworker_of(session, award).actor_at(now),
        now=now,
    )


def pay(session: Session, instalment: Instalment, *, now: datetime = NOW) -> None:
    """Every step of a payment run, without the run."""
    for step in (
        operations.mark_prepared,
        operations.mark_approved,
        operations.mark_sent,
        operations.mark_paid,
    ):
        step(session, instalment.id, now=now)


def make_document(
    session: Session, award: Award, document_class: str = "receipt", *, now: datetime = NOW
) -> Document:
    """A stored paper of the award's case; its bytes lie nowhere."""
    document = Document(
        id=new_id(),
        survivor_id=award.survivor_id,
        subject_kind="award",
        subject_id=award.id,
        document_class=document_class,
        content_type="application/pdf",
        pages=1,
        size=1000,
        storage_key=str(new_id()),
        uploaded_by=caseworker_of(session, award).id,
        uploaded_at=now,
        state="stored",
    )
    session.add(document)
    session.flush()
    return document


def withdraw_consent(session: Session, award: Award) -> None:
    """The survivor takes back every consent of the award's case."""
    session.execute(
        text(
            "UPDATE vault.consent SET withdrawn_at = now(), withdrawn_by = recorded_by,"
            " withdrawal_reason = 'survivor_asked' WHERE survivor_id = :id"
        ),
        {"id": award.survivor_id},
    )
