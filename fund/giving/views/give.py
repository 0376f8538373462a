"""The give page: amount, currency and fund, and the office that follows from who gives."""

from dataclasses import dataclass, replace
from uuid import UUID

from babel.lists import format_list
from flask import make_response, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from fund import clock, i18n
from fund.db import reading
from fund.errors import Refused
from fund.giving import countries, operations, plans, pledges, policy, queries
from fund.giving.choices import DEDICATIONS, EVERY_NAMES, FREQUENCIES, METHOD_NAMES, STRIPE_WAYS
from fund.giving.fees import FeeRange
from fund.giving.models import Campaign
from fund.giving.offices import CHECKOUT, ONCE, PROMPTPAY
from fund.giving.schemas import OTHER, GiveSchema
from fund.giving.views import gate
from fund.giving.views.room import blueprint, fresh
from fund.ledger.models import Fund
from fund.ledger.queries import fund_name, list_open_funds
from fund.money import CURRENCIES, OFFERED, BadAmount, Money, parse_money
from fund.web import Form, Post, load_form, posting, public

# What a link may bring along, from a frame on another site: nothing personal.
BROUGHT = ("frequency", "currency", "choice", "amount", "fund")
# Offered first to who reads this language; every country can be chosen.
COUNTRY_OF_LANGUAGE = {"th": "TH", "en": ""}
# What most donors leave alone stands folded up.
MORE = ("company", "note", "dedication", "honoured", "told_name", "told_email")


@dataclass(frozen=True)
class CampaignPage:
    """What a campaign's page shows besides; `progress` once there is enough of it."""

    campaign: Campaign
    fund: Fund
    progress: queries.Progress | None


@dataclass(frozen=True)
class Wish:
    """What the form says so far of where the gift comes from and what is wished for."""

    currency: str
    country: str
    wants_tax_receipt: bool
    frequency: str
    method: str | None

    @classmethod
    def of(cls, form: Form) -> "Wish":
        language = i18n.language()
        currency = form.value("currency")
        country = form.value("country", COUNTRY_OF_LANGUAGE[language])
        return cls(
            currency if currency in OFFERED else policy.CURRENCY_OF_LANGUAGE[language],
            country if country in countries.COUNTRIES else "",
            bool(form.value("wants_tax_receipt")),
            form.value("frequency") if form.value("frequency") in EVERY_NAMES else ONCE,
            form.value("method") or None,
        )


@blueprint.route("/give", methods=["GET", "POST"])
@public
def give() -> Response:
    """Choose amount, currency and fund; see who receives the gift; go on to pay it."""
    return _give(None)


@blueprint.route("/give/<slug>", methods=["GET", "POST"])
@public
def campaign(slug: str) -> Response:
    """The same for one campaign: its words, its target, how far it came."""
    with reading() as session:
        found, fund = queries.get_campaign_page(session, slug)
        progress = queries.find_progress(session, found, now=clock.now())
    page = CampaignPage(found, fund, progress)
    if request.method == "POST" and found.closed_on is not None:
        raise Refused("campaign_closed")
    return _give(page)


def _give(page: CampaignPage | None) -> Response:
    if request.method == "GET":
        brought = {name: request.args[name] for name in BROUGHT if name in request.args}
        return _give_page(Form(MultiDict(brought)), page)
    form = load_form(GiveSchema())
    if "show" in form.raw:  # without JavaScript: the same form, with what these answers change
        form.errors.clear()
        return _give_page(form, page)
    if not form.errors:
        order = form.data["order"]
        with form.attempt(), posting() as post:
            if form.data["frequency"] != ONCE:
                return _start_plan(post, form, page.fund.code if page else form.data["fund"])
            gift = operations.start_gift(
                post.session,
                amount=form.data["amount"],
                fund_code=page.fund.code if page else form.data["fund"],
                email=form.data["email"],
                name=form.data["name"],
                order=replace(order, campaign_id=page.campaign.id) if page else order,
                language=i18n.language(),
                now=clock.now(),
            )
            _ask_newsletter(post, form, gift.donor_id)
            if gift.method == PROMPTPAY:
                return post.redirect(url_for("giving.pay", gift_id=gift.id))
            gate.note_trap(post.session, form, gift.id, now=clock.now())
            return post.redirect(url_for("giving.checkout", gift_id=gift.id))
    return _give_page(form, page, 422)


def _start_plan(post: Post, form: Form, fund_code: str) -> Response:
    plan = plans.start_plan(
        post.session,
        amount=form.data["amount"],
        every=form.data["frequency"],
        fund_code=fund_code,
        email=form.data["email"],
        name=form.data["name"],
        order=form.data["order"],
        language=i18n.language(),
        now=clock.now(),
    )
    _ask_newsletter(post, form, plan.donor_id)
    if plan.method == PROMPTPAY:
        gift = pledges.ask_first(
            post.session, plan, tax_id=form.data["order"].tax_id, now=clock.now()
        )
        return post.redirect(url_for("giving.pay", gift_id=gift.id))
    gate.note_trap(post.session, form, plan.id, now=clock.now())
    return post.redirect(url_for("giving.plan_checkout", plan_id=plan.id))


def _ask_newsletter(post: Post, form: Form, donor_id: UUID | None) -> None:
    """A wish of its own beside the gift, whatever becomes of that."""
    if form.data["newsletter"] and donor_id is not None:
        operations.ask_newsletter(post.session, donor_id, language=i18n.language(), now=clock.now())


def _give_page(form: Form, page: CampaignPage | None, status: int = 200) -> Response:
    wish, language = Wish.of(form), i18n.language()
    with reading() as session:
        funds = [(f.code, fund_name(f, language)) for f in list_open_funds(session)]
        offer = queries.find_offer(
            session,
            country=wish.country or None,
            currency=wish.currency,
            wants_receipt=wish.wants_tax_receipt,
            frequency=wish.frequency,
            method=wish.method,
            now=clock.now(),
        )
        fees = _fees(session, offer, wish.currency)
    presets = policy.list_presets(wish.currency, wish.frequency)
    chosen = _chosen(form, wish.currency, presets)
    covered = bool(form.value("covers_fee")) and fees is not None
    text = render_template(
        "giving/give.html",
        page=page,
        form=form,
        wish=wish,
        offer=offer,
        currencies=i18n.options(policy.CURRENCY_NAMES),
        frequencies=i18n.options(FREQUENCIES),
        countries=[("", "–"), *countries.list_countries(language)],
        ways=_ways(offer) if offer else "",
        methods=i18n.options({m: METHOD_NAMES[m] for m in offer.ways}) if offer else [],
        presets=presets,
        least=policy.least(wish.currency, offer.office if offer else None),
        funds=funds,
        fees=fees,
        chosen=chosen,
        total=chosen + fees.cover(chosen) if covered and fees and chosen else chosen,
        unit=CURRENCIES[wish.currency],
        dedications=[("", i18n.gettext("nobody")), *i18n.options(DEDICATIONS)],
        has_more=any(form.value(name) or form.errors.get(name) for name in MORE),
        other=OTHER,
    )
    return fresh(make_response(text, status))


def _ways(offer: queries.Offer) -> str:
    """What can be used on Stripe's page: that office's own list, in words."""
    words = [word for kind in offer.stripe_types for word in STRIPE_WAYS[kind]]
    return str(format_list(list(map(i18n.gettext, words)), "or", locale=i18n.language()))


def _fees(session: Session, offer: queries.Offer | None, currency: str) -> FeeRange | None:
    """What a card payment costs there; None where there is none to pay, or nobody can tell."""
    if offer is None or CHECKOUT not in offer.methods:
        return None
    return queries.find_fees(session, offer, currency, now=clock.now())


def _chosen(form: Form, currency: str, presets: list[policy.Preset]) -> Money | None:
    """The amount that the button names, as far as one is chosen."""
    choice = form.value("choice")
    if choice == OTHER:
        try:
            return parse_money(form.value("amount"), currency)
        except BadAmount:
            return None
    offered = {f"{currency}:{p.amount.amount_minor}": p.amount for p in presets}
    return offered.get(choice)
