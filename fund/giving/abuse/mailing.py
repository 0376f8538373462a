"""Mails about the gate: the donor's link, and finance's word that the breaker moved."""

from uuid import UUID

from sqlalchemy import select

from fund import i18n, jobs, signed
from fund.crypto import Unreadable
from fund.db import reading
from fund.gateways import mail
from fund.giving.abuse import policy
from fund.giving.abuse.orders import get_coming
from fund.giving.donors import open_person
from fund.giving.models import CheckoutBreaker, CheckoutGate, Donor
from fund.ledger.models import Office
from fund.people.queries import get_staff


@jobs.task("giving.mail_go_on")
def mail_go_on(link_id: str) -> None:
    """Send the link, unless it was used or another one was asked for since."""
    with reading() as session:
        gate = session.scalars(
            select(CheckoutGate).where(CheckoutGate.link_id == UUID(link_id))
        ).one_or_none()
        if gate is None:
            return
        order = get_coming(session, gate.order_id)
        try:
            person = open_person(session, session.get_one(Donor, order.donor_id))
        except Unreadable:  # forgotten
            return
    subject, text, html = i18n.render_mail(
        "gate_link",
        order.language,
        donor=person.name,
        token=signed.write(policy.LINK_PURPOSE, UUID(link_id)),
    )
    mail.send(
        person.email,
        subject,
        text,
        html,
        message_id=f"gate-link-{link_id}",
        language=order.language,
    )


@jobs.task("giving.mail_breaker")
def mail_breaker(office_id: str, staff_id: str, level: int) -> None:
    """Tell one person of finance that the breaker opened, or rose; not if it fell meanwhile."""
    with reading() as session:
        state = session.get_one(CheckoutBreaker, UUID(office_id))
        if state.level < level:
            return
        reader = get_staff(session, UUID(staff_id))
        subject, text, html = i18n.render_mail(
            "breaker",
            reader.language,
            to=reader.name,
            office=session.get_one(Office, UUID(office_id)).legal_name,
            level=level,
        )
        to, language = reader.email, reader.language
    message_id = f"breaker-{office_id}-{staff_id}-{level}-{state.since:%Y%m%d%H%M%S}"
    mail.send(to, subject, text, html, message_id=message_id, language=language)
