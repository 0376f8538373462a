"""Donors: one a mail address, found by a blind index, everything personal sealed."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from fund import keys
from fund.crypto import Unreadable
from fund.giving.models import Donor
from fund.ids import new_id


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
        donor.sealed_name = keys.seal(session, donor.key_id, name, context=f"donor.name:{donor.id}")
    return donor


def open_person(session: Session, donor: Donor) -> Person:
    """The donor's address and name. Raises crypto.Unreadable once their key is destroyed."""
    return Person(
        email=keys.unseal(
            session, donor.key_id, donor.sealed_email, context=f"donor.email:{donor.id}"
        ),
        name=keys.unseal(session, donor.key_id, donor.sealed_name, context=f"donor.name:{donor.id}")
        if donor.sealed_name
        else "",
    )


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
    """The donor whose address this is."""
    return session.scalars(select(Donor).where(Donor.email_index == index)).one_or_none()


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
    return donor
