"""How a letter with its paper leaves."""

from fund.gateways import mail
from fund.giving.letters import Letter


def post_letter(letter: Letter, *, message_id: str) -> None:
    """Send it. Raises Unavailable."""
    mail.send(
        letter.to,
        letter.subject,
        letter.text,
        letter.html,
        message_id=message_id,
        language=letter.language,
        attachments=[mail.Attachment(letter.filename, "application/pdf", letter.pdf)],
    )
