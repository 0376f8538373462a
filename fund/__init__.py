"""The LIFT Life Fund: gifts in, requests, decisions, money out, and the proof of it all."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask

    from config.settings import Settings


def create_app(settings: "Settings | None" = None) -> "Flask":
    """Wire the service together. Raises ConfigurationError or RuntimeError if it cannot run."""
    # Imported here, so that importing `fund.money` alone stays cheap and free of cycles.
    from flask import Flask

    from config.settings import ROOT, Settings
    from fund import wiring

    app = Flask(__name__, template_folder=str(ROOT / "templates"))
    wiring.wire(app, settings or Settings.from_environ())
    return app
