"""Stripe's test cards (page "Test card numbers"); no other number is ever accepted or kept."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any


@dataclass(frozen=True)
class Card:
    """`outcome` is succeed, challenge (3-D Secure), or the code of a decline.

    `is_saved`: it can be kept for later although a charge is declined. `asks_each_time`: its
    bank wants to ask the donor at every payment, so a renewal is declined. `risk` is Radar's
    level. `then`: what happens to a charge a moment later, by its name in `errands`. `refunds`:
    a refund is taken now, later (slow), or sent back after it was taken (fail).
    """

    number: str
    brand: str
    outcome: str
    country: str = "US"
    decline_code: str | None = None
    funding: str = "credit"
    is_saved: bool = False
    asks_each_time: bool = False
    risk: str = "normal"
    then: str | None = None
    refunds: str = "now"
    is_available_at_once: bool = False

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
        Card("4000000000000077", "visa", "succeed", is_available_at_once=True),
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
        Card("4000000000009235", "visa", "succeed", risk="elevated", then="review"),
        Card("4000000000004954", "visa", "succeed", risk="highest"),
        Card(
            "4100000000000019", "visa", "card_declined", decline_code="fraudulent", risk="highest"
        ),
        Card("4000000000000259", "visa", "succeed", then="dispute"),
        Card("4000000000002685", "visa", "succeed", then="dispute_not_received"),
        Card("4000000000001976", "visa", "succeed", then="inquire"),
        Card("4000000000005423", "visa", "succeed", then="warn"),
        Card("4000000404000079", "visa", "succeed", then="dispute_twice"),
        Card("4000000000007726", "visa", "succeed", refunds="slow"),
        Card("4000000000005126", "visa", "succeed", refunds="fail"),
    )
}

_PLAIN = CARDS["4242424242424242"]


def card_of(doc: Mapping[str, Any]) -> Card:
    """The test card behind a payment method or a charge; a plain one for any other method."""
    return CARDS.get(doc.get("_number") or "", _PLAIN)


DECLINE_MESSAGES = {
    "generic_decline": "Your card was declined.",
    "authentication_required": "Your card was declined. This transaction requires authentication.",
    "expired_card": "Your card has expired.",
    "fraudulent": "Your card was declined.",
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
