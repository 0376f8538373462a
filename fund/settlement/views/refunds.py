"""Refunds: asked for on a gift's page, decided and followed on one of their own."""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from flask import make_response, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from fund import clock, i18n
from fund.db import reading
from fund.errors import require
from fund.giving import queries as giving
from fund.ledger.queries import get_office
from fund.money import BadAmount, Money, parse_money
from fund.people.queries import staff_names
from fund.permissions import Actor, Permission
from fund.schemas import AMOUNT_TEXTS
from fund.settlement import operations, queries, schemas
from fund.settlement.choices import (
    NO_REASON,
    PENDING_REASONS,
    REFUND_FAILED,
    REFUND_FAILURES,
    REFUND_REASONS,
    REFUND_STATES,
)
from fund.settlement.models import Refund
from fund.settlement.views.room import blueprint
from fund.web import Form, current_actor, load_form, permit, posting


def words_of(refund: Refund) -> str:
    """How the refund stands, in a sentence beside its state; nothing more to say is empty."""
    if refund.state == "pending":
        return PENDING_REASONS.get(refund.pending_reason or "processing", "")
    if refund.state in ("failed", "canceled", "refused"):
        return REFUND_FAILURES.get(refund.failure_reason or "", REFUND_FAILED)
    return ""


@blueprint.get("/staff/settlement/refunds")
@permit(Permission.READ_SETTLEMENT)
def refund_list() -> str:
    """What waits for a second person, what is on its way, what came back, and all others."""
    return _list(Form())


@blueprint.get("/staff/gifts/<uuid:gift_id>/refund")
@permit(Permission.ASK_REFUNDS)
def refund_new(gift_id: UUID) -> str:
    """How much of a gift goes back, and why."""
    return _new(gift_id, Form())


@blueprint.post("/staff/gifts/<uuid:gift_id>/refund")
@permit(Permission.ASK_REFUNDS)
def refund_ask(gift_id: UUID) -> Response:
    """Ask for it."""
    form = load_form(schemas.RefundSchema())
    with reading() as session:
        currency = giving.get_gift(session, gift_id).gift.currency
    amount = _amount(form, "amount", currency)
    if amount is not None:
        with form.attempt(), posting() as post:
            operations.ask_refund(
                post.session,
                gift_id,
                amount=amount,
                reason=form.data["reason"],
                actor=current_actor(),
                now=clock.now(),
            )
            return post.redirect(url_for("giving.gift_show", gift_id=gift_id))
    return make_response(_new(gift_id, form), 422)


@blueprint.post("/staff/settlement/refunds/<uuid:refund_id>/approve")
@permit(Permission.APPROVE_REFUNDS)
def refund_approve(refund_id: UUID) -> Response:
    """The second person agrees."""
    return _do(operations.approve_refund, refund_id)


@blueprint.post("/staff/settlement/refunds/<uuid:refund_id>/decline")
@permit(Permission.APPROVE_REFUNDS)
def refund_decline(refund_id: UUID) -> Response:
    """The second person says no."""
    return _do(operations.decline_refund, refund_id)


@blueprint.post("/staff/settlement/refunds/<uuid:refund_id>/settled")
@permit(Permission.ASK_REFUNDS)
def refund_settle(refund_id: UUID) -> Response:
    """What came back was dealt with another way."""
    return _do(operations.settle_otherwise, refund_id)


@blueprint.post("/staff/settlement/refunds/limits/<office>")
@permit(Permission.SET_REFUND_LIMIT)
def refund_limit(office: str) -> Response:
    """How much one person may give back alone."""
    form = load_form(schemas.RefundLimitSchema())
    with reading() as session:
        currency = get_office(session, office).currency
    alone = _amount(form, "alone", currency)
    if alone is not None:
        with form.attempt(), posting() as post:
            operations.set_refund_limit(
                post.session,
                get_office(post.session, office),
                alone=alone,
                actor=current_actor(),
                now=clock.now(),
            )
            return post.redirect(url_for("settlement.refund_list"))
    return make_response(_list(form, at_office=office), 422)


def _do(operation: Callable[..., None], refund_id: UUID) -> Response:
    with posting() as post:
        operation(post.session, refund_id, actor=current_actor(), now=clock.now())
        return post.redirect(url_for("settlement.refund_list"))


def _amount(form: Form, name: str, currency: str) -> Money | None:
    """The amount that was typed, in this currency; None with the form's errors."""
    if form.errors:
        return None
    try:
        return parse_money(form.data[name], currency)
    except BadAmount as fault:
        form.errors[name] = [i18n.gettext(AMOUNT_TEXTS[fault.code])]
        return None


def _list(form: Form, at_office: str = "") -> str:
    now: datetime = clock.now()
    with reading() as session:
        refunds = queries.list_refunds(session, before=request.args.get("before", type=UUID))
        waiting = queries.list_open_refunds(session)
        return render_template(
            "settlement/refund_list.html",
            waiting=waiting,
            refunds=refunds,
            limits=queries.list_limits(session, now=now),
            names=_names(session, [*waiting, *refunds]),
            form=form,
            at_office=at_office,
            reasons=REFUND_REASONS | {"none": NO_REASON},
            states=REFUND_STATES,
            words_of=words_of,
            can_decide=lambda refund: operations.can_decide(current_actor(), refund),
        )


def _new(gift_id: UUID, form: Form) -> str:
    actor: Actor = current_actor()
    with reading() as session:
        row = giving.get_gift(session, gift_id)
        require(operations.can_ask(actor, row.gift))
        return render_template(
            "settlement/refund_new.html",
            row=row,
            left=queries.refundable(session, row.gift),
            form=form,
            reasons=[(code, i18n.gettext(name)) for code, name in REFUND_REASONS.items()],
        )


def _names(session: Session, refunds: list[Refund]) -> dict[UUID, str]:
    ids = {id_ for refund in refunds for id_ in (refund.asked_by, refund.decided_by) if id_}
    return staff_names(session, ids)


def refunds_of(session: Session, row: giving.GiftRow) -> dict[str, object]:
    """What a gift's page shows of its refunds."""
    refunds = list(queries.list_refunds_of(session, row.gift.id))
    left = queries.refundable(session, row.gift)
    return {
        "refunds": refunds,
        "refund_states": REFUND_STATES,
        "refund_reasons": REFUND_REASONS | {"none": NO_REASON},
        "refund_words": words_of,
        "refund_names": _names(session, refunds),
        "may_refund": bool(left) and operations.can_ask(current_actor(), row.gift),
    }
