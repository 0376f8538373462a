"""A card typed on the hosted page: it pays, or it is kept, as the session's mode says."""

from . import payments, setups
from .cards import Card
from .resources.payment_methods import Payer
from .scope import Scope
from .state import Doc


def try_card(scope: Scope, session: Doc, payer: Payer, card: Card) -> Doc:
    """The payment or setup intent as the try left it."""
    if _keeps_card(session):
        return setups.set_up_by_card(scope, session, payer, card)
    return payments.pay_by_card(scope, session, payer, card)


def finish_challenge(scope: Scope, session: Doc, *, is_passed: bool) -> Doc:
    """The bank's question is answered; the intent as that left it."""
    if _keeps_card(session):
        return setups.finish_challenge(scope, session, is_passed=is_passed)
    return payments.finish_challenge(scope, session, is_passed=is_passed)


def _keeps_card(session: Doc) -> bool:
    """Whether nothing is paid now: in setup mode, or because the subscription begins later."""
    return session["mode"] == "setup" or "_kept_by" in session
