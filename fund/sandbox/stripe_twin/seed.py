"""History for the demo world: gifts and payouts of the past, of which nobody is told."""

from collections.abc import Sequence
from dataclasses import replace

from . import paying_out
from .cards import CARDS, Card
from .expand import expanded
from .params import email, fields, integer, items, metadata, text
from .payments import pay_by_card
from .resources.checkout_sessions import new_session
from .resources.payment_methods import Payer
from .scope import Scope
from .state import Doc

GIFTS = items(
    fields(
        required=("amount", "currency", "created", "client_reference_id"),
        amount=integer(1),
        currency=text(3),
        created=integer(1),
        client_reference_id=text(200),
        email=email,
        name=text(200),
        card_country=text(2),
        metadata=metadata,
        payment_intent_metadata=metadata,
        description=text(1000),
        locale=text(8),
    ),
    at_most=20_000,
)

_WEEK_SECONDS = 7 * 86_400
_CARD = CARDS["4242424242424242"]


def seed_gifts(scope: Scope, gifts: Sequence[Doc]) -> list[Doc]:
    """A completed session a gift, in their order; one already seeded is found, not made again."""
    return [
        expanded(scope, _seeded(scope, gift), ["payment_intent.latest_charge.balance_transaction"])
        for gift in gifts
    ]


def _seeded(scope: Scope, gift: Doc) -> Doc:
    known = scope.store.find_session_by_reference(scope.account.id, gift["client_reference_id"])
    if known is not None:
        return known
    then = replace(scope, now=min(gift["created"], scope.now), is_quiet=True)
    line = {
        "price_data": {
            "currency": gift["currency"],
            "unit_amount": gift["amount"],
            "product_data": {"name": gift.get("description", "Gift")},
        },
        "quantity": 1,
    }
    session = new_session(
        then,
        {
            "mode": "payment",
            "success_url": f"{scope.base_url}/",
            "client_reference_id": gift["client_reference_id"],
            "line_items": [line],
            "locale": gift.get("locale", "en"),
            "metadata": gift.get("metadata", {}),
            "payment_intent_data": {
                "description": gift.get("description", "Gift"),
                "metadata": gift.get("payment_intent_metadata", gift.get("metadata", {})),
            },
        },
    )
    payer = Payer(email=gift.get("email"), name=gift.get("name"))
    pay_by_card(then, session, payer, _card(gift, scope.account.country))
    return session


def _card(gift: Doc, home: str) -> Card:
    return _CARD.issued_in(gift.get("card_country", home).upper())


def seed_payouts(scope: Scope, until: int) -> list[Doc]:
    """A payout a week of what was available then, arrived two days later, up to `until`."""
    made: list[Doc] = []
    unpaid = scope.store.list_unpaid_transactions(scope.account.id, until)
    moment = unpaid[0]["available_on"] + _WEEK_SECONDS if unpaid else until + 1
    while moment <= until:
        then = replace(scope, now=moment, is_quiet=True)
        due = scope.store.list_unpaid_transactions(scope.account.id, moment)
        if sum(transaction["net"] for transaction in due) > 0:
            payout = paying_out.pay_out(then)
            if payout["arrival_date"] <= scope.now:
                paying_out.arrive(then, payout["id"])
                payout = scope.get("payout", payout["id"], param="payout")
            made.append(payout)
        moment += _WEEK_SECONDS
    return [expanded(scope, payout, []) for payout in made]
