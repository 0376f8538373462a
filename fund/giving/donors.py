"""Donors: one a mail address, found by a blind index, everything personal sealed.

Of a record that was merged into another one, that other donor is opened: who they are now.
"""

from collections.abc import Collection
from dataclasses import dataclass
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


def find_or_add_donor(
    session: Session, *, email: str, name: str, language: str, now: datetime
) -> Donor:
    """The donor with this address; their language, and name if one is given, are the latest."""
    address, index = email.strip(), index_of(email)
    donor = find_by_index(session, index)
    if donor is None:
        try:
            with session.begin_nested():
                donor = _add(session, index, address, language=language, now=now)
        except IntegrityError:  # the same person in two tabs
            donor = find_by_index(session, index)
            if donor is None:
                raise
    donor.language = language
    if name:
        keep_name(session, donor, name)
    return donor


def keep_name(session: Session, donor: Donor, name: str) -> None:
    """The donor's name, sealed."""
    donor.sealed_name = keys.seal(session, donor.key_id, name, context=f"donor.name:{donor.id}")
    likeness.mark(session, donor, name=name)


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
    record = aliased(Donor)
    is_theirs = Donor.id == func.coalesce(record.merged_into_id, record.id)
    found = select(Donor).join(record, is_theirs).where(record.email_index == index)
    return session.scalars(found).one_or_none()


def find_record(session: Session, index: bytes) -> Donor | None:
    """The record with this very address."""
    return session.scalars(select(Donor).where(Donor.email_index == index)).one_or_none()


def head_of(session: Session, donor: Donor) -> Donor:
    """The donor whose record this is."""
    return session.get_one(Donor, donor.head_id) if donor.merged_into_id else donor


def records_of(donor_id: UUID) -> Select[UUID]:
    """The ids of a donor's records: their own and those merged into it."""
    return select(Donor.id).where(or_(Donor.id == donor_id, Donor.merged_into_id == donor_id))


def _add(session: Session, index: bytes, address: str, *, language: str, now: datetime) -> Donor:
    key_id, donor_id = keys.create(session, "donor", now=now), new_id()
    donor = Donor(
        id=donor_id,
        key_id=key_id,
        email_index=index,
        sealed_email=keys.seal(session, key_id, address, context=f"donor.email:{donor_id}"),
        language=language,
        created_at=now,
    )
    session.add(donor)
    session.flush()
    likeness.mark(session, donor, email=address)
    return donor
