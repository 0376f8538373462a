"""Receipts: numbered without gaps, an office and a year; each correction follows the last one."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from fund import jobs
from fund.audit import operations as audit
from fund.audit.events import Event, ReceiptCorrected, ReceiptIssued
from fund.giving import queries, tasks
from fund.giving.models import (
    NAMES_TAX_ID,
    Donor,
    Gift,
    GiftReturn,
    OfficeTerms,
    Receipt,
    ReceiptNumber,
    ReceiptSeries,
)
from fund.giving.tax_ids import keep_with_gift, open_of_donor
from fund.ids import new_id
from fund.ledger.models import Fund, Office
from fund.ledger.queries import list_funds, list_offices
from fund.permissions import Actor


def issue(session: Session, gifts: Sequence[Gift], *, actor: Actor, now: datetime) -> None:
    """The receipts of gifts just paid, each dated by its payment; mailed if the donor is known.

    All at once: as many statements as for one. The numbers of a series follow the order given.
    """
    offices = {office.id: office for office in list_offices(session)}
    funds = {fund.id: fund for fund in list_funds(session)}
    for (office_id, year), in_series in sorted(_by_series(gifts).items()):
        first = _take_numbers(session, offices[office_id], year, len(in_series))
        _issue(session, in_series, offices[office_id], funds, first, actor=actor, now=now)
    # What went back before we heard that it had come.
    by_id = {gift.id: gift for gift in gifts}
    returned = [by_id[gift_id] for gift_id in queries.list_returned(session, by_id)]
    correct(session, returned, actor=actor, now=now)


def _by_series(gifts: Sequence[Gift]) -> dict[tuple[UUID, int], list[tuple[Gift, date]]]:
    """The gifts of each office and year, with the days of their payments."""
    found: defaultdict[tuple[UUID, int], list[tuple[Gift, date]]] = defaultdict(list)
    for gift in gifts:
        if gift.paid_on is None:
            raise ValueError("only a paid gift has a receipt")
        found[gift.office_id, gift.paid_on.year].append((gift, gift.paid_on))
    return found


def _issue(
    session: Session,
    gifts: Sequence[tuple[Gift, date]],
    office: Office,
    funds: Mapping[UUID, Fund],
    first: ReceiptNumber,
    *,
    actor: Actor,
    now: datetime,
) -> None:
    terms = queries.find_terms(session, office, now)
    kinds = _kinds(session, [gift for gift, _ in gifts], terms)
    receipts: list[Receipt] = []
    events: list[tuple[Event, Gift]] = []
    for number, (gift, paid_on) in enumerate(gifts, first.number):
        receipt = Receipt(
            id=new_id(),
            office_id=office.id,
            year=first.year,
            number=number,
            gift_id=gift.id,
            kind=kinds[gift.id],
            terms_from=terms.valid_from if terms else None,
            amount_minor=gift.amount_minor,
            issued_on=paid_on,
        )
        issued = ReceiptIssued(
            subject_id=receipt.id,
            gift_id=gift.id,
            office=office.code,
            number=str(first._replace(number=number)),
            fund=funds[gift.fund_id].code,
            amount_minor=gift.amount_minor,
            currency=gift.currency,
            given_on=paid_on,
        )
        receipts.append(receipt)
        events.append((issued, gift))
    _keep(session, receipts, events, actor=actor, now=now)


def _kinds(session: Session, gifts: Sequence[Gift], terms: OfficeTerms | None) -> dict[UUID, str]:
    """The kind of each gift's receipt: the office's, if it can say all that this kind must.

    A tax number that the receipt will name is kept with the gift from now on.
    """
    kind = terms.receipt_kind if terms else "none"
    if kind not in NAMES_TAX_ID:
        return dict.fromkeys((gift.id for gift in gifts), kind)
    known = queries.list_named_with_tax_id(session, [gift.id for gift in gifts])
    for gift in gifts:
        if gift.id in known and gift.sealed_tax_id is None:  # the donor's, as it is now
            donor = session.get_one(Donor, gift.donor_id)
            keep_with_gift(session, gift, donor, open_of_donor(session, donor))
    return {gift.id: kind if gift.id in known else "none" for gift in gifts}


def correct(session: Session, gifts: Sequence[Gift], *, actor: Actor, now: datetime) -> None:
    """The next receipts of those paid gifts whose last one no longer says what counts.

    All at once, as `issue` does.
    """
    ids = [gift.id for gift in gifts]
    lasts, returns = (
        queries.list_last_receipts(session, ids),
        queries.list_last_returns(session, ids),
    )
    counts = queries.list_remaining(session, gifts) if lasts and returns else {}
    in_series: defaultdict[tuple[UUID, int], list[Gift]] = defaultdict(list)
    for gift in gifts:
        last, returned = lasts.get(gift.id), returns.get(gift.id)
        if last and returned and last.amount_minor != counts[gift.id].amount_minor:
            in_series[gift.office_id, returned.happened_on.year].append(gift)
    if not in_series:
        return
    offices = {office.id: office for office in list_offices(session)}
    funds = {fund.id: fund for fund in list_funds(session)}
    receipts, events = [], []
    for (office_id, year), of_series in sorted(in_series.items()):
        first = _take_numbers(session, offices[office_id], year, len(of_series))
        for number, gift in enumerate(of_series, first.number):
            receipt, event = _corrected(
                gift,
                lasts[gift.id],
                returns[gift.id],
                first._replace(number=number),
                counts[gift.id].amount_minor,
                office=offices[office_id],
                fund=funds[gift.fund_id],
            )
            receipts.append(receipt)
            events.append((event, gift))
    _keep(session, receipts, events, actor=actor, now=now)


def _corrected(
    gift: Gift,
    last: Receipt,
    returned: GiftReturn,
    number: ReceiptNumber,
    amount_minor: int,
    *,
    office: Office,
    fund: Fund,
) -> tuple[Receipt, Event]:
    receipt = Receipt(
        id=new_id(),
        gift_id=gift.id,
        office_id=gift.office_id,
        year=number.year,
        number=number.number,
        issued_on=returned.happened_on,
        kind=last.kind,
        terms_from=last.terms_from,
        amount_minor=amount_minor,
        corrects_id=last.id,
        return_id=returned.id,
    )
    corrected = ReceiptCorrected(
        subject_id=receipt.id,
        gift_id=gift.id,
        office=office.code,
        number=str(number),
        corrects=str(ReceiptNumber(office.receipt_prefix, last.year, last.number)),
        fund=fund.code,
        amount_minor=amount_minor,
        currency=gift.currency,
        reason=returned.kind,
        returned_on=returned.happened_on,
    )
    return receipt, corrected


def _keep(
    session: Session,
    receipts: Sequence[Receipt],
    events: Sequence[tuple[Event, Gift]],
    *,
    actor: Actor,
    now: datetime,
) -> None:
    """Receipts with their events, and the mails to donors who are known."""
    keys = queries.list_donor_keys(session, [gift.id for _, gift in events])
    recorded = [(event, keys[gift.id].id if gift.id in keys else None) for event, gift in events]
    event_ids = audit.record_many(session, recorded, actor=actor, now=now)
    for receipt, event_id in zip(receipts, event_ids, strict=True):
        receipt.audit_event_id = event_id
    session.add_all(receipts)
    session.flush()
    known = {gift.id for _, gift in events if gift.donor_id is not None}
    mails = [{"receipt_id": receipt.id} for receipt in receipts if receipt.gift_id in known]
    jobs.defer_many(session, tasks.mail_receipt, mails)


def _take_numbers(session: Session, office: Office, year: int, count: int) -> ReceiptNumber:
    """The first of the next `count` numbers of the series, whose row stays locked until the
    transaction ends: a number is used by what commits, or not taken at all."""
    first = insert(ReceiptSeries).values(office_id=office.id, year=year, last_number=0)
    session.execute(first.on_conflict_do_nothing())
    last = session.scalars(
        update(ReceiptSeries)
        .where(ReceiptSeries.office_id == office.id, ReceiptSeries.year == year)
        .values(last_number=ReceiptSeries.last_number + count)
        .returning(ReceiptSeries.last_number)
        .execution_options(synchronize_session=False)
    ).one()
    return ReceiptNumber(office.receipt_prefix, year, last - count + 1)
