"""Donors: one a mail address, found by a blind index, everything personal sealed."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from fund import keys
from fund.giving.models import Donor
from fund.ids import new_id


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
        donor = donors[index]
        donor.language = said.language
        if said.name:
            donor.sealed_name = keys.seal(
                session, held[donor.key_id].id, said.name, context=f"donor.name:{donor.id}"
            )
    return donors


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


def index_of(email: str) -> bytes:
    """By what the donor with this address is found, and nobody can read it."""
    return keys.keyring().blind_index("donor.email", email.strip().lower())


def find_by_index(session: Session, index: bytes) -> Donor | None:
    """The donor whose address this is."""
    return find_by_indices(session, [index]).get(index)


def find_by_indices(session: Session, indices: Collection[bytes]) -> dict[bytes, Donor]:
    """The donors of these addresses."""
    found = session.scalars(select(Donor).where(Donor.email_index.in_(indices)))
    return {donor.email_index: donor for donor in found}


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
    return made
