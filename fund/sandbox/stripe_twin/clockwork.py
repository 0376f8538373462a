"""What happens by itself: errands that are due, sessions that expire, payouts on their day."""

import logging
import threading

from . import disputing, paying_out, refunding
from .billing import cycle
from .errands import ACTS
from .errors import StripeError
from .resources import checkout_sessions
from .state import Page
from .world import World

_TICK_SECONDS = 0.25
_SLOW_EVERY_TICKS = 40
_DAY_SECONDS = 86_400
_log = logging.getLogger(__name__)


class Clockwork(threading.Thread):
    def __init__(self, twin: World) -> None:
        super().__init__(name="clockwork", daemon=True)
        self._twin = twin
        self._store = twin.store
        self._accounts = twin.settings.accounts
        self._stopping = threading.Event()

    def stop(self) -> None:
        self._stopping.set()

    def run(self) -> None:
        ticks = 0
        while not self._stopping.wait(_TICK_SECONDS):
            try:
                self.run_errands()
                if ticks % _SLOW_EVERY_TICKS == 0:
                    self.close_the_day()
            except Exception:
                # One bad errand must not end practice deliveries for the rest of the day.
                _log.exception("clockwork")
            ticks += 1

    def run_errands(self) -> None:
        """What was promised for now or earlier."""
        with self._store.transaction():
            for errand in self._store.take_errands(self._twin.now()):
                scope = self._twin.scope(self._twin.account(errand["account"]))
                try:
                    with self._store.savepoint():
                        ACTS[errand["act"]](scope, errand["subject"])
                except StripeError as error:
                    # Somebody was quicker: the refund was made to fail, the charge disputed.
                    _log.debug("%s %s: %s", errand["act"], errand["subject"], error)

    def close_the_day(self) -> None:
        """What a day's end brings: sessions expire, renewals are due, payouts leave and arrive."""
        self._expire_sessions()
        self._look_again()
        self._bill()
        self._pay_out()

    def _expire_sessions(self) -> None:
        for account in self._accounts:
            with self._store.transaction():
                scope = self._twin.scope(account)
                oldest = Page(limit=100, created_lte=scope.now, filters={"status": "open"})
                for session in self._store.list_page(account.id, "checkout.session", oldest)[0]:
                    if session["expires_at"] <= scope.now:
                        checkout_sessions.expire(scope, session)

    def _bill(self) -> None:
        """Subscriptions on the account's own time; test clocks are moved by hand."""
        for account in self._accounts:
            with self._store.transaction():
                cycle.run_due(self._twin.scope(account))

    def _pay_out(self) -> None:
        """Stripe's daily schedule, where the switch asks for it."""
        if not self._store.switches()["automatic_payouts"]:
            return
        for account in self._accounts:
            with self._store.transaction():
                scope = self._twin.scope(account)
                paying_out.look_again(scope, _DAY_SECONDS)

    def _look_again(self) -> None:
        """Refunds and disputes whose hour has come."""
        for account in self._accounts:
            with self._store.transaction():
                scope = self._twin.scope(account)
                refunding.look_again(scope)
                disputing.look_again(scope)
