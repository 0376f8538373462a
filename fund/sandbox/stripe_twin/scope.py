"""What an operation of the twin works in: one account, one moment, one request."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from .config import API_VERSION, OLD_API_VERSION, Account
from .delivery import enqueue
from .errors import missing
from .ids import new_id
from .state import Doc, Page, Store

_NO_LIMIT = 1_000_000


@dataclass(frozen=True)
class Scope:
    """`now` is the moment of what happens; `clock` tells what time it is in the world outside.

    The two differ for seeded history, which is also quiet: things happen, and nobody is told.
    """

    store: Store
    account: Account
    base_url: str
    now: int
    clock: Callable[[], float]
    request_id: str | None = None
    idempotency_key: str | None = None
    is_quiet: bool = False

    def get(self, kind: str, object_id: str, *, param: str) -> Doc:
        """The object, or StripeError 404 that names `param`; what was deleted is missing."""
        doc = self.store.find(self.account.id, object_id)
        if doc is None or doc["object"] != kind or doc.get("deleted"):
            raise missing(kind.replace(".", " ").replace("_", " "), object_id, param)
        return doc

    def find(self, object_id: str | None) -> Doc | None:
        return None if object_id is None else self.store.find(self.account.id, object_id)

    def list_all(self, kind: str, **filters: Any) -> list[Doc]:
        """Every object whose fields equal `filters`, newest first."""
        page = Page(limit=_NO_LIMIT, filters=filters)
        return self.store.list_page(self.account.id, kind, page)[0]

    def put(self, doc: Doc) -> Doc:
        self.store.put(self.account.id, doc)
        return doc

    def change(self, doc: Doc, event: str | None = None, **changes: Any) -> Doc:
        """Write `changes` into `doc`, and tell what the changed values were before."""
        if not self.is_quiet and self.store.switches()["snapshots_behind"]:
            self.store.keep_version(self.account.id, doc)
        before = {key: doc.get(key) for key in changes if doc.get(key) != changes[key]}
        doc.update(changes)
        self.put(doc)
        if event is not None:
            self.emit(event, doc, previous=before)
        return doc

    def emit(self, event_type: str, doc: Doc, *, previous: Mapping[str, Any] | None = None) -> None:
        """Record an event with a snapshot of `doc`, and queue its delivery."""
        if self.is_quiet:
            return
        switches = self.store.switches()
        behind = int(switches["snapshots_behind"])
        old = self.store.find_version(self.account.id, doc["id"], behind) if behind else None
        data: Doc = {"object": rendered(old or doc, self.now)}
        if previous is not None and event_type.endswith(".updated"):
            data["previous_attributes"] = shown(previous)
        event = {
            "id": new_id("evt"),
            "object": "event",
            "api_version": OLD_API_VERSION if switches["old_api_version"] else API_VERSION,
            "created": self.now,
            "data": data,
            "livemode": False,
            "pending_webhooks": 1,
            "request": {"id": self.request_id, "idempotency_key": self.idempotency_key},
            "type": event_type,
        }
        self.put(event)
        enqueue(self.store, self.account.id, event, self.clock())


def shown(doc: Mapping[str, Any]) -> Doc:
    """Without the twin's private notes, whose names begin with an underscore."""
    return {key: value for key, value in doc.items() if key[:1] != "_"}


def rendered(doc: Doc, now: int) -> Doc:
    """As the API shows it at `now`."""
    public = shown(doc)
    if public["object"] == "balance_transaction":
        public["status"] = "available" if public["available_on"] <= now else "pending"
    return public
