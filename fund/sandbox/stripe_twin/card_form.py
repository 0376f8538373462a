"""What a donor types about a card, and what is wrong with it before a bank is asked."""

import re
import time
from collections.abc import Iterable, Mapping

from .cards import CARDS, Card, is_card_number
from .resources.payment_methods import Payer

CARD_FIELDS = ("number", "expiry", "cvc", "name")
_EXPIRY = re.compile(r"(0?[1-9]|1[0-2])\s*/?\s*(?:20)?(\d{2})")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


def read(form: Mapping[str, str], names: Iterable[str]) -> dict[str, str]:
    return {name: form.get(name, "").strip() for name in names}


def is_email(address: str) -> bool:
    return bool(_EMAIL.fullmatch(address))


def faults_in(typed: Mapping[str, str], now: int) -> dict[str, str]:
    """The fields that a bank would not even be asked about, each with its text."""
    month, year = _expiry(typed["expiry"])
    today = time.gmtime(now)
    is_right = {
        "email": "email" not in typed or is_email(typed["email"]),
        "number": is_card_number(_digits(typed["number"])),
        "expiry": (year, month) >= (today.tm_year, today.tm_mon),
        "cvc": bool(re.fullmatch(r"\d{3,4}", typed["cvc"])),
        "name": bool(typed["name"]),
    }
    return {name: f"bad_{name}" for name, right in is_right.items() if not right}


def find_card(typed: Mapping[str, str]) -> Card | None:
    """The test card of this number, if it is one."""
    return CARDS.get(_digits(typed["number"]))


def payer_of(typed: Mapping[str, str]) -> Payer:
    month, year = _expiry(typed["expiry"])
    return Payer(typed.get("email"), typed["name"], month, year)


def _digits(number: str) -> str:
    return re.sub(r"[\s-]", "", number)


def _expiry(typed: str) -> tuple[int, int]:
    """Month and year; a year of 0 when it cannot be read."""
    match = _EXPIRY.fullmatch(typed)
    return (int(match[1]), 2000 + int(match[2])) if match else (1, 0)
