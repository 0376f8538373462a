"""Mails about the gate: the donor's link, and finance's word that the breaker moved."""

from uuid import UUID

from sqlalchemy import select

from fund import clock, i18n, jobs, signed
from fund.crypto import Unreadable
from fund.db import reading
from fund.gateways import mail
from fund.giving.abuse import policy
from fund.giving.abuse.orders import get_coming
from fund.giving.donors import open_person
from fund.giving.models import CheckoutBreaker, CheckoutGate, Donor
from fund.ledger.models import Office
from fund.people.queries import list_staff_with_role
from fund.permissions import Role


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
def mail_breaker(office_id: str, level: int) -> None:
    """Tell each finance officer that the breaker opened, or rose. A second run sends the same."""
    with reading() as session:
        state = session.get_one(CheckoutBreaker, UUID(office_id))
        office = session.get_one(Office, UUID(office_id))
        readers = list_staff_with_role(session, Role.FINANCE_OFFICER, now=clock.now())
    if state.level < level:  # it fell again before this was sent
        return
    for reader in readers:
        subject, text, html = i18n.render_mail(
            "breaker", reader.language, to=reader.name, office=office.legal_name, level=level
        )
        mail.send(
            reader.email,
            subject,
            text,
            html,
            message_id=f"breaker-{office_id}-{level}-{state.since:%Y%m%d%H%M%S}-{reader.id}",
            language=reader.language,
        )
