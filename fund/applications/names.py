"""A machine's look for names in what the committee will read; nobody sees them by it."""

import re

from sqlalchemy.orm import Session

from fund.survivors.identity import (
    plain_name,
    plain_number,
    unseal_guardian,
    unseal_identity,
)
from fund.survivors.models import Survivor
from fund.survivors.queries import list_guardians

# A part shorter than this ("Su", "อร") is in too many ordinary words to be told apart.
SHORTEST = 3
SHORTEST_NUMBER = 7
_NUMBER = re.compile(r"\d[\d -]+\d")


def are_in(session: Session, survivor: Survivor, text: str) -> bool:
    """Whether `text` holds a part of the survivor's, or a guardian's, name, or a number of theirs:
    the national id, or a telephone, however it is broken up."""
    identity = unseal_identity(session, survivor)
    names = [identity.name, identity.nickname, identity.national_id]
    names += [
        unseal_guardian(session, survivor, guardian)
        for guardian in list_guardians(session, survivor.id)
    ]
    plain = plain_name(text)
    parts = {part for name in names for part in plain_name(name).split() if len(part) >= SHORTEST}
    numbers = {plain_number(n) for n in [identity.national_id, *_NUMBER.findall(identity.contact)]}
    figures = plain_number(text)
    return any(_is_in(part, plain) for part in parts) or any(
        number in figures for number in numbers if len(number) >= SHORTEST_NUMBER
    )


def _is_in(part: str, text: str) -> bool:
    # Thai writes no spaces between words; Latin names count as whole words only.
    if part.isascii():
        return re.search(rf"\b{re.escape(part)}\b", text) is not None
    return part in text
