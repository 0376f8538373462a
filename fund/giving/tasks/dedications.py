"""The one mail that tells of a gift in somebody's name."""

from uuid import UUID

from fund import clock, jobs
from fund.db import reading, transaction
from fund.gateways import mail
from fund.giving import dedications, letters
from fund.giving.models import Dedication


@jobs.task("giving.mail_dedication")
def mail_dedication(gift_id: str) -> None:
    """Tell the third person, unless they are told, or a reason stands against it."""
    with transaction() as session:
        dedication = session.get_one(Dedication, UUID(gift_id), with_for_update=True)
        if dedication.mailed_at is not None or dedication.dropped is not None:
            return
        reason = dedications.find_reason_against(session, dedication, now=clock.now())
        if reason is not None:
            dedications.drop_mail(session, dedication.gift_id, reason, now=clock.now())
            return
        dedications.let_go(dedication, now=clock.now())
    with reading() as session:
        letter = letters.write_dedication(session, UUID(gift_id))
    mail.send(
        letter.to,
        letter.subject,
        letter.text,
        letter.html,
        message_id=f"dedication-{gift_id}",
        language=letter.language,
        stop_link=letter.stop_link,
    )
    with transaction() as session:
        dedications.mark_mailed(session, UUID(gift_id), now=clock.now())
