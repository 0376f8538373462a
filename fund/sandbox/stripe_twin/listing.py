"""Lists as Stripe pages them: newest first, by cursor (API reference, "Pagination")."""

from collections.abc import Mapping, Sequence
from typing import Any

from .errors import missing
from .expand import list_object
from .params import integer, moments, text
from .scope import Scope
from .state import FOREVER, Doc, Page

PAGING: Mapping[str, Any] = {
    "limit": integer(1, 100),
    "starting_after": text(),
    "ending_before": text(),
}
PAGING_BY_TIME: Mapping[str, Any] = {**PAGING, "created": moments}


def listed(
    scope: Scope,
    kind: str,
    url: str,
    params: Doc,
    *,
    filters: Mapping[str, Any] | None = None,
    types: Sequence[str] | None = None,
    ranges: Sequence[str] = (),
    is_delivered: bool | None = None,
) -> Doc:
    """The page that `params` asks for, of the objects whose fields equal `filters`.

    `ranges` are fields besides `created` that may be asked for as a number or a range.
    """
    for cursor in ("starting_after", "ending_before"):
        if cursor in params and scope.find(params[cursor]) is None:
            raise missing(kind.replace("_", " "), params[cursor], cursor)
    created_gte, created_lte = _span(params.get("created", {}))
    page = Page(
        limit=params.get("limit", 10),
        after=params.get("starting_after"),
        before=params.get("ending_before"),
        created_gte=created_gte,
        created_lte=created_lte,
        bounds={name: _span(params[name]) for name in ranges if name in params},
        filters=filters or {},
        types=types,
        is_delivered=is_delivered,
    )
    docs, has_more = scope.store.list_page(scope.account.id, kind, page)
    return list_object(url, docs, has_more=has_more)


def _span(asked: Mapping[str, int]) -> tuple[int, int]:
    least = max(asked.get("gte", 0), asked.get("gt", -1) + 1)
    return least, min(asked.get("lte", FOREVER), asked.get("lt", FOREVER) - 1)


def given(params: Doc, *names: str) -> Doc:
    """The filters among `params` that were asked for."""
    return {name: params[name] for name in names if name in params}
