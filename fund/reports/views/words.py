"""Words for codes that pages of any room show: who acted, and where a journal comes from."""

from collections.abc import Callable, Iterable

from flask import current_app, g

from fund.db import reading
from fund.ledger.choices import source_name
from fund.reports import actors
from fund.reports.views.blueprint import blueprint
from fund.web import access_of, current_actor


@blueprint.app_context_processor
def offer_words() -> dict[str, Callable[..., object]]:
    """`actor_names(labels)` for a list's whole column, `actor_name(label)` for a single one."""
    return {
        "actor_names": actor_names,
        "actor_name": actor_name,
        "source_name": source_name,
        "opens": opens,
    }


def opens(endpoint: str) -> bool:
    """Whether the reader may open such a page: a link that would be refused is not shown."""
    access = access_of(current_app, endpoint)
    return access is not None and access.admits(current_actor())


def actor_names(labels: Iterable[str]) -> dict[str, str]:
    """Each label in words; asked once a request, whatever the page repeats."""
    known: dict[str, str] = g.setdefault("actor_names", {})
    missing = set(labels) - known.keys()
    if missing:
        with reading() as session:
            known |= actors.actor_names(session, missing, reader=current_actor())
    return known


def actor_name(label: str) -> str:
    """One label in words."""
    return actor_names([label])[label]
