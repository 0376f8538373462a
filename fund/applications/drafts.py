"""What a caseworker typed into a draft, as it goes into and comes out of the tables."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from sqlalchemy.orm import Session

from fund import keys
from fund.applications.models import Application, BudgetLine, OtherSupport
from fund.survivors.models import Survivor


@dataclass(frozen=True)
class Texts:
    """The four free texts: what for in a few words, need, plan, and how it stays safe."""

    aim: str = ""
    need: str = ""
    plan: str = ""
    safety: str = ""


@dataclass(frozen=True)
class LineDraft:
    """A budget line; what is not yet known is None. `amount_minor` in satang."""

    line_kind: str | None = None
    payee_kind: str | None = None
    guardian_reason: str | None = None
    amount_minor: int | None = None
    due_month: date | None = None


@dataclass(frozen=True)
class SupportDraft:
    """Other support for costs of one kind; what is not yet known is None."""

    source: str | None = None
    line_kind: str | None = None
    standing: str | None = None
    amount_minor: int | None = None


@dataclass(frozen=True)
class Draft:
    """The whole form."""

    texts: Texts = Texts()
    lines: Sequence[LineDraft] = ()
    supports: Sequence[SupportDraft] = ()


Row = TypeVar("Row", BudgetLine, OtherSupport)
TEXTS = ("aim", "need", "plan", "safety")


def write(session: Session, application: Application, draft: Draft) -> None:
    """Make the application's rows say what the draft says."""
    key_id = session.get_one(Survivor, application.survivor_id).key_id
    for name in TEXTS:
        text = getattr(draft.texts, name)
        context = _context(application, name)
        sealed = keys.seal(session, key_id, text, context=context) if text else None
        setattr(application, f"sealed_{name}", sealed)
    _write_rows(application.lines, BudgetLine, draft.lines)
    _write_rows(application.supports, OtherSupport, draft.supports)


def read_texts(session: Session, application: Application) -> Texts:
    """The free texts, opened: for the case's own staff and for the committee."""
    key_id = session.get_one(Survivor, application.survivor_id).key_id
    found = {}
    for name in TEXTS:
        sealed = getattr(application, f"sealed_{name}")
        if sealed is not None:
            context = _context(application, name)
            found[name] = keys.unseal(session, key_id, sealed, context=context)
    return Texts(**found)


def _context(application: Application, name: str) -> str:
    return f"application.{name}:{application.id}"


def _write_rows(
    rows: list[Row], table: type[Row], wanted: Sequence[LineDraft] | Sequence[SupportDraft]
) -> None:
    """Change rows in place, so that a line keeps its id while others come and go after it."""
    del rows[len(wanted) :]
    for position, draft in enumerate(wanted):
        if position == len(rows):
            rows.append(table(position=position))
        for name, value in vars(draft).items():
            setattr(rows[position], name, value)
