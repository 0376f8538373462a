"""Every read of lists and their gifts."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from fund.bookkeeping.models import GiftImport, GiftImportLine
from fund.db import PAGE, Page, page_of
from fund.errors import NotFound
from fund.giving.models import Gift
from fund.giving.queries import GiftRow
from fund.giving.queries.gifts import select_gifts
from fund.i18n import N_
from fund.permissions import Actor, Permission
from fund.waiting import Waiting


@dataclass(frozen=True)
class ImportedGift:
    """A gift of a list, and the row that it was."""

    place: int
    row: GiftRow


def get_import(session: Session, import_id: UUID) -> GiftImport:
    """With its office and paper. Raises NotFound."""
    loading = [joinedload(GiftImport.office), joinedload(GiftImport.paper)]
    made = session.get(GiftImport, import_id, options=loading)
    if made is None:
        raise NotFound
    return made


def list_imports(session: Session, *, before: UUID | None = None) -> Page[GiftImport]:
    """Newest first; `before` is the last id seen."""
    query = select(GiftImport).options(joinedload(GiftImport.office))
    return Page(session.scalars(page_of(query, GiftImport.id, before)))


def list_gifts(
    session: Session, made: GiftImport, *, after: int = 0
) -> tuple[list[ImportedGift], bool]:
    """The gifts in the order of the file from the row behind `after`, and whether more follow."""
    rows = session.execute(
        select_gifts()
        .add_columns(GiftImportLine.place)
        .join(GiftImportLine, GiftImportLine.gift_id == Gift.id)
        .where(GiftImportLine.import_id == made.id, GiftImportLine.place > after)
        .order_by(GiftImportLine.place)
        .limit(PAGE + 1)
    ).all()
    found = [ImportedGift(place, GiftRow(*row)) for *row, place in rows]
    return found[:PAGE], len(found) > PAGE


def find_import_of(session: Session, gift_id: UUID) -> tuple[UUID, int] | None:
    """The list that a gift came in by, and its row there."""
    row = session.get(GiftImportLine, gift_id)
    return (row.import_id, row.place) if row else None


def list_waiting(session: Session, actor: Actor, *, now: object) -> list[Waiting]:  # noqa: ARG001
    """Lists that this person has to decide about: somebody else asks to undo them."""
    if not actor.may(Permission.APPROVE_ENTRIES):
        return []
    asked: Sequence[GiftImport] = session.scalars(
        select(GiftImport)
        .where(GiftImport.state == "undo_asked")
        .order_by(GiftImport.id)
        .limit(PAGE)
    ).all()
    return [
        Waiting(
            section=N_("Decide an entry"),
            title=N_("Undo a list of gifts"),
            note=N_("proposed on %(day)s"),
            params={"day": made.undo_asked_at},
            endpoint="giving.import_show",
            values={"import_id": made.id},
            action=N_("Look and decide"),
        )
        for made in asked
        if made.undo_asked_by != actor.id
    ]
