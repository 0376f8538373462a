"""The page of a gift by PromptPay: the code to scan, and the wait for the bank."""

from uuid import UUID

from flask import make_response, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from fund import clock, i18n
from fund.db import reading
from fund.errors import NotFound
from fund.giving import policy, promptpay, queries
from fund.giving.models import OfficeTerms
from fund.giving.offices import PROMPTPAY
from fund.giving.queries import GiftRow
from fund.giving.views.room import blueprint, fresh
from fund.ledger.queries import fund_name
from fund.web import public

LOOK_AGAIN_SECONDS = 60


@blueprint.get("/give/pay/<uuid:gift_id>")
@public
def pay(gift_id: UUID) -> Response:
    """The code and its reference; once the bank's statement shows the payment, the thanks."""
    with reading() as session:
        row = _find(session, gift_id)
        if row.gift.state == "paid":
            return redirect(url_for("giving.thanks", gift_id=gift_id), 303)
        page = render_template(
            "giving/pay.html",
            row=row,
            terms=_terms(session, row),
            fund=fund_name(row.fund, i18n.language()),
            every=_every(session, row),
            until=clock.bangkok_day(row.gift.created_at + policy.promptpay_wait(row.gift.plan_id)),
            seconds=LOOK_AGAIN_SECONDS,
        )
        return fresh(make_response(page))


@blueprint.get("/give/pay/<uuid:gift_id>/qr.png")
@public
def pay_code(gift_id: UUID) -> Response:
    """The code as a picture; `?save` hands it over as a file, for the banking app to open."""
    with reading() as session:
        row = _find(session, gift_id)
        terms = _terms(session, row)
        payload = promptpay.bill_payment(
            biller_id=terms.biller_id or "",
            reference1=row.gift.payment_reference or "",
            reference2=promptpay.as_reference(row.fund.code),
            amount=row.gift.amount,
            merchant=terms.merchant_name or "",
            city=terms.merchant_city or "",
        )
    answer = make_response(promptpay.draw_png(payload))
    answer.headers["Content-Type"] = "image/png"
    answer.headers["Cache-Control"] = "private, max-age=3600"
    if "save" in request.args:
        name = f"promptpay-{row.gift.payment_reference}.png"
        answer.headers["Content-Disposition"] = f"attachment; filename={name}"
    return answer


def _find(session: Session, gift_id: UUID) -> GiftRow:
    row = queries.get_gift(session, gift_id)
    if row.gift.method != PROMPTPAY:
        raise NotFound
    return row


def _every(session: Session, row: GiftRow) -> str | None:
    """How often it is given, if it is of a pledge."""
    if row.gift.plan_id is None:
        return None
    return queries.get_plan(session, row.gift.plan_id).plan.every


def _terms(session: Session, row: GiftRow) -> OfficeTerms:
    """The terms by which the gift was begun: what its code said then it says until it is paid."""
    return queries.terms_at(session, row.office, row.gift.created_at)
