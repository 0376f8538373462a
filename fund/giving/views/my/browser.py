"""What a donor's browser keeps of a visit: a cookie of its own, beside a staff member's."""

from datetime import timedelta
from ipaddress import ip_address

from flask import current_app, request
from werkzeug.wrappers import Response

from fund import clock
from fund.db import reading, transaction
from fund.giving import operations, queries
from fund.permissions import Actor
from fund.web import donor_finder

COOKIE = "donor"
PATH = "/my"
# A visit's last sign of life is written down no more often than this.
TOUCH = timedelta(minutes=1)


@donor_finder
def find_visitor() -> Actor | None:
    """The donor of this browser's visit."""
    visit_id = request.cookies.get(COOKIE)
    if not visit_id:
        return None
    now = clock.now()
    with reading() as session:
        visit = queries.find_visit(session, visit_id, now=now)
    if visit is None:
        return None
    if now - visit.seen_at >= TOUCH:
        with transaction() as session:
            operations.note_seen(session, visit, now=now)
    return Actor("donor", visit.donor_id)


def begin(answer: Response, visit_id: str) -> None:
    """Let the browser keep the visit until it is closed."""
    answer.set_cookie(
        COOKIE,
        visit_id,
        path=PATH,
        secure=current_app.config["SESSION_COOKIE_SECURE"],
        httponly=True,
        samesite="Lax",
    )


def end(answer: Response) -> None:
    """Let the browser forget the visit."""
    answer.delete_cookie(COOKIE, path=PATH, httponly=True, samesite="Lax")


def visit_id() -> str:
    """What the browser keeps; empty if nothing."""
    return request.cookies.get(COOKIE, "")


def network() -> str:
    """Whence the request comes: an IPv4 address, or the 64 bits that one IPv6 household shares."""
    address = ip_address(request.remote_addr or "0.0.0.0")  # noqa: S104 nowhere, not everywhere
    return str(address) if address.version == 4 else address.exploded[:19]
