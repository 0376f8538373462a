"""Stripe's webhook, finance's view of it, and what became of one gift."""

from uuid import UUID

from flask import Blueprint, make_response, render_template, request, url_for
from prometheus_client import Counter
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from fund import clock, i18n
from fund.crypto import Unreadable
from fund.db import reading, transaction
from fund.errors import NotFound
from fund.gateways import stripe
from fund.giving import queries as giving
from fund.giving.donors import Person, open_person
from fund.giving.models import Donor, Gift
from fund.giving.views import STATE_NAMES
from fund.giving.views import blueprint as gift_pages
from fund.i18n import N_
from fund.ledger.models import KIND_NAMES
from fund.ledger.queries import fund_name, get_office
from fund.permissions import Permission
from fund.settlement import operations, queries, schemas
from fund.web import Form, NavEntry, csrf, current_actor, load_form, permit, posting, public

blueprint = Blueprint("settlement", __name__)

NAVIGATION = [NavEntry("settlement.inbox", N_("Stripe"), Permission.READ_SETTLEMENT)]

REFUSED = Counter(
    "fund_webhooks_refused", "Webhooks that were not Stripe's, or not now", ["reason"]
)

EVENT_STATES = {"waiting": N_("waiting"), "failed": N_("failed"), "done": N_("done")}
# Why an event failed, in words for who reads the inbox.
FAILURES = {
    "stripe_unavailable": N_("Stripe did not answer."),
    "stripe_busy": N_("Too many calls to Stripe at once."),
    "stripe_not_set_up": N_("This office is not connected to Stripe."),
    "stripe_refused": N_("Stripe does not know what the event is about."),
    "gift_unknown": N_("The gift it names is not here."),
    "paid_amount_differs": N_("Another amount was paid than was given."),
    "paid_twice": N_("The gift was paid a second time: one payment must be given back."),
}
FAILURE_OF_OURS = N_("A fault in this service. It is in the log of the server.")
CATEGORIES = {
    "charge": N_("Gift"),
    "refund": N_("Refund"),
    "fee": N_("Stripe fee"),
    "payout": N_("Payout"),
}


@blueprint.post("/webhooks/stripe/<office>")
@public
def webhook(office: str) -> tuple[str, int]:
    """Check, write down, answer; the worker does the rest. 400 for what is not Stripe's."""
    now = clock.now()
    try:
        event = stripe.verify_webhook(
            office,
            request.get_data(cache=False),
            request.headers.get("Stripe-Signature", ""),
            now=now,
        )
        with transaction() as session:
            row = get_office(session, office)
            operations.receive(session, row, event, way="webhook", now=now)
    except stripe.BadWebhook as bad:
        REFUSED.labels(bad.reason).inc()
        return "", 400
    except NotFound:  # keys without an office: as foreign as a wrong signature
        REFUSED.labels("unknown_office").inc()
        return "", 400
    return "", 200


csrf.exempt(webhook)  # Stripe's signature stands in for our token


@blueprint.get("/staff/settlement")
@permit(Permission.READ_SETTLEMENT)
def inbox() -> str:
    """What Stripe told us, what failed, and what is not in the books yet."""
    return _inbox(Form())


def _inbox(form: Form, at_payout: str | None = None) -> str:
    with reading() as session:
        events = queries.list_events(session, before=request.args.get("before", type=UUID))
        return render_template(
            "settlement/inbox.html",
            hearing=queries.list_hearing(session),
            failed=queries.list_failed(session),
            unclassified=queries.list_unclassified(session),
            on_the_way=queries.list_on_the_way(session),
            form=form,
            at_payout=at_payout,
            today=clock.bangkok_day(clock.now()),
            events=events,
            states=EVENT_STATES,
            categories=CATEGORIES,
            why=lambda event: FAILURES.get(event.error, FAILURE_OF_OURS),
        )


@blueprint.post("/staff/settlement/payouts/<payout_id>/arrival")
@permit(Permission.CONFIRM_PAYMENTS)
def payout_confirm(payout_id: str) -> Response:
    """The bank's statement shows this payout."""
    form = load_form(schemas.ArrivalSchema())
    if not form.errors:
        with form.attempt(), posting() as post:
            operations.record_arrival(
                post.session,
                payout_id,
                arrived_on=form.data["arrived_on"],
                actor=current_actor(),
                now=clock.now(),
            )
            return post.redirect(url_for("settlement.inbox"))
    return make_response(_inbox(form, payout_id), 422)


@blueprint.post("/staff/settlement/events/<uuid:event_id>/retry")
@permit(Permission.WORK_SETTLEMENT)
def retry(event_id: UUID) -> Response:
    """Look at a failed event again."""
    with posting() as post:
        operations.retry_event(post.session, event_id, actor=current_actor(), now=clock.now())
        return post.redirect(url_for("settlement.inbox"))


# A page of the room below, which cannot know what was settled; so it is drawn here.
@gift_pages.get("/staff/gifts/<uuid:gift_id>")
@permit(Permission.READ_GIFTS)
def gift_show(gift_id: UUID) -> str:
    """One gift: what was given, what was settled, the fee, the rate, and its journals."""
    with reading() as session:
        row = giving.get_gift(session, gift_id)
        transactions = queries.list_transactions_of(session, gift_id)
        may_know = current_actor().may(Permission.RECORD_GIFTS)
        return render_template(
            "giving/gift_show.html",
            row=row,
            fund=fund_name(row.fund, i18n.language()),
            state=STATE_NAMES[row.gift.state],
            person=_find_person(session, row.gift) if may_know else None,
            transactions=transactions,
            journals=queries.list_journals_of(session, row.gift, row.office, transactions),
            kinds=KIND_NAMES,
            categories=CATEGORIES,
        )


def _find_person(session: Session, gift: Gift) -> Person | None:
    """Who gave; None if nobody knows, or nobody may know any more."""
    if gift.donor_id is None:
        return None
    try:
        return open_person(session, session.get_one(Donor, gift.donor_id))
    except Unreadable:
        return None
