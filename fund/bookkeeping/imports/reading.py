"""A list's sealed file opened and read: what recording it would bring, and what is wrong."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from functools import cached_property
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CompoundSelect,
    Date,
    String,
    any_,
    cast,
    func,
    select,
    union,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session

from fund import keys, tables
from fund.bookkeeping.imports import lines as lines_
from fund.bookkeeping.imports.columns import Columns, header_of
from fund.bookkeeping.imports.lines import GiftLine, GiftList
from fund.bookkeeping.models import GiftImport
from fund.clock import bangkok_day
from fund.giving.donors import find_by_indices, index_of
from fund.giving.models import Donor, Gift, GiftReturn
from fund.ledger.queries import list_funds
from fund.money import Money
from fund.tables import BadFile, Fault

# A file of which more is here already is the same list again; rows beyond these are left out.
MOST_ALIKE = 200


@dataclass(frozen=True)
class Alike:
    """Why a row looks like a gift that is here: a key of `choices.ALIKE`.

    Of an earlier `row` of the file, or of the recorded gift `gift_id`.
    """

    why: str
    row: int | None = None
    gift_id: UUID | None = None


@dataclass(frozen=True)
class Reading:
    """`names`: the columns to choose among. `alike`: by place, rows that need a word of a person.

    `references`: by place, under what reference each row would be recorded.
    """

    parsed: GiftList
    names: Sequence[str]
    currency: str
    alike: Mapping[int, Alike]
    references: Mapping[int, str]
    taken: frozenset[int]
    undecided: frozenset[int]

    @property
    def is_sound(self) -> bool:
        return not self.parsed.faults

    @cached_property
    def to_record(self) -> list[GiftLine]:
        """The rows that would become gifts, as it stands; none as long as there are faults."""
        if not self.is_sound:
            return []
        return [
            replace(line, reference=self.references[line.place])
            for line in self.parsed.lines
            if line.place not in self.alike or line.place in self.taken
        ]

    @property
    def total(self) -> Money:
        return Money(sum(line.amount_minor for line in self.to_record), self.currency)


def read_import(session: Session, made: GiftImport, *, now: datetime) -> Reading:
    """The file as it would be recorded now; faults are told in it and nothing is raised."""
    names: Sequence[str] = ()
    try:
        rows = tables.rows_of(open_file(session, made))
        names = list(dict.fromkeys(name for name in header_of(rows)[1] if name))
        columns = Columns.of(made.mapping)
        if columns is None:
            raise BadFile("columns_not_chosen")
        parsed = lines_.read(
            rows,
            columns,
            currency=made.office.currency,
            funds=list_funds(session),
            today=bangkok_day(now),
        )
    except BadFile as bad:
        parsed = GiftList(faults=[bad.fault])
    if parsed.faults:
        return _reading(made, parsed, names, {}, {})
    known = _Known.load(session, made, parsed.lines)
    return _reading(made, parsed, names, _alike(parsed.lines, known), known.name_all(made, parsed))


def open_file(session: Session, made: GiftImport) -> bytes:
    """The file as it was sent."""
    sealed = made.sealed_file
    if sealed is None:
        raise ValueError(f"import {made.id} was dropped")
    return keys.unseal_bytes(session, made.key_id, sealed, context=made.context)


def seen_sha256(reading: Reading) -> str:
    """Names exactly what a preview showed."""
    said = [asdict(line) for line in reading.to_record]
    return hashlib.sha256(json.dumps(said, default=str).encode()).hexdigest()


def _reading(
    made: GiftImport,
    parsed: GiftList,
    names: Sequence[str],
    alike: Mapping[int, Alike],
    references: Mapping[int, str],
) -> Reading:
    shown = sorted(alike)[:MOST_ALIKE]
    return Reading(
        parsed,
        names,
        made.office.currency,
        alike,
        references,
        taken=frozenset(made.taken) & alike.keys(),
        undecided=frozenset(shown) - {*made.taken, *made.left_out},
    )


@dataclass(frozen=True)
class _Known:
    """What is here of a list's days, amounts and references.

    `standing`: references of gifts that were not taken back; `used`: of any gift.
    """

    standing: Mapping[str, UUID]
    waiting: Mapping[str, UUID]
    used: frozenset[str]
    given: Mapping[tuple[date, int, UUID | None], UUID]
    donor_ids: Mapping[bytes, UUID]

    @classmethod
    def load(cls, session: Session, made: GiftImport, lines: Sequence[GiftLine]) -> "_Known":
        back = (
            select(func.coalesce(func.sum(GiftReturn.amount_minor), 0))
            .where(GiftReturn.gift_id == Gift.id)
            .scalar_subquery()
        )
        rows = session.execute(
            select(
                Gift.id,
                Gift.bank_reference,
                Gift.payment_reference,
                Gift.paid_on,
                Gift.amount_minor,
                Gift.state,
                func.coalesce(Donor.merged_into_id, Donor.id).label("donor_id"),
                (back < Gift.amount_minor).label("stands"),
            )
            .outerjoin(Donor, Donor.id == Gift.donor_id)
            .where(Gift.office_id == made.office_id, Gift.id.in_(_like(made.office_id, lines)))
            .order_by(Gift.id)
        ).all()
        stands = [row for row in rows if row.stands]
        donors = find_by_indices(session, {index_of(line.email) for line in lines if line.email})
        return cls(
            standing={row.bank_reference: row.id for row in stands if row.bank_reference},
            waiting={
                row.payment_reference: row.id
                for row in rows
                if row.payment_reference and row.state != "paid"
            },
            used=frozenset(row.bank_reference for row in rows if row.bank_reference),
            given={(row.paid_on, row.amount_minor, row.donor_id): row.id for row in stands},
            donor_ids={index: donor.id for index, donor in donors.items()},
        )

    def find_given(self, line: GiftLine) -> UUID | None:
        """A gift by this giver, or by nobody known if the row names nobody, of day and amount."""
        donor_id = self.donor_ids.get(index_of(line.email)) if line.email else None
        if line.email and donor_id is None:
            return None
        return self.given.get((line.day, line.amount_minor, donor_id))

    def name_all(self, made: GiftImport, parsed: GiftList) -> dict[int, str]:
        """The reference of each row: its own, with a number behind if a gift has that one; made
        of the file's fingerprint and the row's number where there is none."""
        taken, found = set(self.used), {}
        for line in parsed.lines:
            own = line.reference or f"CSV-{made.file_sha256.hex()[:8]}-{line.place}"
            found[line.place] = next(name for name in _namesakes(own) if name not in taken)
            taken.add(found[line.place])
        return found


def _like(office_id: UUID, lines: Sequence[GiftLine]) -> CompoundSelect[UUID]:
    """The gifts to the office that have a reference of the list, or a day with its amount."""
    said = {line.reference for line in lines if line.reference}
    names = [name for reference in said for name in _namesakes(reference)]
    days = sorted({(line.day, line.amount_minor) for line in lines})
    given = (
        func.unnest(
            cast([day for day, _ in days], ARRAY(Date)),
            cast([amount for _, amount in days], ARRAY(BigInteger)),
        )
        .table_valued("day", "amount_minor", name="given")
        .render_derived()
    )
    ours = select(Gift.id).where(Gift.office_id == office_id)
    return union(
        ours.where(Gift.bank_reference == any_(cast(names, ARRAY(String)))),
        ours.where(Gift.payment_reference == any_(cast(sorted(said), ARRAY(String)))),
        ours.join(
            given, (Gift.paid_on == given.c.day) & (Gift.amount_minor == given.c.amount_minor)
        ),
    )


def _namesakes(reference: str) -> list[str]:
    return [reference, *(f"{reference}/{number}" for number in range(2, 10))]


def _alike(lines: Sequence[GiftLine], known: _Known) -> dict[int, Alike]:
    """By place, why a row looks like an earlier one or like a gift that is here."""
    found: dict[int, Alike] = {}
    by_giver: dict[tuple[date, int, str], int] = {}
    by_reference: dict[str, int] = {}
    for line in lines:
        who = (line.email or line.name).casefold()
        giver = (line.day, line.amount_minor, who)
        gift_id = known.find_given(line)
        if line.reference in known.waiting:
            found[line.place] = Alike("waiting", gift_id=known.waiting[line.reference])
        elif line.reference in known.standing:
            found[line.place] = Alike("reference", gift_id=known.standing[line.reference])
        elif gift_id is not None:
            found[line.place] = Alike("gift" if line.email else "unknown_giver", gift_id=gift_id)
        elif line.reference in by_reference:
            found[line.place] = Alike("file_reference", row=by_reference[line.reference])
        elif who and giver in by_giver:
            found[line.place] = Alike("file", row=by_giver[giver])
        by_giver.setdefault(giver, line.place)
        if line.reference:
            by_reference.setdefault(line.reference, line.place)
    return found


def faults_shown(reading: Reading, most: int) -> list[Fault]:
    """The first faults, but that columns were not chosen yet, which the page asks for anyway."""
    return [fault for fault in reading.parsed.faults if fault.code != "columns_not_chosen"][:most]
