"""What happens to a call besides its answer: counted, limited, kept waiting, refused as a twin.

Kept in memory: a restart of the twin forgets it, as nobody asks for yesterday's rate.
"""

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from .errors import StripeError

# Stripe page "Rate limits": calls a second of a whole account; an endpoint has the same in both.
ACCOUNT_LIMITS = {"sandbox": 25, "live": 100}
ENDPOINT_LIMIT = 25


class Calls:
    """How often each endpoint was called, refused calls included."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts: Counter[str] = Counter()

    def add(self, endpoint: str) -> None:
        with self._lock:
            self._counts[endpoint] += 1

    def read(self) -> dict[str, int]:
        with self._lock:
            return dict(sorted(self._counts.items()))

    def clear(self) -> None:
        with self._lock:
            self._counts.clear()


@dataclass
class _Bucket:
    """Holds a second's worth of calls and is filled at the same rate."""

    left: float
    filled_at: float

    def fill(self, a_second: int, now: float) -> None:
        since = max(0.0, now - self.filled_at)
        self.left = min(float(a_second), self.left + since * a_second)
        self.filled_at = now


class Limits:
    """Stripe page "Rate limits": so many calls a second for an account, and for an endpoint."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._buckets: dict[tuple[str, str], _Bucket] = {}

    def take(self, kind: str, account_id: str, endpoint: str) -> None:
        """Raises StripeError 429 when either has no call left; `kind` is off, sandbox or live."""
        if kind == "off":
            return
        with self._lock:
            whole = self._filled((account_id, ""), ACCOUNT_LIMITS[kind])
            part = self._filled((account_id, endpoint), ENDPOINT_LIMIT)
            reason = None
            if whole.left < 1:
                reason = "global-rate"
            elif part.left < 1:
                reason = "endpoint-rate"
            else:
                whole.left -= 1
                part.left -= 1
        if reason is not None:
            raise StripeError(
                "Request rate limit exceeded. Learn more about rate limits here"
                " https://stripe.com/docs/rate-limits.",
                status=429,
                code="rate_limit",
                headers={"Stripe-Rate-Limited-Reason": reason},
            )

    def _filled(self, name: tuple[str, str], a_second: int) -> _Bucket:
        now = self._clock()
        bucket = self._buckets.setdefault(name, _Bucket(a_second, now))
        bucket.fill(a_second, now)
        return bucket

    def clear(self) -> None:
        with self._lock:
            self._buckets.clear()


@dataclass
class _Hold:
    endpoint: str
    left: int
    released: threading.Event = field(default_factory=threading.Event)
    waiting: int = 0


class Holds:
    """Answers that are ready and not given until somebody says so."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._holds: list[_Hold] = []

    def add(self, endpoint: str, count: int) -> None:
        """Keep the next `count` answers of calls like `GET /v1/refunds/*` (a shell pattern)."""
        with self._lock:
            self._holds.append(_Hold(endpoint, count))

    def wait(self, method: str, path: str) -> None:
        """Returns at once for a call that nobody holds."""
        with self._lock:
            hold = next((h for h in self._holds if h.left > 0 and _fits(h, method, path)), None)
            if hold is None:
                return
            hold.left -= 1
            hold.waiting += 1
        hold.released.wait()
        with self._lock:
            hold.waiting -= 1

    def count_waiting(self) -> int:
        with self._lock:
            return sum(hold.waiting for hold in self._holds)

    def release(self) -> None:
        """Give every answer that is kept, and keep no more."""
        with self._lock:
            for hold in self._holds:
                hold.left = 0
                hold.released.set()
            self._holds = [hold for hold in self._holds if hold.waiting]


def _fits(hold: _Hold, method: str, path: str) -> bool:
    return fnmatchcase(f"{method} {path}", hold.endpoint) or fnmatchcase(path, hold.endpoint)


class Faults:
    """Calls that Stripe answers with its own error; an idempotency key keeps that answer too."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._faults: list[tuple[str, bool]] = []

    def add(self, endpoint: str, *, is_done: bool) -> None:
        """The next call like `POST /v1/refunds` fails; `is_done`: after it was acted on."""
        with self._lock:
            self._faults.append((endpoint, is_done))

    def take(self, method: str, path: str) -> bool | None:
        """Whether this call is acted on before it fails; None if it does not fail."""
        with self._lock:
            for place, (endpoint, is_done) in enumerate(self._faults):
                if fnmatchcase(f"{method} {path}", endpoint):
                    del self._faults[place]
                    return is_done
        return None

    def clear(self) -> None:
        with self._lock:
            self._faults.clear()


class KeysInUse:
    """Idempotency keys whose first call has not been answered yet."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._keys: set[tuple[str, str]] = set()

    @contextmanager
    def taken(self, account_id: str, key: str) -> Iterator[None]:
        """Raises StripeError 409 while another call with this key is under way."""
        name = (account_id, key)
        with self._lock:
            if name in self._keys:
                raise StripeError(
                    "There is currently another in-progress request using this"
                    " Stripe-Idempotency-Key (that probably means you submitted twice, and the"
                    f" other request is still going through): {key}. Please try again later.",
                    status=409,
                    kind="idempotency_error",
                    code="idempotency_key_in_use",
                    is_validation=True,
                )
            self._keys.add(name)
        try:
            yield
        finally:
            with self._lock:
                self._keys.remove(name)
