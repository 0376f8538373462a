"""The course of a payment run: prepared, approved by the committee, sent, confirmed or returned."""

import hashlib
from collections.abc import Mapping
from datetime import date, datetime
from uuid import UUID

import rfc8785
from sqlalchemy import select
from sqlalchemy.orm import Session

from fund import clock
from fund.audit import operations as audit
from fund.audit.events import (
    PaymentConfirmed,
    PaymentReturned,
    PaymentSent,
    RunApproved,
    RunCancelled,
    RunPrepared,
    RunSent,
)
from fund.awards.models import Award, Instalment
from fund.awards.operations import instalments
from fund.disbursements import queries
from fund.disbursements.models import Payee, Payment, Run, RunApproval
from fund.disbursements.operations.payees import record_reading
from fund.errors import NotFound, Refused, require
from fund.ids import new_id
from fund.ledger import journals
from fund.ledger import operations as ledger
from fund.ledger.operations.calling import refusing
from fund.money import THB
from fund.permissions import Actor, Permission, Role
from fund.survivors.operations import require_valid_consent

# The database's own refusals of an approval, see migration 0011.
DUTIES = {
    "duty_preparer_approves": "prepared_it_yourself",
    "duty_enterer_approves": "entered_its_payee",
    "duty_author_approves": "wrote_its_application",
    "uq_run_approval_run_id_member_id": "approved_already",
}


def prepare_run(
    session: Session, choices: Mapping[UUID, UUID], *, actor: Actor, now: datetime
) -> Run:
    """Gather ready instalments into a run; `choices` maps instalment id to payee id.

    The run is frozen with its content's hash: every approval is for exactly this. Raises Denied;
    Refused: `nothing_chosen`, `no_paying_office`, `payee_not_usable`, `payee_of_other_kind`,
    `wrong_state`, `no_valid_consent`.
    """
    require(actor.may(Permission.PREPARE_RUNS))
    if not choices:
        raise Refused("nothing_chosen")
    payments = [
        _plan(session, instalment_id, payee_id, now)
        for instalment_id, payee_id in sorted(choices.items())
    ]
    run = Run(
        id=new_id(),
        office_id=queries.get_paying_office(session).id,
        state="prepared",
        total_minor=sum(payment.amount_minor for payment in payments),
        content_sha256=_content_sha256(payments),
        prepared_by=actor.staff_id,
        prepared_at=now,
    )
    session.add(run)
    session.flush()
    for payment in payments:
        payment.run_id = run.id
        session.add(payment)
    session.flush()
    event = RunPrepared(
        run.id,
        payments=len(payments),
        total_minor=run.total_minor,
        content_sha256=run.content_sha256.hex(),
    )
    audit.record(session, event, actor=actor, now=now)
    return run


def can_approve(actor: Actor, run: Run) -> bool:
    """Whether to offer the button; what the database knows besides, it refuses itself."""
    return (
        actor.may(Permission.APPROVE_RUNS)
        and run.state == "prepared"
        and run.prepared_by != actor.id
        and all(approval.member_id != actor.id for approval in run.approvals)
    )


def approve_run(
    session: Session, run: Run, *, seen_sha256: str, actor: Actor, now: datetime
) -> None:
    """Approve the run as it was seen; the last approval that the policy needs lets it go.

    Raises Denied; Refused: `run_changed` if another content was seen, `wrong_state`, and a duty
    that this person has in it already (`prepared_it_yourself`, `entered_its_payee`,
    `wrote_its_application`, `approved_already`).
    """
    require(actor.may(Permission.APPROVE_RUNS))
    session.refresh(run, with_for_update=True)
    if run.state != "prepared":
        raise Refused("wrong_state", state=run.state, wanted="approved")
    if seen_sha256 != run.content_sha256.hex():
        raise Refused("run_changed")
    approval = RunApproval(
        id=new_id(),
        run_id=run.id,
        member_id=actor.staff_id,
        as_chair=Role.CHAIR in actor.roles,
        content_sha256=run.content_sha256,
        approved_at=now,
    )
    _approve(session, approval)
    event = RunApproved(run.id, content_sha256=seen_sha256)
    audit.record(session, event, actor=actor, now=now)
    if queries.approvals_suffice(session, run):
        run.move_to("approved")
        for payment in run.payments:
            instalments.mark_approved(session, payment.instalment_id, now=now)
        session.flush()


def cancel_run(session: Session, run: Run, *, actor: Actor, now: datetime) -> None:
    """Drop a run that was not sent; its instalments are ready again. Raises Denied; Refused."""
    require(actor.may(Permission.PREPARE_RUNS))
    session.refresh(run, with_for_update=True)
    run.move_to("cancelled")
    for payment in run.payments:
        payment.move_to("cancelled")
        instalments.mark_ready_again(session, payment.instalment_id, now=now)
    session.flush()
    audit.record(session, RunCancelled(run.id), actor=actor, now=now)


def open_accounts(session: Session, run: Run, *, actor: Actor, now: datetime) -> None:
    """Note that this person takes the run's accounts to the bank; to be committed before it.

    What could not be sent is not taken there either. Raises Denied; Refused: `wrong_state` before
    it is approved, `account_changed`, `no_valid_consent`.
    """
    require(actor.may(Permission.SEND_RUNS))
    if run.state not in ("approved", "sent"):
        raise Refused("wrong_state", state=run.state, wanted="approved")
    if run.state == "approved":
        _check_accounts(session, run)
        for award in _awards_of(session, run).values():
            require_valid_consent(session, award.survivor_id, on=clock.bangkok_day(now))
    for payee in queries.payees_of(session, run).values():
        record_reading(session, payee, actor=actor, now=now)


def send_run(session: Session, run: Run, *, actor: Actor, now: datetime) -> None:
    """Hand an approved run to the bank: its money leaves the funds and their commitments.

    Raises Denied; Refused: `wrong_state` before it is approved, `account_changed`,
    `no_valid_consent`.
    """
    require(actor.may(Permission.SEND_RUNS))
    session.refresh(run, with_for_update=True)
    run.move_to("sent")
    run.sent_by, run.sent_at = actor.staff_id, now
    session.flush()
    _check_accounts(session, run)
    awards = _awards_of(session, run)
    ledger.lock_funds(session, [award.fund_id for award in awards.values()])
    drafts = []
    for payment in run.payments:
        award = awards[payment.instalment_id]
        payment.move_to("sent")
        instalments.mark_sent(session, payment.instalment_id, now=now)
        ledger.liquidate(
            session, award.commitment_id, payment.amount_minor,
            cause=f"payment:{payment.id}", actor=actor, now=now,
        )  # fmt: skip
        book = _book(session, run, award)
        drafts.append(
            journals.payment_sent(book, payment.id, clock.bangkok_day(now), payment.amount_minor)
        )
        event = PaymentSent(
            payment.id,
            run_id=run.id,
            instalment_id=payment.instalment_id,
            payee_id=payment.payee_id,
            amount_minor=payment.amount_minor,
        )
        audit.record(session, event, actor=actor, now=now)
    ledger.post(session, drafts, actor=actor, now=now)
    audit.record(session, RunSent(run.id, total_minor=run.total_minor), actor=actor, now=now)


def confirm_payment(
    session: Session,
    payment: Payment,
    *,
    bank_reference: str,
    paid_on: date,
    actor: Actor,
    now: datetime,
) -> None:
    """The bank's statement shows the payment. Raises as `note_confirmation`."""
    draft = note_confirmation(
        session, payment, bank_reference=bank_reference, paid_on=paid_on, actor=actor, now=now
    )
    ledger.post(session, [draft], actor=actor, now=now)


def note_confirmation(
    session: Session,
    payment: Payment,
    *,
    bank_reference: str,
    paid_on: date,
    actor: Actor,
    now: datetime,
) -> journals.JournalDraft:
    """As `confirm_payment`, for a command that posts the journal with others of its own.

    The last one closes the run. Raises Denied; Refused: `sent_it_yourself`, `wrong_state`,
    `paid_on_impossible`.
    """
    require(actor.may(Permission.CONFIRM_PAYMENTS))
    run = _lock_for_reconciling(session, payment, actor)
    if run.sent_at is None or not (
        clock.bangkok_day(run.sent_at) <= paid_on <= clock.bangkok_day(now)
    ):
        raise Refused("paid_on_impossible", field="paid_on")
    payment.move_to("paid")
    payment.bank_reference, payment.paid_on = bank_reference, paid_on
    payment.confirmed_by = actor.staff_id
    session.flush()
    instalments.mark_paid(session, payment.instalment_id, now=now)
    event = PaymentConfirmed(payment.id, amount_minor=payment.amount_minor, paid_on=paid_on)
    audit.record(session, event, actor=actor, now=now)
    _close_when_settled(session, run)
    book = _book(session, run, _awards_of(session, run)[payment.instalment_id])
    return journals.payment_confirmed(book, payment.id, paid_on, payment.amount_minor)


def return_payment(
    session: Session,
    payment: Payment,
    *,
    reason: str,
    returned_on: date | None = None,
    actor: Actor,
    now: datetime,
) -> UUID:
    """Bank or payee sent it back, today unless said: the money is in the fund, held for the award.

    The instalment has failed and waits to be scheduled again. The journal's id. Raises Denied;
    Refused.
    """
    require(actor.may(Permission.CONFIRM_PAYMENTS))
    run = _lock_for_reconciling(session, payment, actor)
    was_confirmed = payment.state == "paid"
    payment.move_to("returned")
    payment.return_reason, payment.returned_by = reason, actor.staff_id
    session.flush()
    instalments.mark_failed(session, payment.instalment_id, now=now)
    award = _awards_of(session, run)[payment.instalment_id]
    ledger.lock_funds(session, [award.fund_id])
    ledger.reserve_again(
        session, award.commitment_id, payment.amount_minor,
        cause=f"payment:{payment.id}:returned", actor=actor, now=now,
    )  # fmt: skip
    draft = journals.payment_returned(
        _book(session, run, award), payment.id, returned_on or clock.bangkok_day(now),
        payment.amount_minor, was_confirmed=was_confirmed,
    )  # fmt: skip
    (journal_id,) = ledger.post(session, [draft], actor=actor, now=now)
    event = PaymentReturned(payment.id, amount_minor=payment.amount_minor, reason=reason)
    audit.record(session, event, actor=actor, now=now)
    _close_when_settled(session, run)
    return journal_id


def _plan(session: Session, instalment_id: UUID, payee_id: UUID, now: datetime) -> Payment:
    # Locked against a change of its account until the run is there.
    payee = session.get(Payee, payee_id, with_for_update={"read": True}, populate_existing=True)
    if payee is None:
        raise NotFound
    instalment = instalments.mark_prepared(session, instalment_id, now=now)
    account = payee.account_on(now)
    if account is None:
        raise Refused("payee_not_usable", field=f"payee-{instalment_id}")
    if payee.kind != instalment.payee_kind or (
        payee.survivor_id is not None and payee.survivor_id != instalment.award.survivor_id
    ):
        raise Refused("payee_of_other_kind", field=f"payee-{instalment_id}")
    return Payment(
        id=new_id(),
        instalment_id=instalment.id,
        payee_id=payee.id,
        payee_account_id=account.id,
        amount_minor=instalment.amount_minor,
        state="prepared",
    )


def _check_accounts(session: Session, run: Run) -> None:
    if queries.has_changed_account(session, run):
        raise Refused("account_changed")


def _content_sha256(payments: list[Payment]) -> bytes:
    """SHA-256 over the canonical JSON (RFC 8785) of what is paid, to which account."""
    content = [
        [str(p.instalment_id), str(p.payee_account_id), str(p.amount_minor)] for p in payments
    ]
    return hashlib.sha256(rfc8785.dumps(content)).digest()


def _awards_of(session: Session, run: Run) -> dict[UUID, Award]:
    rows = session.execute(
        select(Instalment.id, Award)
        .join(Award, Award.id == Instalment.award_id)
        .where(Instalment.id.in_([payment.instalment_id for payment in run.payments]))
    )
    return dict(rows.all())


def _book(session: Session, run: Run, award: Award) -> journals.Book:
    return journals.Book.load(session, award.fund_id, run.office_id, THB)


def _close_when_settled(session: Session, run: Run) -> None:
    if run.state == "sent" and all(p.state in ("paid", "returned") for p in run.payments):
        run.move_to("closed")
    session.flush()


def _lock_for_reconciling(session: Session, payment: Payment, actor: Actor) -> Run:
    """The payment's run, locked. Raises Refused to who sent it."""
    run = session.get_one(Run, payment.run_id, with_for_update=True)
    session.refresh(payment)
    if run.sent_by == actor.staff_id:
        raise Refused("sent_it_yourself")
    return run


def _approve(session: Session, approval: RunApproval) -> None:
    """Write an approval; what the database refuses to this person is said in our words."""
    with refusing(DUTIES), session.begin_nested():
        session.add(approval)
        session.flush()
