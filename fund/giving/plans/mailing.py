"""Mails about a plan, each once."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from fund import clock, i18n, jobs, signed
from fund.db import reading, transaction
from fund.gateways import mail
from fund.giving.choices import EVERY_NAMES
from fund.giving.donors import open_person
from fund.giving.models import Donor, Plan, PlanLetter
from fund.giving.queries import get_plan
from fund.ledger.queries import fund_name

# What the link in a mail opens: the plan's own page, without a sign-in.
KEEP = "giving.plan"


def ask_letter(session: Session, plan: Plan, kind: str, about: str, *, now: datetime) -> bool:
    """Let this mail go out, unless it did already; whether it is new."""
    is_new = note_letter(session, plan, kind, about, now=now)
    if is_new:
        jobs.defer(session, mail_plan, plan_id=plan.id, kind=kind, about=about)
    return is_new


def note_letter(session: Session, plan: Plan, kind: str, about: str, *, now: datetime) -> bool:
    """Keep that this mail is to go out; whether that is new."""
    row = insert(PlanLetter).values(plan_id=plan.id, kind=kind, about=about, asked_at=now)
    new = session.scalar(row.on_conflict_do_nothing().returning(PlanLetter.plan_id))
    return new is not None


@jobs.task("giving.mail_plan")
def mail_plan(plan_id: str, kind: str, about: str) -> None:
    """Send one mail about a plan. A second run sends nothing, or the same message again."""
    key = (UUID(plan_id), kind, about)
    with reading() as session:
        if session.get_one(PlanLetter, key).sent_at is not None:
            return
        row = get_plan(session, UUID(plan_id))
        person = open_person(session, session.get_one(Donor, row.plan.donor_id))
    language = row.plan.language
    with i18n.speaking(language):
        page = i18n.link("giving.plan_keep", token=signed.write(KEEP, row.plan.id))
        every = i18n.gettext(EVERY_NAMES[row.plan.every])
    subject, text, html = i18n.render_mail(
        "plan",
        language,
        kind=kind,
        donor=person.name,
        plan=row.plan,
        every=every,
        fund=fund_name(row.fund, language),
        office=row.office,
        page=page,
    )
    mail.send(
        person.email,
        subject,
        text,
        html,
        message_id=f"plan-{plan_id}-{kind}{about and '-'}{about}",
        language=language,
    )
    with transaction() as session:
        session.get_one(PlanLetter, key).sent_at = clock.now()
