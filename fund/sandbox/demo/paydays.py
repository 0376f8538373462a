"""How payments leave: runs prepared, approved, sent, confirmed, and the receipts that follow."""

from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

from sqlalchemy.orm import Session

from fund.awards import operations as awards
from fund.awards.models import Instalment
from fund.clock import bangkok_day
from fund.disbursements import operations, queries
from fund.disbursements.models import Payment
from fund.disbursements.queries import ReadyRow
from fund.sandbox.demo.papers import paper
from fund.sandbox.demo.world import World
from fund.survivors.documents import store_document

FIRST_PAYDAY, EVERY = 1020, 10
# (days ago, how many payments, how far it goes): of the last ones each waits on somebody else.
LAST_PAYDAYS = ((7, 1, "cancelled"), (6, 2, "sent"), (4, 1, "approved"), (2, 2, "prepared"))
EVIDENCE_AFTER = timedelta(days=12)
MOST = 8


def plan_paydays(world: World) -> None:
    """A run every ten days if anything is ready."""
    for day in range(FIRST_PAYDAY, LAST_PAYDAYS[0][0] + EVERY, -EVERY):
        world.plan(world.ago(day, 9), partial(_prepare, world, MOST, "closed"))
    for day, most, until in LAST_PAYDAYS:
        world.plan(world.ago(day, 9), partial(_prepare, world, most, until))


def _prepare(world: World, most: int, until: str, at: datetime) -> None:
    with world.acting("finance", at) as (session, actor):
        choices = {
            row.instalment_id: _payee_of(row)
            for row in queries.list_ready(session, now=at)[:most]
            if row.payees
        }
        if not choices:
            return
        run = operations.prepare_run(session, choices, actor=actor, now=at)
        run_id = run.id
    if until == "cancelled":
        world.plan(at + timedelta(hours=2), partial(_drop, world, run_id))
    elif until != "prepared":
        world.plan(at + timedelta(hours=20), partial(_approve, world, run_id, until))


def _payee_of(row: ReadyRow) -> UUID:
    """The same payee for all payments of one case."""
    return row.payees[sum(row.case_code.encode()) % len(row.payees)].id


def _drop(world: World, run_id: UUID, at: datetime) -> None:
    """Finance thought better of it; the next payday takes its payments up again."""
    with world.acting("finance", at) as (session, actor):
        operations.cancel_run(session, queries.get_run(session, run_id), actor=actor, now=at)


def _approve(world: World, run_id: UUID, until: str, at: datetime) -> None:
    for voter in ("member2", "chair"):
        with world.acting(voter, at) as (session, actor):
            run = queries.get_run(session, run_id)
            if run.state == "prepared":
                seen = run.content_sha256.hex()
                operations.approve_run(session, run, seen_sha256=seen, actor=actor, now=at)
    if until != "approved":
        world.plan(at + timedelta(hours=5), partial(_send, world, run_id, until))


def _send(world: World, run_id: UUID, until: str, at: datetime) -> None:
    with world.acting("finance", at) as (session, actor):
        run = queries.get_run(session, run_id)
        operations.send_run(session, run, actor=actor, now=at)
        payments = [payment.id for payment in run.payments]
    if until != "sent":
        for place, payment_id in enumerate(payments, start=1):
            confirm = partial(_confirm, world, payment_id, f"PRACTICE-{payment_id.hex[-8:]}")
            world.plan(at + timedelta(days=1, minutes=place), confirm)


def _confirm(world: World, payment_id: UUID, reference: str, at: datetime) -> None:
    with world.acting("treasurer", at) as (session, actor):
        payment = session.get_one(Payment, payment_id)
        instalment = session.get_one(Instalment, payment.instalment_id)
        case, ask = world.awards[instalment.award_id]
        if ask.bounces and instalment.position == 1:
            operations.return_payment(
                session, payment, reason="account_closed", actor=actor, now=at
            )
            return
        operations.confirm_payment(
            session,
            payment,
            bank_reference=reference,
            paid_on=bangkok_day(at),
            actor=actor,
            now=at,
        )
    if ask.evidence:
        attach = partial(_attach, world, case.by, case.key, instalment.id)
        world.plan(at + EVIDENCE_AFTER, attach)


def _attach(world: World, by: str, case_key: str, instalment_id: UUID, at: datetime) -> None:
    document_id = store_document(
        paper("receipt"),
        survivor_id=world.survivors[case_key],
        subject_kind="instalment",
        subject_id=instalment_id,
        document_class="receipt",
        actor=world.actor(by, at),
        now=at,
    )
    with world.acting(by, at) as (session, actor):
        awards.attach_evidence(
            session, _get(session, instalment_id), document_id=document_id, actor=actor, now=at
        )


def _get(session: Session, instalment_id: UUID) -> Instalment:
    return session.get_one(Instalment, instalment_id)
