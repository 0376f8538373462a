"""The connection to Stripe: one client an office, and how every call is made."""

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from typing import Any

import stripe

from config.settings import StripeKeys
from fund.errors import Refused, Unavailable

API_VERSION = "2026-10-28.endive"
TIMEOUT_SECONDS = 8
CALLS_AT_ONCE = 8
PAGE = 100

Doc = dict[str, Any]

_clients: dict[str, stripe.StripeClient] = {}
_keys: Mapping[str, StripeKeys] = {}
_base_url = ""
_places = threading.BoundedSemaphore(CALLS_AT_ONCE)


def init(
    keys: Mapping[str, StripeKeys],
    api_base: str | None,
    base_url: str,
    *,
    http_client: stripe.HTTPClient | None = None,
) -> None:
    """One client an office; `api_base` points to the twin in practice, `base_url` back to us.

    `http_client` carries the calls; without one, real HTTP with our patience.
    """
    global _keys, _base_url
    _keys, _base_url = keys, base_url
    _clients.clear()
    for office, pair in keys.items():
        _clients[office] = stripe.StripeClient(
            pair.api_key,
            stripe_version=API_VERSION,
            max_network_retries=0,  # a job tries again; a donor is not kept waiting
            http_client=http_client or stripe.RequestsClient(timeout=TIMEOUT_SECONDS),
            base_addresses={"api": api_base} if api_base else {},
        )


def list_office_codes() -> list[str]:
    """The offices whose Stripe account this service can reach."""
    return sorted(_clients)


def check(office: str) -> str:
    """The id of the office's account, if its key is taken."""
    return str(call(office, lambda client: client.v1.accounts.retrieve_current())["id"])


def keys_of(office: str) -> StripeKeys | None:
    """The office's keys; None if it has none here."""
    return _keys.get(office)


def back_to(path: str) -> str:
    """The address of one of our own pages, for Stripe to send a donor to."""
    return _base_url + path


def list_all(office: str, path: str, filters: Doc) -> Iterator[Doc]:
    """Everything that a list holds; one call for each hundred, the caller reads to the end.

    Read as it comes: the library would make an object of every part of every line, which takes
    longer than all that is done with them.
    """
    page: Doc = filters | {"limit": PAGE}
    while True:
        answer = call(office, partial(_read_page, path, page))
        yield from answer["data"]
        if not answer["has_more"]:
            return
        page = page | {"starting_after": answer["data"][-1]["id"]}


class KeptError(Unavailable):
    """Stripe failed, and keeps that answer for a day under the idempotency key: whether it acted
    before it failed is not known."""


def create(office: str, key: str, make: Callable[[stripe.StripeClient, Any], Any]) -> Doc:
    """Make something that does no harm if it is made twice and known once; the same call with the
    same `key` gives the same thing. Raises as `call`."""
    try:
        return call(office, lambda client: make(client, {"idempotency_key": key}))
    except KeptError:
        return call(office, lambda client: make(client, {"idempotency_key": f"{key}:again"}))


def call(office: str, ask: Callable[[stripe.StripeClient], Any]) -> Doc:
    """What Stripe answers, as a plain dict. Raises Unavailable, Refused(`stripe_refused`)."""
    client = _clients.get(office)
    if client is None:
        raise Unavailable("stripe_not_set_up")
    with _place():
        try:
            told = ask(client)
            answer: Doc = told if isinstance(told, dict) else told.to_dict()
        except (stripe.InvalidRequestError, stripe.CardError, stripe.IdempotencyError) as error:
            raise Refused("stripe_refused", reason=error.code or "refused") from error
        except stripe.StripeError as error:
            if error.http_status == 500 and "Idempotent-Replayed" in (error.headers or {}):
                raise KeptError("stripe_unavailable") from error
            # Too many calls, or the same one still under way elsewhere: both pass by waiting.
            is_busy = error.http_status in (409, 429)
            raise Unavailable("stripe_busy" if is_busy else "stripe_unavailable") from error
    return answer


def _read_page(path: str, page: Doc, client: stripe.StripeClient) -> Doc:
    answer: Doc = client.raw_request("get", path, **page).data
    return answer


@contextmanager
def _place() -> Iterator[None]:
    if not _places.acquire(blocking=False):
        raise Unavailable("stripe_busy")
    try:
        yield
    finally:
        _places.release()
