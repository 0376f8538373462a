"""The practice world's mail server: takes every mail by SMTP and keeps it in `var/mail`."""

import signal
import threading
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from urllib.parse import urlsplit
from uuid import UUID

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from config.settings import VAR, Settings
from fund import ids
from fund.sandbox import refuse_production

MAILS = VAR / "mail"


class Keeper:
    """Writes each mail to a file whose name sorts by time."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    async def handle_DATA(  # noqa: N802 aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        self.folder.mkdir(parents=True, exist_ok=True)
        name = f"{ids.new_id()}.eml"
        part = self.folder / f".{name}"
        part.write_bytes(bytes(envelope.original_content or b""))
        part.rename(self.folder / name)
        return "250 kept"


def list_mails(folder: Path | None = None, limit: int = 100) -> list[tuple[str, EmailMessage]]:
    """(name, message) of the newest mails, newest first."""
    paths = sorted((folder or MAILS).glob("*.eml"), reverse=True)[:limit]
    return [(path.stem, _read(path)) for path in paths]


def find_mail(name: UUID) -> EmailMessage | None:
    """One mail by its name, if it is there."""
    path = MAILS / f"{name}.eml"
    return _read(path) if path.exists() else None


def main() -> None:
    """Listen where SMTP_URL points until told to stop."""
    refuse_production()
    where = urlsplit(Settings.from_environ().smtp_url)
    controller = Controller(Keeper(MAILS), hostname=where.hostname, port=where.port or 25)
    controller.start()
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    stop.wait()
    controller.stop()


def _read(path: Path) -> EmailMessage:
    message = message_from_bytes(path.read_bytes(), policy=policy.default)
    if not isinstance(message, EmailMessage):
        raise TypeError("the default policy makes EmailMessage")
    return message


if __name__ == "__main__":
    main()
