"""The mails that ask for a pledge: each once, and none once it is paid or nothing is asked."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from fund import clock, i18n, jobs, signed
from fund.db import reading, transaction
from fund.gateways import mail
from fund.giving import policy, queries
from fund.giving.donors import find_person
from fund.giving.models import Gift, Plan, PlanLetter
from fund.giving.plans.mailing import KEEP, note_letter
from fund.ledger.queries import fund_name


def ask_letter(session: Session, plan: Plan, kind: str, gift: Gift, *, now: datetime) -> bool:
    """Let this mail about a month's gift go out, unless it did already; whether it is new.

    `kind`: asked, reminded or reminded_again.
    """
    is_new = note_letter(session, plan, kind, str(gift.id), now=now)
    if is_new:
        jobs.defer(session, mail_pledge, kind=kind, gift_id=gift.id)
    return is_new


@jobs.task("giving.mail_pledge")
def mail_pledge(kind: str, gift_id: str) -> None:
    """Send one mail about a month's gift. A second run sends nothing, or the same message again."""
    with reading() as session:
        row = queries.get_gift(session, UUID(gift_id))
        plan = session.get_one(Plan, row.gift.plan_id)
        key = (plan.id, kind, gift_id)
        is_sent = session.get_one(PlanLetter, key).sent_at is not None
        if is_sent or row.gift.state != "open" or plan.state != "active":
            return
        person = find_person(session, plan.donor_id)
        if person is None:  # forgotten
            return
    with i18n.speaking(plan.language):
        page = i18n.link("giving.plan_keep", token=signed.write(KEEP, plan.id))
        pay = i18n.link("giving.pay", gift_id=row.gift.id)
    subject, text, html = i18n.render_mail(
        "pledge",
        plan.language,
        kind=kind,
        donor=person.name,
        gift=row.gift,
        fund=fund_name(row.fund, plan.language),
        office=row.office,
        until=clock.bangkok_day(row.gift.created_at + policy.PLEDGE_WAIT),
        page=page,
        pay=pay,
    )
    mail.send(
        person.email,
        subject,
        text,
        html,
        message_id=f"pledge-{kind}-{gift_id}",
        language=plan.language,
    )
    with transaction() as session:
        session.get_one(PlanLetter, key).sent_at = clock.now()
