"""Jobs about the donors' own pages."""

from uuid import UUID

from fund import clock, i18n, jobs, signed
from fund.crypto import Unreadable
from fund.db import reading
from fund.gateways import mail
from fund.giving import queries
from fund.giving.donors import head_of, open_address, open_person
from fund.giving.policy import LINK_PURPOSE


@jobs.task("giving.mail_portal_link")
def mail_portal_link(link_id: str) -> None:
    """Send the link to the donor whose address it was; to nobody if it is no donor's."""
    with reading() as session:
        record = queries.find_link_reader(session, UUID(link_id), now=clock.now())
        if record is None:
            return
        donor = head_of(session, record)
        try:
            person, to = open_person(session, donor), open_address(session, record)
        except Unreadable:  # forgotten
            return
        subject, text, html = i18n.render_mail(
            "portal_link",
            donor.language,
            donor=person.name,
            token=signed.write(LINK_PURPOSE, UUID(link_id)),
        )
        language = donor.language
    mail.send(to, subject, text, html, message_id=f"portal-link-{link_id}", language=language)
