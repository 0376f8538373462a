"""A real SMTP server for tests, and what it got."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest
from aiosmtpd.controller import Controller
from flask import Flask

from fund.gateways import mail
from tests.ports import free_port


@dataclass
class Mailbox:
    """Every mail that was sent, oldest first. While `is_down` the server takes none."""

    mails: list[EmailMessage] = field(default_factory=list)
    is_down: bool = False

    async def handle_DATA(self, server, session, envelope):  # noqa: N802 aiosmtpd's name
        if self.is_down:
            return "451 later"
        self.mails.append(message_from_bytes(envelope.content, policy=policy.default))
        return "250 kept"


@pytest.fixture(scope="session")
def mail_server() -> Iterator[tuple[Mailbox, int]]:
    mailbox = Mailbox()
    controller = Controller(mailbox, hostname="127.0.0.1", port=free_port())
    controller.start()
    yield mailbox, controller.port
    controller.stop()


@pytest.fixture
def mailbox(app: Flask, mail_server: tuple[Mailbox, int]) -> Iterator[Mailbox]:
    """An empty mailbox; the service sends to it."""
    mailbox, port = mail_server
    mailbox.mails.clear()
    mailbox.is_down = False
    mail.init(f"smtp://127.0.0.1:{port}?from=fund@lift.example")
    yield mailbox
    mail.init(app.config["SETTINGS"].smtp_url)
