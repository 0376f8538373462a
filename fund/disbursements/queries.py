"""Every read of payees, runs and payments."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Boolean, ColumnElement, exists, func, literal_column, select
from sqlalchemy.orm import Session, selectinload

from fund.awards.models import Award, Instalment
from fund.db import PAGE, Page, page_of
from fund.disbursements.models import Payee, PayeeAccount, Payment, Run
from fund.errors import NotFound, Refused
from fund.i18n import N_
from fund.ledger.models import Office
from fund.money import THB, Money, baht
from fund.permissions import Actor, Permission
from fund.survivors import queries as survivors
from fund.waiting import Waiting


@dataclass(frozen=True)
class ReadyRow:
    """An instalment that can be put into a run; `payees` are those that may be paid for it."""

    instalment_id: UUID
    award_id: UUID
    case_code: str
    position: int
    line_kind: str
    payee_kind: str
    amount: Money
    due_on: date
    payees: list[Payee]


def get_payee(session: Session, payee_id: UUID) -> Payee:
    """Raises NotFound."""
    payee = session.get(Payee, payee_id, options=[selectinload(Payee.accounts)])
    if payee is None:
        raise NotFound
    return payee


def list_payees(session: Session, *, before: UUID | None = None) -> Page[Payee]:
    """Newest first; `before` is the last id seen."""
    query = select(Payee).options(selectinload(Payee.accounts))
    return Page(session.scalars(page_of(query, Payee.id, before)))


def guardian_codes(session: Session, payees: Iterable[Payee]) -> dict[UUID, str]:
    """The case codes of the survivors whose guardians are among `payees`, by survivor id."""
    ids = {payee.survivor_id for payee in payees if payee.survivor_id is not None}
    return survivors.case_codes(session, ids)


def get_run(session: Session, run_id: UUID) -> Run:
    """With payments and approvals. Raises NotFound."""
    run = session.get(
        Run, run_id, options=[selectinload(Run.payments), selectinload(Run.approvals)]
    )
    if run is None:
        raise NotFound
    return run


def get_paying_office(session: Session) -> Office:
    """The office whose bank pays in baht. Raises Refused(`no_paying_office`)."""
    office = session.scalars(select(Office).where(Office.currency == THB).limit(1)).first()
    if office is None:
        raise Refused("no_paying_office")
    return office


def get_payment(session: Session, payment_id: UUID) -> Payment:
    """Raises NotFound."""
    payment = session.get(Payment, payment_id)
    if payment is None:
        raise NotFound
    return payment


def list_runs(session: Session, *, before: UUID | None = None) -> Page[Run]:
    """Newest first; `before` is the last id seen."""
    query = select(Run).options(selectinload(Run.payments))
    return Page(session.scalars(page_of(query, Run.id, before)))


def list_ready(session: Session, *, now: datetime) -> list[ReadyRow]:
    """What can be paid today, soonest due first."""
    rows = session.execute(
        select(Instalment, Award.survivor_id)
        .join(Award, Award.id == Instalment.award_id)
        .where(Instalment.state == "ready")
        .order_by(Instalment.due_on, Instalment.id)
    ).all()
    usable = _usable_payees(session, now)
    codes = survivors.case_codes(session, {row.survivor_id for row in rows})
    return [
        ReadyRow(
            instalment.id, instalment.award_id, codes[survivor_id], instalment.position,
            instalment.line_kind, instalment.payee_kind,
            baht(instalment.amount_minor),
            instalment.due_on,
            [
                payee for payee in usable
                if payee.kind == instalment.payee_kind
                and payee.survivor_id in (None, survivor_id)
            ],
        )
        for instalment, survivor_id in rows
    ]  # fmt: skip


def details_of(session: Session, run: Run) -> dict[UUID, tuple[Instalment, str]]:
    """Instalment and case code of each of the run's payments, by payment id."""
    rows = session.execute(
        select(Payment.id, Instalment, Award.survivor_id)
        .join(Instalment, Instalment.id == Payment.instalment_id)
        .join(Award, Award.id == Instalment.award_id)
        .where(Payment.run_id == run.id)
    ).all()
    codes = survivors.case_codes(session, {row.survivor_id for row in rows})
    return {row.id: (row.Instalment, codes[row.survivor_id]) for row in rows}


def payees_of(session: Session, run: Run) -> dict[UUID, Payee]:
    """The run's payees by id."""
    ids = {payment.payee_id for payment in run.payments}
    return {payee.id: payee for payee in session.scalars(select(Payee).where(Payee.id.in_(ids)))}


def has_changed_account(session: Session, run: Run) -> bool:
    """Whether another account was entered for one of the run's payees since it was prepared."""
    newer = exists().where(
        Payment.run_id == run.id,
        PayeeAccount.payee_id == Payment.payee_id,
        PayeeAccount.id > Payment.payee_account_id,
    )
    return bool(session.scalar(select(newer)))


def approvals_suffice(session: Session, run: Run) -> bool:
    """The database's own answer, by the policy of the day on which the run was prepared."""
    suffice = literal_column("run_approvals_suffice(run)", Boolean)
    return bool(session.scalar(select(suffice).select_from(Run).where(Run.id == run.id)))


def list_waiting(session: Session, actor: Actor, *, now: datetime) -> list[Waiting]:  # noqa: ARG001
    """Accounts to check, payments to gather, runs to approve, send and confirm."""
    waiting: list[Waiting] = []
    if actor.may(Permission.CHECK_PAYEES):
        waiting += _accounts_to_check(session, actor)
    if actor.may(Permission.PREPARE_RUNS):
        waiting += _ready_to_gather(session)
    for permission, state, section, action in (
        (Permission.APPROVE_RUNS, "prepared", N_("Approve payments"), N_("Look and approve")),
        (Permission.SEND_RUNS, "approved", N_("Send payments"), N_("Send")),
        (Permission.CONFIRM_PAYMENTS, "sent", N_("Find in the bank's statement"), N_("Confirm")),
    ):
        if actor.may(permission):
            waiting += _runs(session, actor, state, section, action)
    return waiting


def _usable_payees(session: Session, now: datetime) -> list[Payee]:
    query = select(Payee).options(selectinload(Payee.accounts)).order_by(Payee.name, Payee.id)
    return [payee for payee in session.scalars(query) if payee.account_on(now)]


def _accounts_to_check(session: Session, actor: Actor) -> list[Waiting]:
    unchecked: ColumnElement[bool] = PayeeAccount.checked_by.is_(None)
    query = (
        select(Payee)
        .join(PayeeAccount)
        .where(unchecked, PayeeAccount.entered_by != actor.id)
        .order_by(PayeeAccount.id)
        .limit(PAGE)
    )
    return [
        Waiting(
            section=N_("Check an account"),
            title=N_("Account of %(payee)s"),
            params={"payee": payee.name or "–"},
            note=N_("Compare it with the payee's paper"),
            endpoint="disbursements.payee_show",
            values={"payee_id": payee.id},
            action=N_("Check"),
        )
        for payee in session.scalars(query)
    ]


def _ready_to_gather(session: Session) -> list[Waiting]:
    count, total = session.execute(
        select(func.count(), func.coalesce(func.sum(Instalment.amount_minor), 0)).where(
            Instalment.state == "ready"
        )
    ).one()
    if not count:
        return []
    return [
        Waiting(
            section=N_("Prepare payments"),
            title=N_("Payments ready: %(count)s, together %(total)s"),
            params={"count": count, "total": baht(int(total))},
            endpoint="disbursements.run_prepare",
            action=N_("Prepare a run"),
        )
    ]


def _runs(session: Session, actor: Actor, state: str, section: str, action: str) -> list[Waiting]:
    query = (
        select(Run)
        .options(selectinload(Run.payments), selectinload(Run.approvals))
        .where(Run.state == state)
        .order_by(Run.id)
        .limit(PAGE)
    )
    return [
        Waiting(
            section=section,
            title=N_("Payment run over %(total)s, payees: %(count)s"),
            params={"count": len(run.payments), "total": run.total},
            endpoint="disbursements.run_show",
            values={"run_id": run.id},
            action=action,
        )
        for run in session.scalars(query)
        if not _done_by(run, actor)
    ]


def _done_by(run: Run, actor: Actor) -> bool:
    """Nothing of this run waits on who approved it, prepared it for approval, or sent it."""
    if run.state == "prepared":
        return run.prepared_by == actor.id or any(a.member_id == actor.id for a in run.approvals)
    return run.state == "sent" and run.sent_by == actor.id
