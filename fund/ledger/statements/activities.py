"""The statement of activities: how net assets changed, without and with donor restrictions.

In the manner of FASB ASC 958: all expenses stand without donor restrictions, and what a restricted
fund spent is released from its restriction, moved from the one class to the other.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from fund.i18n import N_, gettext
from fund.ledger.statements import head
from fund.ledger.statements.changes import EXPENSES, LINE_NAMES, LINES, Changes, changes_of
from fund.ledger.statements.days import Days
from fund.ledger.statements.figures import Figures, load
from fund.ledger.statements.head import translated, untranslated
from fund.ledger.statements.position import CLASSES
from fund.ledger.statements.shape import Column, Link, Row, Section, Statement
from fund.money import THB, baht

SUPPORT = ("gifts", "refunds", "dispute_losses", "interest")
OTHER = ("transfers", "opening_balances", "first_rate", "exchange")


def activities(session: Session, days: Days, *, now: datetime) -> Statement:
    """From the net assets before `days` to those at their end."""
    figures = load(session, days)
    free, bound = _by_class(figures)
    net = gettext("Net assets")
    released = [
        _row(gettext("Spent as the donors asked"), bound.spent, -bound.spent),
        _row(gettext("Total released"), bound.spent, -bound.spent, is_total=True),
    ]
    opening = [_row(gettext("At the beginning"), free.opening, bound.opening)]
    closing = [
        _row(
            gettext("Change in net assets"),
            free.closing - free.opening,
            bound.closing - bound.opening,
        ),
        _row(gettext("At the end"), free.closing, bound.closing, is_total=True),
    ]
    return Statement(
        head.make(session, "activities", N_("Statement of activities"), days, now),
        (
            Column(gettext("What")),
            *(Column(gettext(name), "money", THB) for name in CLASSES.values()),
            Column(gettext("Total"), "money", THB),
        ),
        [
            Section(net, opening),
            _section(figures, gettext("Gifts and other support"), SUPPORT, free, bound),
            Section(gettext("Released from restrictions"), released),
            _expenses(figures, free, bound),
            *(
                [_section(figures, gettext("Other changes"), OTHER, free, bound)]
                if any(changes.lines[line] for changes in (free, bound) for line in OTHER)
                else []
            ),
            Section(net, closing),
        ],
        [gettext("All amounts are in baht."), *translated(figures), *untranslated(figures)],
    )


def _by_class(figures: Figures) -> tuple[Changes, Changes]:
    """Without and with donor restrictions."""
    changes = changes_of(figures)
    of_class: dict[str, list[Changes]] = {restriction: [] for restriction in CLASSES}
    for fund in figures.funds:
        of_class[fund.restriction].append(changes[fund.id])
    return _added(of_class["none"]), _added(of_class["purpose"])


def _added(changes: Sequence[Changes]) -> Changes:
    return Changes(
        sum(c.opening for c in changes),
        sum(c.closing for c in changes),
        {line: sum(c.lines[line] for c in changes) for line in LINE_NAMES},
    )


def _section(
    figures: Figures, title: str, lines: Sequence[str], free: Changes, bound: Changes
) -> Section:
    rows = [
        _row(gettext(LINE_NAMES[line]), free.lines[line], bound.lines[line], _link(figures, line))
        for line in lines
        if free.lines[line] or bound.lines[line]
    ]
    of_free, of_bound = (sum(each.lines[line] for line in lines) for each in (free, bound))
    return Section(title, [*rows, _row(gettext("Total"), of_free, of_bound, is_total=True)])


def _expenses(figures: Figures, free: Changes, bound: Changes) -> Section:
    """Those of both classes in the first column."""
    rows = [
        _row(gettext(LINE_NAMES[line]), spent, 0, _link(figures, line))
        for line in EXPENSES
        if (spent := free.lines[line] + bound.lines[line])
    ]
    total = _row(gettext("Total"), -free.spent - bound.spent, 0, is_total=True)
    return Section(gettext("Expenses"), [*rows, total])


def _row(
    name: str, free: int, bound: int, link: Link | None = None, *, is_total: bool = False
) -> Row:
    return Row((name, baht(free), baht(bound), baht(free + bound)), link, is_total)


def _link(figures: Figures, line: str) -> Link:
    """To the accounts behind a line."""
    roles = LINES.get(line, ("fx_position",))
    return Link("ledger.trial_balance", {**figures.days.values(), "role": ",".join(roles)})
