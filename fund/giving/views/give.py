"""The give page, and the way to Stripe and back."""

from uuid import UUID

from flask import make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from fund import clock, i18n, jobs
from fund.audit.queries import get_leaf_hash
from fund.db import reading, transaction
from fund.errors import Refused, Unavailable
from fund.giving import checkout as stripe_checkout
from fund.giving import operations, policy, queries
from fund.giving.schemas import OTHER, GiveSchema
from fund.giving.views.room import blueprint
from fund.ledger.queries import fund_name, list_open_funds
from fund.money import OFFERED, BadAmount, Money, parse_money
from fund.web import Form, load_form, posting, public

# Offered first to who reads this language; every currency can be chosen.
CURRENCY_OF_LANGUAGE = {"th": "THB", "en": "NZD"}
ASK_AGAIN_SECONDS = 5


@blueprint.route("/give", methods=["GET", "POST"])
@public
def give() -> Response:
    """Choose amount, currency and fund; the payment itself happens on Stripe's page."""
    if request.method == "GET":
        return _give_page(Form(), request.args.get("currency", ""))
    form = load_form(GiveSchema())
    if "show" in form.raw:  # without JavaScript: the same form, with this currency's amounts
        form.errors.clear()
        return _give_page(form, form.value("currency"))
    if not form.errors:
        with form.attempt(), posting() as post:
            gift = operations.start_gift(
                post.session,
                amount=form.data["amount"],
                fund_code=form.data["fund"],
                email=form.data["email"],
                name=form.data["name"],
                language=i18n.language(),
                now=clock.now(),
            )
            return post.redirect(url_for("giving.checkout", gift_id=gift.id))
    return _give_page(form, form.value("currency"), 422)


@blueprint.get("/give/checkout/<uuid:gift_id>")
@public
def checkout(gift_id: UUID) -> Response:
    """On to Stripe's page for this gift; while Stripe is slow, a page that asks again."""
    try:
        address = stripe_checkout.open_checkout(gift_id, now=clock.now())
    except Unavailable as error:
        with transaction() as session:
            jobs.defer(
                session,
                stripe_checkout.prepare_checkout,
                once=f"checkout:{gift_id}",
                gift_id=gift_id,
            )
        page = render_template(
            "giving/checkout.html", reason=i18n.refusal_text(error), seconds=ASK_AGAIN_SECONDS
        )
        return _fresh(make_response(page, 503, {"Retry-After": str(ASK_AGAIN_SECONDS)}))
    return redirect(address or url_for("giving.thanks", gift_id=gift_id), 303)


@blueprint.get("/give/thanks/<uuid:gift_id>")
@public
def thanks(gift_id: UUID) -> Response:
    """What became of the gift: paid, on its way, or not completed. Never asks for it twice."""
    is_stripe_silent = False
    try:
        stripe_checkout.ask_stripe(gift_id, now=clock.now())
    except (Unavailable, Refused):
        is_stripe_silent = True
    with reading() as session:
        row = queries.get_gift(session, gift_id)
        receipt = row.receipt
        page = render_template(
            "giving/thanks.html",
            row=row,
            leaf=get_leaf_hash(session, receipt.audit_event_id) if receipt else None,
            fund=fund_name(row.fund, i18n.language()),
            state="silent" if is_stripe_silent else row.gift.state,
            seconds=ASK_AGAIN_SECONDS,
        )
        return _fresh(make_response(page))


@blueprint.post("/give/again/<uuid:gift_id>")
@public
def retry(gift_id: UUID) -> Response:
    """Pay the same gift anew, after Stripe said that the last attempt came to nothing."""
    with posting() as post:
        operations.retry_gift(post.session, gift_id, now=clock.now())
        return post.redirect(url_for("giving.checkout", gift_id=gift_id))


def _give_page(form: Form, wanted: str, status: int = 200) -> Response:
    currency = wanted if wanted in OFFERED else CURRENCY_OF_LANGUAGE[i18n.language()]
    with reading() as session:
        funds = [(f.code, fund_name(f, i18n.language())) for f in list_open_funds(session)]
        office = queries.find_card_office(session, currency)
    page = render_template(
        "giving/give.html",
        form=form,
        currency=currency,
        currencies=[(code, i18n.gettext(name)) for code, name in policy.CURRENCY_NAMES.items()],
        presets=policy.list_presets(currency),
        least=policy.least(currency, office),
        funds=funds,
        chosen=_chosen(form, currency),
        other=OTHER,
    )
    return _fresh(make_response(page, status))


def _chosen(form: Form, currency: str) -> Money | None:
    """The amount that the button names, as far as one is chosen."""
    choice = form.value("choice")
    if choice == OTHER:
        try:
            return parse_money(form.value("amount"), currency)
        except BadAmount:
            return None
    offered = {
        f"{currency}:{p.amount.amount_minor}": p.amount for p in policy.list_presets(currency)
    }
    return offered.get(choice)


def _fresh(response: Response) -> Response:
    # A page from the browser's memory would carry a used nonce, or a state long past.
    response.headers["Cache-Control"] = "no-store"
    return response
