"""The timeline of one thing or person: what it is, and which events belong to it.

Related things are gathered: an award has its instalments, payments, journals and evidence, a gift
its receipt and journals, a finance entry what it booked and what took that back. A fund's journals
are too many for a timeline; its accounts show them.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, or_, select
from sqlalchemy.orm import Session

from fund.applications.choices import KINDS
from fund.applications.models import Application
from fund.audit.search import Match
from fund.awards.models import Award, Evidence, Instalment
from fund.awards.queries import find_by_application
from fund.bookkeeping.choices import KINDS as ENTRY_KINDS
from fund.bookkeeping.models import BookEntry
from fund.bookkeeping.queries import get_entry
from fund.disbursements.models import Payment
from fund.disbursements.queries import get_payment
from fund.errors import NotFound
from fund.giving.choices import EVERY_NAMES
from fund.giving.donors import records_of
from fund.giving.models import Donor, Gift, Plan, Receipt
from fund.giving.queries import get_gift, get_plan, list_receipts_of
from fund.i18n import N_, format_money, gettext, language
from fund.ledger import journals
from fund.ledger.models import Account, Commitment, Fund, Journal, Rate
from fund.ledger.queries import fund_name
from fund.money import baht
from fund.people.choices import ROLE_NAMES
from fund.people.queries import get_staff
from fund.permissions import Actor
from fund.reports.trails.telling import Place
from fund.settlement import queries as settlement
from fund.survivors.models import Document
from fund.survivors.queries import case_code

COMMITMENT_EVENTS = (
    "funds_reserved", "commitment_liquidated", "funds_reserved_again", "commitment_freed",
)  # fmt: skip


@dataclass(frozen=True)
class Timeline:
    """`matches`: which events; `links`: (text, page) of what stands near, in the reader's words.

    Things are told from their beginning, persons from what they did last.
    """

    heading: str
    matches: list[Match]
    links: list[tuple[str, Place]]
    code: str = ""
    note: str = ""
    newest_first: bool = field(default=False)


def of_gift(session: Session, gift_id: UUID) -> Timeline:
    """A gift with its receipt and journals. Raises NotFound."""
    row = get_gift(session, gift_id)
    transactions = settlement.list_transactions_of(session, gift_id)
    booked = settlement.list_journals_of(session, row.gift, row.office, transactions)
    subjects = [("gift", gift_id), *(("journal", journal.id) for journal in booked)]
    subjects += [("receipt", receipt.id) for receipt in list_receipts_of(session, gift_id)]
    links = [_link(N_("The gift"), "giving.gift_show", gift_id=gift_id)]
    if row.gift.donor_id:
        links.append(
            _link(N_("Everything of this donor"), "reports.donor_trail", donor_id=row.gift.donor_id)
        )
    heading = gettext("Gift of %(amount)s", amount=format_money(row.gift.amount))
    note = fund_name(row.fund, language())
    return Timeline(heading, [Match(subjects=subjects)], links, row.receipt_number, note)


def of_plan(session: Session, plan_id: UUID) -> Timeline:
    """A regular gift with the gifts that came by it. Raises NotFound."""
    row = get_plan(session, plan_id)
    every = gettext(EVERY_NAMES[row.plan.every])
    return Timeline(
        f"{format_money(row.plan.amount)} {every}",
        [
            Match(subjects=[("plan", plan_id)]),
            _about("gift", Gift.id, Gift.plan_id == plan_id),
        ],
        [
            _link(N_("The regular gift"), "giving.plan_show", plan_id=plan_id),
            _link(
                N_("Everything of this donor"), "reports.donor_trail", donor_id=row.plan.donor_id
            ),
        ],
        note=fund_name(row.fund, language()),
    )


def of_application(session: Session, application_id: UUID) -> Timeline:
    """An application with its papers. Raises NotFound."""
    application = session.get(Application, application_id)
    if application is None:
        raise NotFound
    award = find_by_application(session, application_id)
    links = [_link(N_("The award"), "reports.award_trail", award_id=award.id)] if award else []
    papers = Document.subject_id == application_id
    return Timeline(
        str(gettext("Application: %(kind)s", kind=gettext(KINDS[application.kind]))),
        [
            Match(subjects=[("application", application_id)]),
            _about("document", Document.id, papers),
        ],
        links,
        case_code(session, application.survivor_id),
    )


def of_award(session: Session, award_id: UUID) -> Timeline:
    """An award from application to evidence, with all that was paid. Raises NotFound."""
    award = session.get(Award, award_id)
    if award is None:
        raise NotFound
    mine = select(Instalment.id).where(Instalment.award_id == award_id)
    payments = Payment.instalment_id.in_(mine)
    paid = session.scalars(select(Payment.id).where(payments)).all()
    links = [
        _link(N_("The award"), "awards.award_show", award_id=award_id),
        _link(
            N_("The application"), "reports.application_trail", application_id=award.application_id
        ),
        _link(N_("The fund"), "reports.fund_trail", fund_id=award.fund_id),
    ]
    return Timeline(
        str(gettext("Award of %(amount)s", amount=format_money(baht(award.amount_minor)))),
        [
            Match(subjects=[("application", award.application_id), ("award", award_id)]),
            _about("instalment", Instalment.id, Instalment.award_id == award_id),
            _about("evidence", Evidence.id, Evidence.instalment_id.in_(mine)),
            _about("payment", Payment.id, payments),
            _about("run", Payment.run_id, payments),
            _booked(paid),
        ],
        links,
        case_code(session, award.survivor_id),
    )


def of_payment(session: Session, payment_id: UUID) -> Timeline:
    """A payment with its run, payee, instalment, evidence and journals. Raises NotFound."""
    payment = get_payment(session, payment_id)
    award_id, survivor_id = session.execute(
        select(Award.id, Award.survivor_id)
        .join(Instalment, Instalment.award_id == Award.id)
        .where(Instalment.id == payment.instalment_id)
    ).one()
    subjects = [
        ("payment", payment_id),
        ("run", payment.run_id),
        ("instalment", payment.instalment_id),
        ("payee", payment.payee_id),
    ]
    return Timeline(
        str(gettext("Payment of %(amount)s", amount=format_money(baht(payment.amount_minor)))),
        [
            Match(subjects=subjects),
            _about("evidence", Evidence.id, Evidence.instalment_id == payment.instalment_id),
            _booked([payment_id]),
        ],
        [
            _link(N_("The run"), "disbursements.run_show", run_id=payment.run_id),
            _link(N_("The award"), "reports.award_trail", award_id=award_id),
        ],
        case_code(session, survivor_id),
    )


def of_fund(session: Session, fund_id: UUID) -> Timeline:
    """A fund from its opening, what it held for awards, entries for it, and its currencies'
    rates. Raises NotFound.
    """
    fund = session.get(Fund, fund_id)
    if fund is None:
        raise NotFound
    held = select(Account.currency).where(Account.fund_id == fund_id)
    promised = select(Commitment.award_id).where(Commitment.fund_id == fund_id)
    return Timeline(
        fund_name(fund, language()),
        [
            Match(subjects=[("fund", fund_id)]),
            *(
                Match(name=name, subject_kind="award", subject_ids=promised)
                for name in COMMITMENT_EVENTS
            ),
            _about("entry", BookEntry.id, BookEntry.fund_ids.contains([fund_id])),
            _about("rate", Rate.id, Rate.currency.in_(held)),
        ],
        [
            _link(N_("Fund report"), "ledger.fund_report", code=fund.code),
            _link(N_("All journals"), "ledger.journal_list"),
        ],
        fund.code,
    )


def of_entry(session: Session, entry_id: UUID) -> Timeline:
    """A finance entry with what it booked or held, and the entries that took it back, paid of it
    or set it free. Raises NotFound.
    """
    entry = get_entry(session, entry_id)
    matches = [
        Match(subjects=[("entry", entry_id), ("award", entry_id)]),
        _about("entry", BookEntry.id, BookEntry.award_entry_id == entry_id),
    ]
    if entry.journal_id:
        booked = or_(Journal.id == entry.journal_id, Journal.reverses_id == entry.journal_id)
        matches += [
            _about("journal", Journal.id, booked),
            _about("entry", BookEntry.id, BookEntry.reverses_id == entry.journal_id),
        ]
    return Timeline(str(gettext(ENTRY_KINDS[entry.kind])), matches, [])


def of_staff(session: Session, staff_id: UUID) -> Timeline:
    """What a staff member did, and what was done about them. Raises NotFound."""
    staff = get_staff(session, staff_id)
    return Timeline(
        staff.name,
        [Match(actor=Actor("staff", staff_id).label), Match(subjects=[("staff", staff_id)])],
        [],
        note=", ".join(gettext(ROLE_NAMES[seat.role]) for seat in staff.roles if not seat.until_at),
        newest_first=True,
    )


def of_donor(session: Session, donor_id: UUID) -> Timeline:
    """What a donor gave; who that is stands only on the gift, for those who may see it there."""
    donor = session.get(Donor, donor_id)
    if donor is None:
        raise NotFound
    records = list(session.scalars(records_of(donor.head_id)))
    gifts = select(Gift.id).where(Gift.donor_id.in_(records))
    return Timeline(
        str(gettext("A donor")),
        [
            Match(subjects=[("donor", record_id) for record_id in records]),
            _about("gift", Gift.id, Gift.donor_id.in_(records)),
            _about("plan", Plan.id, Plan.donor_id.in_(records)),
            _about("receipt", Receipt.id, Receipt.gift_id.in_(gifts)),
        ],
        [],
        newest_first=True,
    )


def _link(text: str, endpoint: str, **values: object) -> tuple[str, Place]:
    return str(gettext(text)), Place(endpoint, values)


def _about(kind: str, id_: Any, condition: ColumnElement[bool]) -> Match:
    ids: Select[UUID] = select(id_).where(condition)
    return Match(subject_kind=kind, subject_ids=ids)


def _booked(payment_ids: Sequence[UUID]) -> Match:
    """The journals of these payments."""
    keys = [f"{id_}:{what}" for id_ in payment_ids for what in ("sent", "confirmed", "returned")]
    return _about(
        "journal",
        Journal.id,
        (Journal.source == journals.PAYMENTS) & Journal.idempotency_key.in_(keys),
    )
