"""Stripe's test cards (page "Test card numbers"); no other number is ever accepted or kept."""

import hashlib
import re
from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Card:
    """`outcome` is succeed, challenge (3-D Secure), or the code of a decline.

    `is_saved`: it can be kept for later although a charge is declined. `asks_each_time`: its
    bank wants to ask the donor at every payment, so a renewal is declined.
    """

    number: str
    brand: str
    outcome: str
    country: str = "US"
    decline_code: str | None = None
    funding: str = "credit"
    is_saved: bool = False
    asks_each_time: bool = False

    @property
    def last4(self) -> str:
        return self.number[-4:]

    def fingerprint(self, account_id: str) -> str:
        return hashlib.sha256(f"{account_id}:{self.number}".encode()).hexdigest()[:16]

    def issued_in(self, country: str) -> "Card":
        return replace(self, country=country)


CARDS = {
    card.number: card
    for card in (
        Card("4242424242424242", "visa", "succeed"),
        Card("4000000000000077", "visa", "succeed"),
        Card("4000005540000008", "visa", "succeed", country="NZ"),
        Card("4000007640000003", "visa", "succeed", country="TH"),
        Card("5555555555554444", "mastercard", "succeed"),
        Card("4000000000000002", "visa", "card_declined", decline_code="generic_decline"),
        Card("4000000000009995", "visa", "card_declined", decline_code="insufficient_funds"),
        Card(
            "4000000000000341",
            "visa",
            "card_declined",
            decline_code="generic_decline",
            is_saved=True,
        ),
        Card("4000000000003220", "visa", "challenge", asks_each_time=True),
        Card("4000002500003155", "visa", "challenge", country="FR"),
    )
}

DECLINE_MESSAGES = {
    "generic_decline": "Your card was declined.",
    "authentication_required": "Your card was declined. This transaction requires authentication.",
    "expired_card": "Your card has expired.",
    "insufficient_funds": "Your card has insufficient funds.",
}


def is_card_number(digits: str) -> bool:
    """Whether the check digit fits (Luhn, ISO/IEC 7812-1)."""
    if not re.fullmatch(r"\d{12,19}", digits):
        return False
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (1 + place % 2)
        total += value - 9 if value > 9 else value
    return total % 10 == 0
