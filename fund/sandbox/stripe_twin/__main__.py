"""Serve the twin until told to stop: `python -m fund.sandbox.stripe_twin`."""

import logging
import signal
import threading
from types import FrameType

from werkzeug.serving import WSGIRequestHandler, make_server

from fund.sandbox import refuse_production

from .app import create_app
from .clockwork import Clockwork
from .config import from_environment
from .delivery import Deliverer
from .state import Store
from .world import World

_log = logging.getLogger("stripe_twin")


class _QuietHandler(WSGIRequestHandler):
    """Speaks HTTP/1.1, as Stripe does, and writes no line a request."""

    protocol_version = "HTTP/1.1"

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        _log.debug("%s %s %s", self.requestline, code, size)


def main() -> None:
    refuse_production()
    logging.basicConfig(level=logging.INFO, format="stripe-twin  %(message)s")
    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    settings = from_environment()
    store = Store(settings.state)
    twin = World(settings, store)
    deliverers = [Deliverer(store, account, twin.now) for account in settings.accounts]
    clockwork = Clockwork(twin)
    threads: list[Deliverer | Clockwork] = [*deliverers, clockwork]

    def wake() -> None:
        for deliverer in deliverers:
            deliverer.wake()

    store.after_commit = wake
    server = make_server(
        settings.host,
        settings.port,
        create_app(twin),
        threaded=True,
        request_handler=_QuietHandler,
    )

    def stop(_signal: int, _frame: FrameType | None) -> None:
        # `shutdown` waits for the loop that this very thread runs, so another must ask.
        threading.Thread(target=server.shutdown).start()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    for thread in threads:
        thread.start()
    _log.info("practice Stripe on %s", settings.base_url)
    server.serve_forever(poll_interval=0.1)
    for thread in threads:
        thread.stop()
    for thread in threads:
        thread.join(timeout=0.5)
    store.close()


if __name__ == "__main__":
    main()
