"""Letters to staff."""

from uuid import UUID

from fund import clock, i18n, jobs
from fund.db import reading
from fund.errors import Refused
from fund.gateways import mail
from fund.people import queries, tokens


@jobs.task("people.mail_invitation")
def mail_invitation(invitation_id: str) -> None:
    """Send an invitation's letter, unless it opens nothing any more."""
    token = tokens.write(UUID(invitation_id))
    with reading() as session:
        try:
            invitation = queries.get_open_invitation(session, token, now=clock.now())
        except Refused:
            return
        staff = queries.get_staff(session, invitation.staff_id)
        subject, text, html = i18n.render_mail(
            "invitation",
            staff.language,
            to=staff.name,
            token=token,
            expires_on=clock.bangkok_day(invitation.expires_at),
        )
    mail.send(
        staff.email,
        subject,
        text,
        html,
        message_id=f"invitation-{invitation.id}",
        language=staff.language,
    )
