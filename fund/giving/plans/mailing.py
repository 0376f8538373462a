"""Mails about a plan, each once."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from fund import clock, i18n, jobs, signed
from fund.db import reading, transaction
from fund.gateways import mail
from fund.giving.choices import EVERY_NAMES
from fund.giving.donors import find_person
from fund.giving.models import Plan, PlanLetter
from fund.giving.queries import find_other_plan, get_plan
from fund.i18n import N_
from fund.ledger.queries import fund_name

# What the link in a mail opens: the plan's own page, without a sign-in.
KEEP = "giving.plan"

SUBJECTS = {
    "failed": N_("Your gift of %(amount)s did not go through"),
    "second": N_("Would you like to give to this fund twice?"),
    "ended": N_("Your regular gift has ended"),
    "stopped": N_("Your regular gift has been stopped"),
    "follows": N_("Your regular gift goes on in another way"),
    "card": N_("The card of your regular gift expires soon"),
}
BUTTONS = {"second": N_("Choose"), "ended": N_("Give again"), "card": N_("Give another card")}


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
        plan, language = row.plan, row.plan.language
        person = find_person(session, plan.donor_id)
        if person is None:  # forgotten
            return
        other = find_other_plan(session, plan, plan.fund_id) if kind == "second" else None
    with i18n.speaking(language):
        subject = i18n.gettext(SUBJECTS[kind], amount=i18n.format_money(plan.amount))
        button = i18n.gettext(BUTTONS.get(kind, N_("Your regular gift")))
        page = (
            i18n.link("giving.give")
            if kind == "ended"
            else i18n.link("giving.plan_keep", token=signed.write(KEEP, plan.id))
        )
    _, text, html = i18n.render_mail(
        "plan",
        language,
        kind=kind,
        subject=subject,
        donor=person.name,
        plan=plan,
        starts_on=plan.next_on or plan.created_at,
        last_day=date.fromisoformat(about.rpartition(".")[2]) if kind == "card" else None,
        other=other,
        every=EVERY_NAMES,
        fund=fund_name(row.fund, language),
        office=row.office,
        button=button,
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
