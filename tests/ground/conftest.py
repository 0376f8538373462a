"""A service with a few pages more, on which the ground's promises can be tried."""

import time

import pytest
from flask import Blueprint, Flask, request

from fund import create_app, keys
from fund.clock import now as current_time
from fund.errors import Conflict, Denied, NotFound, Refused, Unavailable
from fund.money import Money
from fund.permissions import Permission
from fund.web import permit, posting, public

blueprint = Blueprint("trial", __name__)
ERRORS = {
    "refused": lambda: Refused("gift_too_small", least=Money(1000, "THB")),
    "missing": NotFound,
    "stale": Conflict,
    "denied": Denied,
    "down": lambda: Unavailable("storage_unavailable"),
    "broken": lambda: ValueError("Somchai Jaidee, 1-1037-00000-00-0"),
}


@blueprint.get("/trial/fail/<code>")
@public
def fail(code: str):
    raise ERRORS[code]()


@blueprint.post("/trial/work")
@public
def work():
    """Add one row; with `slow`, so late that another post with the same nonce comes meanwhile."""
    with posting() as post:
        key_id = keys.create(post.session, "trial", now=current_time())
        if "slow" in request.form:
            time.sleep(0.4)
        if "fail" in request.form:
            raise Refused("refused")
        return post.redirect(f"/trial/done/{key_id}")


@blueprint.get("/trial/staff")
@permit(Permission.READ_LEDGER, Permission.READ_POLICY)
def staff_only():
    return "for those who may"


@pytest.fixture(scope="module")
def small_app(app: Flask) -> Flask:
    """The whole service again, with the pages above."""
    small = create_app(app.config["SETTINGS"])
    small.register_blueprint(blueprint)
    small.config["WTF_CSRF_ENABLED"] = False
    return small
