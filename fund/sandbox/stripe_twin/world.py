"""The running twin: its settings, its state, its one clock, and the traffic through it."""

import time
from collections.abc import Callable
from typing import Any

from .config import Account, Settings
from .scope import Scope
from .state import Store
from .traffic import Calls, Faults, Holds, KeysInUse, Limits


class World:
    """Kept in `app.extensions["twin"]`; `now` gives seconds since 1970 and may be a test's own."""

    def __init__(
        self, settings: Settings, store: Store, now: Callable[[], float] = time.time
    ) -> None:
        self.settings = settings
        self.store = store
        self.now = now
        self.calls = Calls()
        self.holds = Holds()
        self.faults = Faults()
        self.limits = Limits(now)
        self.keys_in_use = KeysInUse()

    def scope(self, account: Account, **more: Any) -> Scope:
        return Scope(
            self.store,
            account,
            self.settings.base_url,
            **{"now": int(self.now()), "clock": self.now, **more},
        )

    def account(self, account_id: str) -> Account:
        return next(account for account in self.settings.accounts if account.id == account_id)

    def forget(self) -> None:
        """Back to an empty world: objects, switches, counts, limits, answers held."""
        with self.store.transaction():
            self.store.clear()
        self.calls.clear()
        self.limits.clear()
        self.faults.clear()
        self.holds.release()
