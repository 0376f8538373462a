"""Webhooks: signed, posted, retried, and remembered across restarts (Stripe page "Webhooks")."""

import hashlib
import hmac
import http.client
import json
import secrets
import sqlite3
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from fnmatch import fnmatchcase
from urllib.parse import urlsplit

from .config import Account
from .state import Doc, Store

MOST_AT_ONCE = 16
_A_ROUND = 25
_BACK_OFF_SECONDS = (1, 3, 10, 30, 60)
_GIVE_UP_AFTER_SECONDS = 3 * 24 * 3600
_TIMEOUT_SECONDS = 10
_REORDER_WINDOW_SECONDS = 1


def enqueue(store: Store, account_id: str, event: Doc, now: float) -> None:
    """Queue an event as the switches say: twice, late, newest first, or not at all."""
    switches = store.switches()
    due_at = now + float(switches["delay"])
    if switches["reorder"]:
        # All events of one window share a due time, so that the rank alone orders them.
        due_at = float(int(due_at) + 1 + _REORDER_WINDOW_SECONDS)
    for _ in range(2 if switches["duplicate"] else 1):
        store.execute(
            """INSERT INTO delivery (account, event, type, created_at, due_at, rank, status)
               SELECT :account, :event, :type, :now, :due_at,
                      :direction * (SELECT coalesce(max(seq), 0) + 1 FROM delivery), :status""",
            {
                "account": account_id,
                "event": event["id"],
                "type": event["type"],
                "now": now,
                "due_at": due_at,
                "direction": -1 if switches["reorder"] else 1,
                "status": "dropped" if _is_dropped(switches, event["type"]) else "pending",
            },
        )


def _is_dropped(switches: Doc, event_type: str) -> bool:
    """All of them, or a share in a hundred of some types (shell patterns, a comma between)."""
    if switches["drop"]:
        return True
    named = any(fnmatchcase(event_type, name) for name in switches["drop_types"].split(","))
    return named and secrets.randbelow(100) < int(switches["drop_share"])


def list_due(store: Store, account_id: str, now: float, limit: int) -> list[sqlite3.Row]:
    """Deliveries whose time has come, in their order, each with its event in `doc`."""
    return store.execute(
        """SELECT d.*, o.doc FROM delivery d
           JOIN object o ON o.account = d.account AND o.id = d.event
           WHERE d.account = :account AND d.status = 'pending' AND d.due_at <= :now
           ORDER BY d.due_at, d.rank LIMIT :limit""",
        {"account": account_id, "now": now, "limit": limit},
    )


def is_pending(store: Store, seq: int) -> bool:
    found = store.execute(
        "SELECT 1 FROM delivery WHERE seq = :seq AND status = 'pending'", {"seq": seq}
    )
    return bool(found)


def record_attempt(
    store: Store, delivery: sqlite3.Row, answer: str, now: float, *, is_taken: bool
) -> None:
    """What the receiver answered; what it did not take comes again later."""
    attempts = delivery["attempts"] + 1
    pause = _BACK_OFF_SECONDS[min(attempts, len(_BACK_OFF_SECONDS)) - 1]
    is_over = now - delivery["created_at"] > _GIVE_UP_AFTER_SECONDS
    store.execute(
        """UPDATE delivery SET attempts = :attempts, status = :status, answer = :answer,
                  due_at = :due_at WHERE seq = :seq""",
        {
            "attempts": attempts,
            "status": "delivered" if is_taken else "failed" if is_over else "pending",
            "answer": answer,
            "due_at": now + pause,
            "seq": delivery["seq"],
        },
    )


def signed(account: Account, event: Doc, now: float) -> tuple[bytes, dict[str, str]]:
    """The body and the headers of a webhook."""
    body = json.dumps(event, ensure_ascii=False).encode()
    return body, {
        "Content-Type": "application/json; charset=utf-8",
        "User-Agent": "Stripe/1.0 (practice twin)",
        "Stripe-Signature": signature(account, body, int(now)),
    }


def signature(account: Account, body: bytes, now: int) -> str:
    """The `Stripe-Signature` header (scheme v1: HMAC-SHA256 over `t.body`), once a secret."""
    signed_at = b"%d." % now + body
    digests = [
        hmac.new(secret.encode(), signed_at, hashlib.sha256).hexdigest()
        for secret in (account.webhook_secret, account.old_webhook_secret)
        if secret
    ]
    return ",".join([f"t={now}", *(f"v1={digest}" for digest in digests)])


class _Line:
    """One kept connection to the receiver."""

    def __init__(self, url: str) -> None:
        target = urlsplit(url)
        self._path = target.path or "/"
        self._connection = http.client.HTTPConnection(
            target.hostname or "", target.port or 80, timeout=_TIMEOUT_SECONDS
        )

    def post(self, body: bytes, headers: dict[str, str]) -> tuple[str, bool]:
        """What was answered, and whether that is a yes."""
        is_reused = self._connection.sock is not None
        try:
            return self._post(body, headers)
        except (OSError, http.client.HTTPException) as error:
            self.close()
            # A server may end a connection that was idle, at the very moment of its next use.
            if is_reused and isinstance(error, ConnectionError):
                return self.post(body, headers)
            return type(error).__name__, False

    def _post(self, body: bytes, headers: dict[str, str]) -> tuple[str, bool]:
        self._connection.request("POST", self._path, body, headers)
        response = self._connection.getresponse()
        response.read()
        return str(response.status), 200 <= response.status < 300

    def close(self) -> None:
        self._connection.close()


class Deliverer(threading.Thread):
    """Posts one account's events until told to stop.

    One at a time and in order, or as many at once as the switch says, and then in any order.
    """

    def __init__(self, store: Store, account: Account, clock: Callable[[], float]) -> None:
        super().__init__(name=f"deliver-{account.id}", daemon=True)
        self._store = store
        self._account = account
        self._clock = clock
        self._lines = [_Line(account.webhook_url) for _ in range(MOST_AT_ONCE)]
        self._woken = threading.Event()
        self._is_stopping = False

    def wake(self) -> None:
        self._woken.set()

    def stop(self) -> None:
        self._is_stopping = True
        self._woken.set()

    def run(self) -> None:
        with ThreadPoolExecutor(MOST_AT_ONCE, thread_name_prefix=self.name) as pool:
            while not self._is_stopping:
                self._woken.clear()
                while not self._is_stopping and self._deliver_some(pool):
                    pass
                self._woken.wait(timeout=0.25)
        for line in self._lines:
            line.close()

    def _deliver_some(self, pool: ThreadPoolExecutor) -> bool:
        at_once = int(self._store.switches()["deliveries_at_once"])
        due = list_due(self._store, self._account.id, self._clock(), at_once * _A_ROUND)
        shares = [due[place::at_once] for place in range(min(at_once, len(due)))]
        list(pool.map(self._deliver, self._lines, shares))
        return bool(due)

    def _deliver(self, line: _Line, deliveries: Sequence[sqlite3.Row]) -> None:
        for delivery in deliveries:
            if self._is_stopping:
                return
            if not is_pending(self._store, delivery["seq"]):
                continue  # the world was emptied meanwhile
            body, headers = signed(self._account, json.loads(delivery["doc"]), self._clock())
            answer, is_taken = line.post(body, headers)
            record_attempt(self._store, delivery, answer, self._clock(), is_taken=is_taken)
