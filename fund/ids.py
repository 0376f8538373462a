"""Identifiers: UUIDv7 for rows (they sort by time), case codes for survivors."""

import secrets
from uuid import UUID

from uuid_utils.compat import uuid7

# No 0/O, 1/I/L: a code is read aloud, typed on a phone and copied from paper.
CASE_ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"


def new_id() -> UUID:
    """A new UUIDv7."""
    return uuid7()


def new_case_code() -> str:
    """A random case code such as `LF-7K3Q-2M`; its last character checks the five before it."""
    body = "".join(secrets.choice(CASE_ALPHABET) for _ in range(5))
    return _format(body + check_character(body))


def is_case_code(text: str) -> bool:
    """Whether `text` is a well-formed case code whose check character agrees."""
    return find_case_code(text) is not None


def find_case_code(text: str) -> str | None:
    """The code that a person meant, however they typed it; None if a character is wrong."""
    plain = "".join(text.upper().split()).replace("-", "").removeprefix("LF")
    if (
        len(plain) == 6
        and all(character in CASE_ALPHABET for character in plain)
        and check_character(plain[:5]) == plain[5]
    ):
        return _format(plain)
    return None


def check_character(body: str) -> str:
    """The character of the alphabet that checks `body`, up to thirty of them."""
    # The alphabet has 31 characters, a prime: the weights catch every single wrong character
    # and every swap of two neighbours.
    total = sum((place + 1) * CASE_ALPHABET.index(char) for place, char in enumerate(body))
    return CASE_ALPHABET[total % len(CASE_ALPHABET)]


def _format(plain: str) -> str:
    return f"LF-{plain[:4]}-{plain[4:]}"
