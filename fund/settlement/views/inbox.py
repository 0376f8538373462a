"""Finance's view of what Stripe told us."""

from uuid import UUID

from flask import make_response, render_template, request, url_for
from werkzeug.wrappers import Response

from fund import clock
from fund.db import reading
from fund.i18n import gettext
from fund.permissions import Permission
from fund.settlement import operations, queries, schemas
from fund.settlement.choices import (
    CATEGORIES,
    EVENT_STATES,
    FAILURE_OF_OURS,
    FAILURES,
    LINE_NOT_KNOWN,
    LINE_REASONS,
    REPLAY_REASONS,
)
from fund.settlement.views.room import blueprint
from fund.web import Form, current_actor, load_form, permit, posting


@blueprint.get("/staff/settlement")
@permit(Permission.READ_SETTLEMENT)
def inbox() -> str:
    """What Stripe told us, what failed, and what is not in the books yet."""
    return _inbox(Form())


def _inbox(form: Form, at_payout: str | None = None) -> str:
    with reading() as session:
        state, kind = _asked()
        events = queries.list_events(
            session, state=state, kind=kind, before=request.args.get("before", type=UUID)
        )
        return render_template(
            "settlement/inbox.html",
            hearing=queries.list_hearing(session),
            unheard=queries.list_unheard(session, now=clock.now()),
            silence_hours=queries.SILENCE_HOURS,
            failed=queries.list_failed(session),
            errors=queries.count_errors(session),
            not_booked=queries.list_not_booked(session),
            on_the_way=queries.list_on_the_way(session),
            form=form,
            at_payout=at_payout,
            today=clock.bangkok_day(clock.now()),
            events=events,
            chosen=state,
            kind=kind,
            states=EVENT_STATES,
            categories=CATEGORIES,
            why_not=lambda line: LINE_REASONS.get(line.error, LINE_NOT_KNOWN),
            why=lambda error: FAILURES.get(error, FAILURE_OF_OURS),
        )


def _asked() -> tuple[str, str]:
    """The state and the beginning of the type that the address asks for; empty for all."""
    state = request.args.get("state", "")
    return (state if state in EVENT_STATES else ""), request.args.get("type", "").strip()


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


@blueprint.get("/staff/settlement/events/<uuid:event_id>")
@permit(Permission.READ_SETTLEMENT)
def event_show(event_id: UUID) -> str:
    """One event: what it is about, what became of it, and how often it was tried."""
    return _event(event_id, Form())


def _event(event_id: UUID, form: Form) -> str:
    with reading() as session:
        event = queries.get_event(session, event_id)
        return render_template(
            "settlement/event_show.html",
            event=event,
            states=EVENT_STATES,
            why=FAILURES.get(event.error, FAILURE_OF_OURS) if event.error else None,
            reasons=[(code, gettext(name)) for code, name in REPLAY_REASONS.items()],
            form=form,
        )


@blueprint.post("/staff/settlement/events/<uuid:event_id>/replay")
@permit(Permission.WORK_SETTLEMENT)
def replay(event_id: UUID) -> Response:
    """Look at an event again that is done, and say why."""
    form = load_form(schemas.ReplaySchema())
    if not form.errors:
        with form.attempt(), posting() as post:
            operations.replay_event(
                post.session,
                event_id,
                reason=form.data["reason"],
                actor=current_actor(),
                now=clock.now(),
            )
            return post.redirect(url_for("settlement.event_show", event_id=event_id))
    return make_response(_event(event_id, form), 422)


@blueprint.post("/staff/settlement/events/retry")
@permit(Permission.WORK_SETTLEMENT)
def retry_all() -> Response:
    """Look again at all events that failed for one reason."""
    form = load_form(schemas.RetrySchema())
    if form.errors:
        return make_response(_inbox(form), 422)
    with posting() as post:
        actor, error = current_actor(), form.data["error"]
        operations.retry_failed(post.session, error, actor=actor, now=clock.now())
        return post.redirect(url_for("settlement.inbox"))


@blueprint.post("/staff/settlement/events/<uuid:event_id>/retry")
@permit(Permission.WORK_SETTLEMENT)
def retry(event_id: UUID) -> Response:
    """Look at a failed event again."""
    with posting() as post:
        operations.retry_event(post.session, event_id, actor=current_actor(), now=clock.now())
        return post.redirect(url_for("settlement.inbox"))
