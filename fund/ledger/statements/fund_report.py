"""The report on one fund: what it had, what came and went, what is promised and available."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from fund.i18n import N_, gettext, language
from fund.ledger.models import CASH_ROLES, Fund
from fund.ledger.queries import fund_name
from fund.ledger.statements import head
from fund.ledger.statements.changes import LINE_NAMES, LINES, Changes, changes_of
from fund.ledger.statements.commitments import Commitments, commitments_in
from fund.ledger.statements.days import Days
from fund.ledger.statements.figures import Figures, load
from fund.ledger.statements.gifts import WAY_NAMES, gifts_by_way
from fund.ledger.statements.head import translated, untranslated
from fund.ledger.statements.reserve import Held, held_back_at
from fund.ledger.statements.shape import Column, Link, Row, Section, Statement
from fund.money import THB, baht


def fund_report(session: Session, fund: Fund, days: Days, *, now: datetime) -> Statement:
    """In THB. What was available is as of the end of the days."""
    figures = load(session, days).of_fund(fund)
    commitments = commitments_in(session, days).get(fund.id, Commitments())
    held = held_back_at(session, fund.id, days.last)
    name = fund_name(fund, language())
    return Statement(
        head.make(session, f"fund-report-{fund.code}", N_("Fund report"), days, now, name),
        (Column(gettext("What")), Column(THB, "money", THB)),
        [
            _money(session, figures, fund, changes_of(figures)[fund.id]),
            _commitments(commitments),
            _available(figures, commitments, held),
        ],
        [*translated(figures), *untranslated(figures)],
    )


def _money(session: Session, figures: Figures, fund: Fund, changes: Changes) -> Section:
    ways = gifts_by_way(session, figures)[fund.id]
    lines = {name: changes.lines[line] for line, name in LINE_NAMES.items() if line != "gifts"}
    roles = {LINE_NAMES[line]: of_line for line, of_line in LINES.items()}
    rows = [
        _row(name, amount, _link(figures, fund, roles.get(name, ("fx_position",))))
        for name, amount in lines.items()
        if amount
    ]
    gifts = [
        _row(name, ways[way], _link(figures, fund, ("contributions",)))
        for way, name in WAY_NAMES.items()
    ]
    return Section(
        gettext("Money"),
        [
            _row(N_("At the beginning"), changes.opening),
            *gifts,
            *rows,
            _row(N_("At the end"), changes.closing, is_total=True),
        ],
    )


def _commitments(commitments: Commitments) -> Section:
    return Section(
        gettext("Reserved for awards"),
        [
            _row(N_("At the beginning"), commitments.opening),
            _row(N_("Awards made"), commitments.made),
            _row(N_("Paid, less what came back"), -commitments.paid),
            _row(N_("Freed"), -commitments.freed),
            _row(N_("At the end"), commitments.closing, is_total=True),
        ],
    )


def _available(figures: Figures, commitments: Commitments, held: Held) -> Section:
    """Only baht can be awarded; foreign cash is held until it is exchanged."""
    cash = _in_baht(figures, CASH_ROLES)
    owed = max(-_in_baht(figures, ("tax_payable",)), 0)
    less = commitments.closing + held.young + held.inquiries + owed
    return Section(
        gettext("Available for awards"),
        [
            _row(N_("Cash in baht"), cash),
            _row(N_("Reserved for awards"), -commitments.closing),
            _row(N_("Held back: young gifts"), -held.young),
            _row(N_("Held back: open inquiries"), -held.inquiries),
            _row(N_("Tax to be remitted"), -owed),
            _row(N_("Available"), cash - less, is_total=True),
        ],
    )


def _in_baht(figures: Figures, roles: Sequence[str]) -> int:
    return sum(a.closing for a in figures.of(*roles) if a.account.currency == THB)


def _row(name: str, amount: int, link: Link | None = None, *, is_total: bool = False) -> Row:
    return Row((gettext(name), baht(amount)), link, is_total)


def _link(figures: Figures, fund: Fund, roles: Sequence[str]) -> Link:
    only = {"role": ",".join(roles), "fund": fund.code}
    return Link("ledger.trial_balance", {**figures.days.values(), **only})
