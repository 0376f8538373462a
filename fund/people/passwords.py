"""Passwords: argon2id with the parameters of RFC 9106 §4 (second choice), and which are refused."""

import re
import unicodedata
from functools import lru_cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from fund.errors import Refused

SHORTEST, LONGEST = 12, 200

# Stems that people repeat or decorate until a password is long enough.
COMMON = (
    "password",
    "passwort",
    "qwerty",
    "qwertyuiop",
    "asdfghjkl",
    "iloveyou",
    "letmein",
    "welcome",
    "administrator",
    "admin",
    "liftinternational",
    "lifefund",
    "liftlifefund",
    "thailand",
    "bangkok",
    "abc",
    "abcdefghijkl",
    "รหัสผ่าน",
)

_hasher = PasswordHasher()


def hash_password(password: str) -> str:
    """The argon2id hash that `verify` takes."""
    return _hasher.hash(_normal(password))


def verify(password_hash: str | None, password: str) -> bool:
    """Whether they belong together. Without a hash it takes as long, and says no."""
    try:
        matches = _hasher.verify(password_hash or _nobodys_hash(), _normal(password))
    except (VerificationError, InvalidHashError):
        return False
    return matches and password_hash is not None


def is_outdated(password_hash: str) -> bool:
    """Whether the hash was made with weaker parameters than today's."""
    return _hasher.check_needs_rehash(password_hash)


def check_strength(password: str, *, name: str, email: str) -> None:
    """Raise Refused (field `password`) for what is short, common, or made of the person's name."""
    plain = _normal(password).casefold()
    if len(plain) < SHORTEST:
        raise Refused("password_short", field="password", shortest=SHORTEST)
    letters = re.sub(r"[\W\d_]+", "", plain)
    repeats_common = any(letters.replace(stem, "") == "" for stem in COMMON)
    if repeats_common or len(set(plain)) < 5:
        raise Refused("password_common", field="password")
    own_words = f"{name} {email.partition('@')[0]}".casefold()
    own = [part for part in re.split(r"[\s.@_+-]+", own_words) if len(part) > 3]
    if any(part in plain for part in own):
        raise Refused("password_personal", field="password")


def _normal(password: str) -> str:
    # Thai and accented letters come composed from one keyboard and decomposed from another.
    return unicodedata.normalize("NFKC", password)


@lru_cache
def _nobodys_hash() -> str:
    return _hasher.hash("nobody's password")
