"""Webhooks: signed, posted, retried, and remembered across restarts (Stripe page "Webhooks")."""

import hashlib
import hmac
import http.client
import json
import threading
import time
from typing import Any
from urllib.parse import urlsplit

from .config import Account
from .state import Doc, Store

_BACK_OFF_SECONDS = (1, 3, 10, 30, 60)
_GIVE_UP_AFTER_SECONDS = 3 * 24 * 3600
_TIMEOUT_SECONDS = 10
_REORDER_WINDOW_SECONDS = 1


def enqueue(store: Store, account_id: str, event: Doc) -> None:
    """Queue an event as the switches say: twice, late, newest first, or not at all."""
    switches = store.switches()
    now = time.time()
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
                "status": "dropped" if switches["drop"] else "pending",
            },
        )


def signature(secret: str, body: bytes, now: int) -> str:
    """The `Stripe-Signature` header (scheme v1: HMAC-SHA256 over `t.body`)."""
    digest = hmac.new(secret.encode(), b"%d." % now + body, hashlib.sha256).hexdigest()
    return f"t={now},v1={digest}"


class Deliverer(threading.Thread):
    """Posts one account's events, one at a time, until told to stop."""

    def __init__(self, store: Store, account: Account) -> None:
        super().__init__(name=f"deliver-{account.id}", daemon=True)
        self._store = store
        self._account = account
        self._woken = threading.Event()
        self._is_stopping = False

    def wake(self) -> None:
        self._woken.set()

    def stop(self) -> None:
        self._is_stopping = True
        self._woken.set()

    def run(self) -> None:
        while not self._is_stopping:
            self._woken.clear()
            while not self._is_stopping and self._deliver_next():
                pass
            self._woken.wait(timeout=0.25)

    def _deliver_next(self) -> bool:
        due = self._store.execute(
            """SELECT d.*, o.doc FROM delivery d
               JOIN object o ON o.account = d.account AND o.id = d.event
               WHERE d.account = :account AND d.status = 'pending' AND d.due_at <= :now
               ORDER BY d.due_at, d.rank LIMIT 1""",
            {"account": self._account.id, "now": time.time()},
        )
        if not due:
            return False
        answer, is_taken = self._post(json.loads(due[0]["doc"]))
        self._record(due[0], answer, is_taken=is_taken)
        return True

    def _post(self, event: Doc) -> tuple[str, bool]:
        body = json.dumps(event, indent=2, ensure_ascii=False).encode()
        target = urlsplit(self._account.webhook_url)
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "User-Agent": "Stripe/1.0 (practice twin)",
            "Stripe-Signature": signature(self._account.webhook_secret, body, int(time.time())),
        }
        connection = http.client.HTTPConnection(
            target.hostname or "", target.port or 80, timeout=_TIMEOUT_SECONDS
        )
        try:
            connection.request("POST", target.path or "/", body, headers)
            status = connection.getresponse().status
        except (OSError, http.client.HTTPException) as error:
            return type(error).__name__, False
        finally:
            connection.close()
        return str(status), 200 <= status < 300

    def _record(self, delivery: Any, answer: str, *, is_taken: bool) -> None:
        now = time.time()
        attempts = delivery["attempts"] + 1
        pause = _BACK_OFF_SECONDS[min(attempts, len(_BACK_OFF_SECONDS)) - 1]
        is_over = now - delivery["created_at"] > _GIVE_UP_AFTER_SECONDS
        status = "delivered" if is_taken else "failed" if is_over else "pending"
        self._store.execute(
            """UPDATE delivery SET attempts = :attempts, status = :status, answer = :answer,
                      due_at = :due_at WHERE seq = :seq""",
            {
                "attempts": attempts,
                "status": status,
                "answer": answer,
                "due_at": now + pause,
                "seq": delivery["seq"],
            },
        )
