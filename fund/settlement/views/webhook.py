"""Stripe's webhook: check, write down, answer; the worker does the rest.

It is answered before Flask is asked. In a burst it is all that this service does, and what Flask
does for a page (its session, its gate, its headers) would take longer than the work itself.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

import structlog
from prometheus_client import Counter
from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.wsgi import get_input_stream

from fund import clock
from fund.db import transaction
from fund.errors import NotFound, where
from fund.gateways import stripe
from fund.settlement.operations import inbox

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

log = structlog.get_logger(__name__)

PATH = "/webhooks/stripe/"
LARGEST_BYTES = 1024 * 1024
REFUSED = Counter(
    "fund_webhooks_refused", "Webhooks that were not Stripe's, or not now", ["reason"]
)
# An office's id and key never change, so they are asked for once.
_desks: dict[str, inbox.Desk] = {}
STATUS = {200: "200 OK", 400: "400 Bad Request", 503: "503 Service Unavailable"}


class Webhooks:
    """Answers POST below `PATH`, and leaves everything else to `app`."""

    def __init__(self, app: "WSGIApplication") -> None:
        self.app = app

    def __call__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        path: str = environ.get("PATH_INFO", "")
        if not path.startswith(PATH) or environ["REQUEST_METHOD"] != "POST":
            return self.app(environ, start_response)
        status = _answer(path.removeprefix(PATH), environ)
        start_response(STATUS[status], [("Content-Length", "0")])
        return [b""]


def _answer(office: str, environ: "WSGIEnvironment") -> int:
    """200 once it is written down, or was before; 400 for what is not Stripe's; 503 if it cannot be
    written down now, so that Stripe sends it again."""
    try:
        payload = get_input_stream(environ, max_content_length=LARGEST_BYTES).read()
        signature: str = environ.get("HTTP_STRIPE_SIGNATURE", "")
        now = clock.now()
        event = stripe.verify_webhook(office, payload, signature, now=now)
        try:
            _keep(office, event, payload, now=now)
        except IntegrityError:  # the office is not the one that we knew: a database was restored
            _desks.clear()
            _keep(office, event, payload, now=now)
    except stripe.BadWebhook as bad:
        return _refuse(bad.reason)
    except NotFound:  # keys without an office: as foreign as a wrong signature
        return _refuse("unknown_office")
    except RequestEntityTooLarge:
        return _refuse("too_large")
    except SQLAlchemyError as error:
        log.error("webhook_not_kept", office=office, **where(error))
        return 503
    return 200


def _keep(office: str, event: stripe.Doc, payload: bytes, *, now: datetime) -> None:
    with transaction() as session:
        desk = _desks.get(office)
        if desk is None:
            desk = _desks[office] = inbox.find_desk(session, office, now=now)
        inbox.receive(session, desk, event, payload, now=now)


def _refuse(reason: str) -> int:
    REFUSED.labels(reason).inc()
    return 400
