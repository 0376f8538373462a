"""What this room's tests share."""

import socket
from collections.abc import Callable, Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller

from fund.gateways import mail
from fund.sandbox.mailbox import Keeper, list_mails


@pytest.fixture
def mailbox(app, tmp_path: Path) -> Iterator[Callable[[], list[EmailMessage]]]:
    """A real mail server on loopback; what it took so far."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    controller = Controller(Keeper(tmp_path), hostname="127.0.0.1", port=port)
    controller.start()
    mail.init(f"smtp://127.0.0.1:{port}")
    yield lambda: [message for _, message in list_mails(tmp_path)]
    controller.stop()
    mail.init(app.config["SETTINGS"].smtp_url)
