"""Disputes: read, answered with evidence, accepted."""

from typing import Any

from flask import Blueprint

from .. import disputing
from ..api import operation
from ..listing import PAGING_BY_TIME, given, listed
from ..params import boolean, clearable, fields, merged, metadata, text
from ..scope import Scope
from ..state import Doc

bp = Blueprint("disputes", __name__)

_EVIDENCE: dict[str, Any] = dict.fromkeys(disputing.EVIDENCE, clearable(20_000))


def is_refundable(scope: Scope, charge_id: str) -> bool:
    """Whether no bank has taken the charge back; an inquiry only asks."""
    return all(
        dispute["is_charge_refundable"] or dispute["status"] == "won"
        for dispute in scope.list_all("dispute", charge=charge_id)
    )


def close_inquiries(scope: Scope, charge_id: str) -> None:
    """The donor has the money back, so the bank asks no more."""
    for dispute in scope.list_all("dispute", charge=charge_id):
        if dispute["status"] in disputing.INQUIRY:
            disputing.decide(scope, dispute["id"], "closed")


@bp.get("/v1/disputes/<dispute>")
@operation()
def retrieve(scope: Scope, _params: Doc, dispute: str) -> Doc:
    return scope.get("dispute", dispute, param="dispute")


@bp.post("/v1/disputes/<dispute>")
@operation(
    evidence=fields(**_EVIDENCE),
    metadata=metadata,
    submit=boolean,
)
def update(scope: Scope, params: Doc, dispute: str) -> Doc:
    doc = scope.get("dispute", dispute, param="dispute")
    if "metadata" in params:
        old = doc["metadata"] if params["metadata"] else {}
        scope.change(doc, metadata=merged(old, params["metadata"]))
    if "evidence" not in params and "submit" not in params:
        return doc
    is_submitted = params.get("submit", True)
    return disputing.answer(scope, dispute, params.get("evidence", {}), is_submitted=is_submitted)


@bp.post("/v1/disputes/<dispute>/close")
@operation()
def close(scope: Scope, _params: Doc, dispute: str) -> Doc:
    return disputing.accept(scope, dispute)


@bp.get("/v1/disputes")
@operation(charge=text(), payment_intent=text(), **PAGING_BY_TIME)
def list_(scope: Scope, params: Doc) -> Doc:
    filters = given(params, "charge", "payment_intent")
    return listed(scope, "dispute", "/v1/disputes", params, filters=filters)
