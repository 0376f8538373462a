"""The link that is mailed to a donor before Stripe's page: once, for a quarter of an hour."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from fund import jobs, signed
from fund.errors import Refused
from fund.giving.abuse import mailing, policy
from fund.giving.abuse.gate import find_gate, let
from fund.giving.abuse.orders import Coming
from fund.giving.models import CheckoutGate
from fund.ids import new_id

_LINK_LOCK = 0x67617465  # any number that no other advisory lock uses


def ask_for_link(session: Session, order: Coming, *, now: datetime) -> None:
    """Mail the link to the address that the gift was begun with; an older one opens nothing more.

    Raises Refused where too many were asked for: nobody's mailbox is filled through this page.
    """
    # Those asked for at once are counted one after the other.
    session.execute(select(func.pg_advisory_xact_lock(_LINK_LOCK)))
    gate = find_gate(session, order.id, order.attempt)
    if gate is None or gate.let_by is not None:
        return  # the page that follows says what is to be done
    _check_limits(session, gate, now=now)
    gate.link_id, gate.link_at, gate.links = new_id(), now, gate.links + 1
    jobs.defer(session, mailing.mail_go_on, link_id=gate.link_id)


def find_link(session: Session, token: str, *, now: datetime) -> CheckoutGate | None:
    """The attempt that this link lets through; None if it does not, or no more."""
    gate = _find(session, token)
    return gate if gate is not None and _is_open(gate, now=now) else None


def use_link(session: Session, token: str, *, now: datetime) -> UUID:
    """Let the attempt through; the gift's or plan's id. Raises Refused if the link is over."""
    gate = _find(session, token, lock=True)
    if gate is None or not _is_open(gate, now=now):
        raise Refused("gate_link_over")
    let(gate, "mail", now=now)
    gate.link_id = gate.link_at = None
    return gate.order_id


def _find(session: Session, token: str, *, lock: bool = False) -> CheckoutGate | None:
    link_id = signed.read(policy.LINK_PURPOSE, token)
    if link_id is None:
        return None
    found = select(CheckoutGate).where(CheckoutGate.link_id == link_id)
    return session.scalars(found.with_for_update() if lock else found).one_or_none()


def _is_open(gate: CheckoutGate, *, now: datetime) -> bool:
    return gate.link_at is not None and now < gate.link_at + policy.LINK_LIFE


def _check_limits(session: Session, gate: CheckoutGate, *, now: datetime) -> None:
    sent = func.sum(CheckoutGate.links)
    counts = select(
        sent.filter(CheckoutGate.email_index == gate.email_index),
        sent.filter(CheckoutGate.address_index == gate.address_index),
        sent.filter(CheckoutGate.network_index == gate.network_index),
        sent,
    ).where(CheckoutGate.came_at > now - policy.HOUR)
    limits = (
        policy.LINKS_OF_EMAIL,
        policy.LINKS_OF_ADDRESS,
        policy.LINKS_OF_NETWORK,
        policy.LINKS_IN_ALL,
    )
    asked = session.execute(counts).one()
    if any((count or 0) >= most for count, most in zip(asked, limits, strict=True)):
        raise Refused("too_many_gate_links")
