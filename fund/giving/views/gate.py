"""What stands before Stripe's page: a turn in the rush, a proof of work, or a link by mail."""

from collections.abc import Callable
from datetime import datetime
from ipaddress import ip_address, ip_network
from math import ceil
from typing import Any
from uuid import UUID

from flask import make_response, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from fund import clock, i18n, jobs
from fund.db import reading, transaction
from fund.errors import Refused, Unavailable
from fund.giving import abuse
from fund.giving.views.room import blueprint, fresh
from fund.jobs import AnyTask
from fund.web import Form, posting, public

ASK_AGAIN_SECONDS = 5
# Who waits for a minute sees how long it still is, and not a page that seems to have stopped.
LOOK_AGAIN_SECONDS = 20
TRAP = "website"  # a field that no person sees; see giving/_trap.html


def lead_to_stripe(
    order_id: UUID,
    name: str,
    open_checkout: Callable[..., str | None],
    prepare: AnyTask,
    *,
    back_at: str,
) -> Response:
    """On to Stripe's page once nothing stands before it; while Stripe is slow, a page that asks
    again. `name` is what the order is called in addresses and jobs, `back_at` where its donor comes
    back to."""
    named: dict[str, Any] = {name: order_id}
    held = _stand_before(order_id)
    if held is not None:
        return held
    try:
        address = open_checkout(order_id, now=clock.now())
    except Unavailable as error:
        with transaction() as session:
            jobs.defer(session, prepare, once=f"{prepare.name}:{order_id}", **named)
            abuse.leave_line(session, abuse.get_coming(session, order_id))
        return _wait(error.code, ASK_AGAIN_SECONDS)
    return redirect(address or url_for(back_at, **named), 303)


def _stand_before(order_id: UUID) -> Response | None:
    """The page that stands before Stripe's for this attempt just now; None if none does."""
    now = clock.now()
    with reading() as session:
        order = abuse.get_coming(session, order_id)
    if not order.is_waiting:
        return None
    with transaction() as session:
        gate = abuse.come(session, order, _whence(), now=now)
        is_let, turn_at = gate.let_by is not None, gate.slot_at
    if not is_let:
        return redirect(url_for("giving.gate", order_id=order_id), 303)
    if turn_at is not None and turn_at > now:
        return _wait("stripe_busy", ceil((turn_at - now).total_seconds()))
    return None


def _wait(code: str, seconds: int) -> Response:
    """A page that says why it waits, and goes on by itself, with JavaScript or without."""
    again = min(seconds, LOOK_AGAIN_SECONDS)
    page = render_template(
        "giving/checkout.html",
        reason=i18n.refusal_text(Refused(code)),
        turn_in=seconds if seconds > LOOK_AGAIN_SECONDS else None,
    )
    headers = {"Retry-After": str(again), "Refresh": str(again)}
    return fresh(make_response(page, 503, headers))


def note_trap(session: Session, form: Form, order_id: UUID, *, now: datetime) -> None:
    """Look into the field that no person sees."""
    if form.raw.get(TRAP):
        abuse.trap(session, abuse.get_coming(session, order_id), _whence(), now=now)


@blueprint.route("/give/prove/<uuid:order_id>", methods=["GET", "POST"])
@public
def gate(order_id: UUID) -> Response:
    """What is asked before the payment: a computation of the browser's, or a link by mail."""
    now, form = clock.now(), Form(request.form)
    with reading() as session:
        order = abuse.get_coming(session, order_id)
    on = _on(order)
    if not order.is_waiting:
        return redirect(on, 303)
    if request.method == "POST":
        with form.attempt(), posting() as post:
            if "mail" in form.raw:
                abuse.ask_for_link(post.session, order, now=now)
                return post.redirect(url_for("giving.gate", order_id=order_id))
            abuse.prove(post.session, order, form.value("proof"), now=now)
            return post.redirect(on)
    with transaction() as session:
        row = abuse.come(session, order, _whence(), now=now)
        needs, is_let, is_mailed = row.needs, row.let_by is not None, row.link_id is not None
    if is_let and not form.errors:
        return redirect(on, 303)
    page = render_template(
        "giving/gate.html",
        form=form,
        needs=needs,
        is_mailed=is_mailed,
        challenge=abuse.make_challenge(order, now=now)
        if needs == "proof" and not is_mailed
        else None,
    )
    return fresh(make_response(page, 422 if form.errors else 200))


@blueprint.route("/give/open/<token>", methods=["GET", "POST"])
@public
def gate_open(token: str) -> Response:
    """A page with a button, so that a mail scanner's look uses nothing up; the button goes on."""
    form = Form()
    if request.method == "POST":
        with form.attempt(), posting() as post:
            order_id = abuse.use_link(post.session, token, now=clock.now())
            return post.redirect(_on(abuse.get_coming(post.session, order_id)))
    with reading() as session:
        found = abuse.find_link(session, token, now=clock.now())
    page = render_template("giving/gate_open.html", is_open=found is not None, form=form)
    answer = fresh(make_response(page, 200 if found else 422))
    answer.headers["Referrer-Policy"] = "no-referrer"
    return answer


def _on(order: abuse.Coming) -> str:
    if order.is_plan:
        return url_for("giving.plan_checkout", plan_id=order.id)
    return url_for("giving.checkout", gift_id=order.id)


def _whence() -> abuse.Whence:
    """The address of the request, or what one household shares of it, and the network around."""
    address = ip_address(request.remote_addr or "0.0.0.0")  # noqa: S104 nowhere, not everywhere
    own, around = (32, 24) if address.version == 4 else (64, 48)
    return abuse.Whence(*(str(ip_network((address, bits), strict=False)) for bits in (own, around)))
