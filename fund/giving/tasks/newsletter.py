"""The mail that asks whether the newsletter is truly wished for."""

from uuid import UUID

from fund import i18n, jobs, signed
from fund.crypto import Unreadable
from fund.db import reading
from fund.gateways import mail
from fund.giving.donors import open_person
from fund.giving.models import Donor, NewsletterConsent
from fund.giving.policy import NEWSLETTER_PURPOSE


@jobs.task("giving.mail_newsletter")
def mail_newsletter(consent_id: str) -> None:
    """Ask at the address itself; nothing goes out once it was answered or the donor forgotten."""
    with reading() as session:
        consent = session.get_one(NewsletterConsent, UUID(consent_id))
        if consent.confirmed_at is not None or consent.withdrawn_at is not None:
            return
        try:
            person = open_person(session, session.get_one(Donor, consent.donor_id))
        except Unreadable:  # forgotten
            return
        language = consent.language
    with i18n.speaking(language):
        page = i18n.link("giving.newsletter", token=signed.write(NEWSLETTER_PURPOSE, consent.id))
    subject, text, html = i18n.render_mail("newsletter", language, page=page)
    mail.send(
        person.email,
        subject,
        text,
        html,
        message_id=f"newsletter-{consent_id}",
        language=language,
        stop_link=page,
    )
