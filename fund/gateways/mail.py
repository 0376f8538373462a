"""The only way mail leaves: SMTP. Called by jobs, never inside a transaction."""

import smtplib
from collections.abc import Sequence
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import formatdate
from urllib.parse import parse_qs, unquote, urlsplit

from fund.errors import Unavailable

TIMEOUT_SECONDS = 10

_url = ""


@dataclass(frozen=True)
class Attachment:
    """A file that goes with a mail."""

    filename: str
    content_type: str
    content: bytes


def init(url: str) -> None:
    """`smtp[s]://[user:password@]host[:port][?from=address]`; STARTTLS where offered."""
    global _url
    _url = url


def send(
    to: str,
    subject: str,
    text: str,
    html: str,
    *,
    message_id: str,
    language: str,
    attachments: Sequence[Attachment] = (),
    stop_link: str | None = None,
) -> None:
    """Send one mail. The same `message_id` on a repeated try lets the receiver drop the copy.

    `stop_link`: where one POST stops such mails for good (RFC 8058), for the reader's mail program.
    Raises Unavailable if the server does not take it now (the job tries again).
    """
    parts = urlsplit(_url)
    sender = parse_qs(parts.query).get("from", [f"fund@{parts.hostname or 'localhost'}"])[0]
    message = EmailMessage()
    message["From"] = f"LIFT Life Fund <{sender}>"
    message["To"] = to
    message["Subject"] = subject
    message["Date"] = formatdate(localtime=False)
    message["Message-ID"] = f"<{message_id}@{sender.rpartition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"
    if stop_link is not None:
        message["List-Unsubscribe"] = f"<{stop_link}>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message.set_content(text)
    message.add_alternative(html, subtype="html")
    for attachment in attachments:
        maintype, _, subtype = attachment.content_type.partition("/")
        message.add_attachment(
            attachment.content, maintype=maintype, subtype=subtype, filename=attachment.filename
        )
    message["Content-Language"] = language  # last: setting the content drops Content-… headers
    try:
        with _connect() as server:
            server.send_message(message, from_addr=sender, to_addrs=[to])
    except (OSError, smtplib.SMTPException) as fault:
        raise Unavailable("mail_unavailable") from fault


def check() -> None:
    """Raise Unavailable unless the server answers and takes our sign-in."""
    try:
        with _connect() as server:
            server.noop()
    except (OSError, smtplib.SMTPException) as fault:
        raise Unavailable("mail_unavailable") from fault


def _connect() -> smtplib.SMTP:
    parts = urlsplit(_url)
    kind = smtplib.SMTP_SSL if parts.scheme == "smtps" else smtplib.SMTP
    port = parts.port or (465 if parts.scheme == "smtps" else 25)
    server = kind(parts.hostname or "localhost", port, timeout=TIMEOUT_SECONDS)
    server.ehlo()
    if parts.scheme == "smtp" and server.has_extn("starttls"):
        server.starttls()
    if parts.username:
        server.login(unquote(parts.username), unquote(parts.password or ""))
    return server
