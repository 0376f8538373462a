"""By what two donor records may be one person's: blind marks, so that nothing need be opened."""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence

from sqlalchemy import or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from fund import keys
from fund.giving.models import Donor, DonorMark
from fund.keys import DataKey
from fund.survivors.identity import plain_name

MOST_MARKED = 1000  # records a night that were there before marks were kept

# Mail services at which dots in an address make no difference.
_DOTLESS = {"gmail.com", "googlemail.com"}
_SAME_SOUND = str.maketrans({"c": "k", "q": "k", "z": "s", "v": "f"})
_SHORTEST_SOUND = 5  # below this too much sounds alike


def mark(session: Session, donor: Donor, **values: str) -> None:
    """Keep by what the donor is alike to others: `email`, `name`, `tax_id`, as typed."""
    mark_all(session, [(donor, values)])


def mark_all(session: Session, donors: Sequence[tuple[Donor, Mapping[str, str]]]) -> None:
    """`mark` for many donors, each with what is said of them."""
    keyring = keys.keyring()
    rows = [
        {
            "donor_id": donor.id,
            "kind": kind,
            "mark": keyring.blind_index(f"donor_mark.{kind}", text),
        }
        for donor, values in donors
        for kind, text in _marks(**values)
    ]
    if rows:
        session.execute(insert(DonorMark).on_conflict_do_nothing(), rows)


def list_tax_marks(session: Session, donor: Donor) -> set[bytes]:
    """The marks of all tax numbers that the donor gave with, by any of their records."""
    marks = (
        select(DonorMark.mark)
        .join(Donor, Donor.id == DonorMark.donor_id)
        .where(
            DonorMark.kind == "tax_id",
            or_(Donor.id == donor.id, Donor.merged_into_id == donor.id),
        )
    )
    return set(session.scalars(marks))


def list_unmarked(session: Session) -> list[Donor]:
    """Records that can be read and have no mark at all yet."""
    has_mark = select(DonorMark.donor_id).where(DonorMark.donor_id == Donor.id).exists()
    unmarked = (
        select(Donor)
        .join(DataKey, DataKey.id == Donor.key_id)
        .where(~has_mark, DataKey.wrapped.is_not(None))
        .order_by(Donor.id)
        .limit(MOST_MARKED)
    )
    return list(session.scalars(unmarked))


def _marks(email: str = "", name: str = "", tax_id: str = "") -> Iterator[tuple[str, str]]:
    if email:
        yield "address", loose_address(email)
    words = name_words(name)
    if len(words) > 1:  # half the world has the same first name
        yield "name", " ".join(sorted(words))
        sound = " ".join(sorted(map(sound_of, words)))
        if len(sound) > _SHORTEST_SOUND:
            yield "sound", sound
    if tax_id:
        yield "tax_id", tax_id


def loose_address(email: str) -> str:
    """The address without what its mailbox does not depend on: case, `+tag`, some hosts' dots."""
    mailbox, _, host = unicodedata.normalize("NFKC", email).strip().casefold().rpartition("@")
    mailbox = mailbox.partition("+")[0] or mailbox
    if host in _DOTLESS:
        return f"{mailbox.replace('.', '')}@gmail.com"
    return f"{mailbox}@{host}"


def name_words(name: str) -> list[str]:
    """A name's words without titles, accents and signs, whatever their order and case."""
    bare = "".join(
        character
        for character in unicodedata.normalize("NFKD", plain_name(name))
        if _is_thai(character) or not unicodedata.combining(character)
    )
    words = (word.strip(".()\"'") for word in re.split(r"[\s,-]+", bare))
    return [word for word in words if word]


def sound_of(word: str) -> str:
    """About how a word sounds: its first letter and the consonants after it, each once."""
    plain = word.replace("ph", "f").replace("ck", "k").translate(_SAME_SOUND)
    heard = plain[:1]
    for character in plain[1:]:
        is_silent = character in "aeiouhwy'" or unicodedata.category(character) == "Mn"
        if not is_silent and character != heard[-1]:
            heard += character
    return heard


def _is_thai(character: str) -> bool:
    return "\u0e00" <= character <= "\u0e7f"
