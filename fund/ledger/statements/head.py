"""What stands above and beneath every statement: whose books, which days, which rates."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from fund import clock
from fund.i18n import N_, format_day, format_exact, gettext
from fund.ledger.models import Office, Rate
from fund.ledger.statements.days import Days, standing
from fund.ledger.statements.figures import Figures
from fund.ledger.statements.shape import Head
from fund.money import Money


def make(
    session: Session, slug: str, title: str, days: Days, now: datetime, subject: str = ""
) -> Head:
    """The head of a statement; `title` is a msgid."""
    names = session.scalars(select(Office.legal_name).order_by(Office.id)).all()
    return Head(slug, gettext(title), days, now, names, standing(session, days), subject)


def rate_text(rate: Rate | None) -> str:
    """`18.5 of 20 Nov 2026`, or that there is none."""
    if rate is None:
        return str(gettext("no rate entered by then"))
    per_unit = f"{rate.thb_per_unit.normalize():f}"
    day = format_day(rate.valid_on, always_year=True)
    return str(gettext("%(rate)s of %(day)s", rate=per_unit, day=day))


def translated(figures: Figures) -> list[str]:
    """At which rates foreign money stands in the statement, a sentence each."""
    before = figures.rates_before if figures.days.first else {}
    sentences = (
        (before, N_("%(currency)s at the beginning translated at %(rate)s.")),
        (figures.rates, N_("%(currency)s translated at %(rate)s.")),
    )
    return [
        gettext(sentence, currency=currency, rate=rate_text(rate))
        for currency in figures.currencies()
        for rates, sentence in sentences
        if (rate := rates.get(currency))
    ]


def untranslated(figures: Figures) -> list[str]:
    """What is not in the statement's baht, because nobody entered a rate in time."""
    notes = []
    for currency in figures.currencies():
        if currency not in figures.rates:
            held = sum(
                a.closing for a in figures.accounts if a.is_held and a.account.currency == currency
            )
            notes.append(
                gettext(
                    "Not in the baht figures: %(amount)s %(currency)s, because no rate was entered "
                    "by %(day)s.",
                    amount=format_exact(Money(held, currency)),
                    currency=currency,
                    day=format_day(figures.days.last, always_year=True),
                )
            )
    return notes


def facts(head: Head) -> list[tuple[str, str]]:
    """What the paper says about itself, label and value."""
    recorded = head.made_at.astimezone(clock.BANGKOK)
    moment = f"{format_day(head.made_at, always_year=True)} {recorded:%H:%M}"
    subject = [(gettext("About"), head.subject)] if head.subject else []
    return [
        (gettext("Books of"), ", ".join(head.names)),
        *subject,
        (gettext("Days"), head.days.text),
        (gettext("Recorded up to"), gettext("%(moment)s, time in Thailand", moment=moment)),
        (gettext("Period"), head.standing),
    ]
