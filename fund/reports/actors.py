"""Who did it, as pages say it: a label of the log or the books (`staff:0192…`) in words."""

from collections.abc import Iterable, Mapping
from uuid import UUID

from sqlalchemy.orm import Session

from fund.i18n import N_, gettext
from fund.people.queries import staff_names
from fund.permissions import ANONYMOUS, SYSTEM, Actor

OTHERS = {
    SYSTEM.label: N_("the service itself"),
    ANONYMOUS.label: N_("somebody not signed in"),
    "donor": N_("a donor"),
    "staff": N_("a member of staff"),
}


def actor_names(session: Session, labels: Iterable[str], *, reader: Actor) -> dict[str, str]:
    """Each label in words, in one statement: a name where `reader` works here too, else a kind."""
    labels = set(labels)
    of_staff = {label: id_ for label in labels if (id_ := staff_id_of(label)) is not None}
    may_see_names = reader.kind == "staff" and bool(of_staff)
    names = staff_names(session, of_staff.values()) if may_see_names else {}
    return {label: _words(label, of_staff.get(label), names) for label in labels}


def staff_id_of(label: str) -> UUID | None:
    """The staff member whom a label means, if it means one."""
    kind, _, found = label.partition(":")
    try:
        return UUID(found) if kind == "staff" else None
    except ValueError:
        return None


def _words(label: str, staff_id: UUID | None, names: Mapping[UUID, str]) -> str:
    if staff_id is not None and staff_id in names:
        return names[staff_id]
    kind = label.partition(":")[0]
    return str(gettext(OTHERS[kind])) if kind in OTHERS else label
