"""Test clocks, whose customers live at a time of their own."""

from flask import Blueprint

from ..api import operation
from ..billing import clocks
from ..listing import PAGING, listed
from ..params import integer, text
from ..scope import Scope
from ..state import Doc
from .customers import delete_customer

bp = Blueprint("test_clocks", __name__)

_KIND = "test_helpers.test_clock"


@bp.post("/v1/test_helpers/test_clocks")
@operation(required=("frozen_time",), frozen_time=integer(0), name=text(300))
def create(scope: Scope, params: Doc) -> Doc:
    return clocks.new_clock(scope, params["frozen_time"], params.get("name"))


@bp.get("/v1/test_helpers/test_clocks/<test_clock>")
@operation()
def retrieve(scope: Scope, _params: Doc, test_clock: str) -> Doc:
    return scope.get(_KIND, test_clock, param="test_clock")


@bp.post("/v1/test_helpers/test_clocks/<test_clock>/advance")
@operation(required=("frozen_time",), frozen_time=integer(0))
def advance(scope: Scope, params: Doc, test_clock: str) -> Doc:
    clock = scope.get(_KIND, test_clock, param="test_clock")
    return clocks.advance(scope, clock, params["frozen_time"])


@bp.delete("/v1/test_helpers/test_clocks/<test_clock>")
@operation()
def delete(scope: Scope, _params: Doc, test_clock: str) -> Doc:
    """With all its customers, and what they give."""
    clock = scope.get(_KIND, test_clock, param="test_clock")
    for customer in clocks.list_customers(scope, test_clock):
        delete_customer(scope, customer)
    scope.emit("test_helpers.test_clock.deleted", clock)
    return scope.put({"id": test_clock, "object": _KIND, "deleted": True})


@bp.get("/v1/test_helpers/test_clocks")
@operation(**PAGING)
def list_(scope: Scope, params: Doc) -> Doc:
    return listed(scope, _KIND, "/v1/test_helpers/test_clocks", params)
