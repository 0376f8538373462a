"""Donors: one a mail address, found by a blind index, everything personal sealed.

Of a record that was merged into another one, that other donor is opened: who they are now.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, func, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, aliased

from fund import keys
from fund.crypto import Unreadable
from fund.giving import likeness
from fund.giving.models import Donor
from fund.ids import new_id
from fund.keys import DataKey


@dataclass(frozen=True)
class Person:
    """A donor, opened: for the receipt, and for finance."""

    email: str
    name: str


@dataclass(frozen=True)
class Said:
    """What somebody says of themselves as they give; `name` may be empty."""

    email: str
    name: str
    language: str


def find_or_add_donor(
    session: Session, *, email: str, name: str, language: str, now: datetime
) -> Donor:
    """The donor with this address; their language, and name if one is given, are the latest."""
    said = Said(email=email, name=name, language=language)
    return find_or_add_donors(session, [said], now=now)[index_of(email)]


def find_or_add_donors(
    session: Session, people: Sequence[Said], *, now: datetime
) -> dict[bytes, Donor]:
    """`find_or_add_donor` for many, in as many statements as for one, by `index_of` the address.

    Of one address the last word counts.
    """
    latest: dict[bytes, Said] = {}
    for said in people:
        index = index_of(said.email)
        before = latest.get(index)
        latest[index] = replace(said, name=before.name) if before and not said.name else said
    donors = find_by_indices(session, latest)
    new = {index: said for index, said in latest.items() if index not in donors}
    if new:
        try:
            with session.begin_nested():
                added = _add(session, new, now=now)
        except IntegrityError:  # the same person in two tabs
            return find_or_add_donors(session, people, now=now)
        donors |= added
    held = keys.hold(session, [donor.key_id for donor in donors.values()])
    for index, said in latest.items():
        donors[index].language = said.language
    named = [(donors[index], said.name) for index, said in latest.items() if said.name]
    keep_names(session, [one for one in named if one[0].key_id in held])
    return donors


def keep_name(session: Session, donor: Donor, name: str) -> None:
    """The donor's name, sealed."""
    keep_names(session, [(donor, name)])


def keep_names(session: Session, named: Sequence[tuple[Donor, str]]) -> None:
    """`keep_name` for many."""
    for donor, name in named:
        context = f"donor.name:{donor.id}"
        donor.sealed_name = keys.seal(session, donor.key_id, name, context=context)
    likeness.mark_all(session, [(donor, {"name": name}) for donor, name in named])


def open_person(session: Session, donor: Donor) -> Person:
    """The donor's address and name. Raises crypto.Unreadable once their key is destroyed."""
    donor = head_of(session, donor)
    return Person(
        email=open_address(session, donor),
        name=keys.unseal(session, donor.key_id, donor.sealed_name, context=f"donor.name:{donor.id}")
        if donor.sealed_name
        else "",
    )


def open_people(session: Session, donor_ids: Collection[UUID]) -> dict[UUID, Person]:
    """Many donors at once, without those who were forgotten."""
    rows = session.execute(
        select(Donor, DataKey)
        .join(DataKey, DataKey.id == Donor.key_id)
        .where(Donor.id.in_(donor_ids), DataKey.wrapped.is_not(None))
    ).all()  # which holds the keys, so that each is read once
    return {donor.id: open_person(session, donor) for donor, _ in rows}


def open_address(session: Session, donor: Donor) -> str:
    """The address of this very record. Raises crypto.Unreadable once its key is destroyed."""
    return keys.unseal(session, donor.key_id, donor.sealed_email, context=f"donor.email:{donor.id}")


def find_person(session: Session, donor_id: UUID | None) -> Person | None:
    """Who gave; None if nobody knows, or nobody may know any more."""
    if donor_id is None:
        return None
    try:
        return open_person(session, session.get_one(Donor, donor_id))
    except Unreadable:
        return None


def index_of(email: str) -> bytes:
    """By what the donor with this address is found, and nobody can read it."""
    return keys.keyring().blind_index("donor.email", email.strip().lower())


def find_by_index(session: Session, index: bytes) -> Donor | None:
    """The donor whose address this is, or was before the record was merged."""
    return find_by_indices(session, [index]).get(index)


def find_by_indices(session: Session, indices: Collection[bytes]) -> dict[bytes, Donor]:
    """`find_by_index` of many, by index."""
    record = aliased(Donor)
    is_theirs = Donor.id == func.coalesce(record.merged_into_id, record.id)
    found = session.execute(
        select(record.email_index, Donor)
        .join(record, is_theirs)
        .where(record.email_index.in_(indices))
    )
    return dict(found.all())


def find_record(session: Session, index: bytes) -> Donor | None:
    """The record with this very address."""
    return session.scalars(select(Donor).where(Donor.email_index == index)).one_or_none()


def head_of(session: Session, donor: Donor) -> Donor:
    """The donor whose record this is."""
    return session.get_one(Donor, donor.head_id) if donor.merged_into_id else donor


def records_of(donor_id: UUID) -> Select[UUID]:
    """The ids of a donor's records: their own and those merged into it."""
    return select(Donor.id).where(or_(Donor.id == donor_id, Donor.merged_into_id == donor_id))


def _add(session: Session, people: Mapping[bytes, Said], *, now: datetime) -> dict[bytes, Donor]:
    made = {}
    new_keys = keys.create_many(session, "donor", len(people), now=now)
    for key, (index, said) in zip(new_keys, people.items(), strict=True):
        donor_id = new_id()
        made[index] = Donor(
            id=donor_id,
            key_id=key.id,
            email_index=index,
            sealed_email=keys.seal(
                session, key.id, said.email.strip(), context=f"donor.email:{donor_id}"
            ),
            language=said.language,
            created_at=now,
        )
    session.add_all(made.values())
    session.flush()
    likeness.mark_all(session, [(made[i], {"email": said.email}) for i, said in people.items()])
    return made
