"""The statement of financial position: what is owned and owed, and whose purposes it serves."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from fund.i18n import N_, gettext
from fund.ledger.models import Fund
from fund.ledger.statements import head
from fund.ledger.statements.commitments import held_at
from fund.ledger.statements.days import Days
from fund.ledger.statements.figures import AccountFigures, Figures, load
from fund.ledger.statements.head import rate_text, untranslated
from fund.ledger.statements.shape import Column, Link, Row, Section, Statement
from fund.money import THB, Money, baht

# Line -> its accounts' roles. Payments on their way have left the fund, so they count below zero.
ASSETS: dict[str, tuple[str, ...]] = {
    N_("Bank"): ("bank",),
    N_("At Stripe"): ("stripe_pending", "stripe_available"),
    N_("Payouts in transit"): ("payout_in_transit",),
    N_("Payments in transit"): ("disbursement_in_transit",),
    N_("Money held in disputes"): ("dispute_receivable",),
}
LIABILITIES: dict[str, tuple[str, ...]] = {N_("Tax to be remitted"): ("tax_payable",)}
CLASSES = {
    "none": N_("Without donor restrictions"),
    "purpose": N_("With donor restrictions"),
}


def position(session: Session, days: Days, *, now: datetime) -> Statement:
    """At the end of `days.last`; commitments, which are not in the books, stand beneath."""
    figures = load(session, Days(None, days.last))
    assets = _lines(figures, ASSETS, 1)
    own = [row for row in assets if row.cells[2] is None]
    foreign = [row for row in assets if row.cells[2] is not None]
    liabilities = _lines(figures, LIABILITIES, -1)
    total = _total(assets, gettext("Total assets"))
    sections = [Section(gettext("Assets"), own if foreign else [*own, total])]
    if foreign:
        title = gettext("Assets in other currencies, translated")
        sections += [Section(title, foreign), Section("", [total])]
    if liabilities:
        total = _total(liabilities, gettext("Total liabilities"))
        sections.append(Section(gettext("Liabilities"), [*liabilities, total]))
    net = [
        Row(
            (gettext(name), None, None, None, baht(net_assets(figures, restriction))),
            Link("ledger.activities", figures.days.values()),
        )
        for restriction, name in CLASSES.items()
    ]
    total = _total(net, gettext("Total net assets"))
    sections.append(Section(gettext("Net assets"), [*net, total]))
    return Statement(
        head.make(session, "financial-position", N_("Statement of financial position"), days, now),
        (
            Column(gettext("What")),
            Column(gettext("Office")),
            Column(gettext("In its currency"), "money"),
            Column(gettext("Rate")),
            Column(THB, "money", THB),
        ),
        [*sections, _commitments(session, figures)],
        [*untranslated(figures), *_rounding(figures)],
    )


def net_assets(figures: Figures, restriction: str) -> int:
    """What is owned less what is owed, of the funds with this restriction, in satang."""
    return sum(
        figures.worth(a, a.closing) or 0
        for a in figures.accounts
        if a.is_held and a.fund.restriction == restriction
    )


def _lines(figures: Figures, lines: dict[str, tuple[str, ...]], sign: int) -> list[Row]:
    """A row for each line, currency and office that is not empty; THB first."""
    found: dict[tuple[bool, str, str, int], list[AccountFigures]] = {}
    names = list(lines)
    for place, roles in enumerate(lines.values()):
        for a in figures.of(*roles):
            if a.closing and a.office:
                currency = a.account.currency
                key = (currency != THB, currency, a.office.code, place)
                found.setdefault(key, []).append(a)
    return [
        _line(figures, gettext(names[place]), accounts, sign)
        for (_, _, _, place), accounts in sorted(found.items(), key=lambda item: item[0])
    ]


def _line(figures: Figures, name: str, accounts: list[AccountFigures], sign: int) -> Row:
    office, currency = accounts[0].office, accounts[0].account.currency
    own = Money(sign * sum(a.closing for a in accounts), currency)
    worth = [figures.worth(a, sign * a.closing) for a in accounts]
    roles = ",".join(sorted({a.account.role for a in accounts}))
    place = {"role": roles, "office": office.code if office else ""}
    return Row(
        (
            name,
            office.legal_name if office else "",
            None if currency == THB else own,
            None if currency == THB else rate_text(figures.rates.get(currency)),
            None if None in worth else baht(sum(w or 0 for w in worth)),
        ),
        Link("ledger.trial_balance", {**figures.days.values(), **place}),
    )


def _total(rows: list[Row], name: str) -> Row:
    total = sum(money.amount_minor for row in rows if isinstance(money := row.cells[-1], Money))
    return Row((name, None, None, None, baht(total)), is_total=True)


def _commitments(session: Session, figures: Figures) -> Section:
    held = held_at(session, figures.days.last)
    return Section(
        gettext("Note: reserved for awards, not in the books"),
        [
            Row((gettext(name), None, None, None, baht(_held_by(figures.funds, held, restriction))))
            for restriction, name in CLASSES.items()
        ],
    )


def _held_by(funds: Iterable[Fund], held: dict[UUID, int], restriction: str) -> int:
    return sum(held.get(fund.id, 0) for fund in funds if fund.restriction == restriction)


def _rounding(figures: Figures) -> list[str]:
    if not figures.currencies():
        return []
    return [
        gettext(
            "Each account is translated by itself and rounded to the satang, so a sum may differ "
            "by a few satang from amount times rate."
        )
    ]
