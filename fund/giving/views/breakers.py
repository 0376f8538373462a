"""Finance's view of the gate: what is asked before the payment, since when, why, and how much."""

from uuid import UUID

from flask import make_response, render_template, url_for
from werkzeug.wrappers import Response

from fund import clock
from fund.db import reading
from fund.giving import abuse, queries
from fund.giving.choices import BREAKER_CAUSES, BREAKER_LEVELS
from fund.giving.schemas import BreakerSchema
from fund.giving.views.room import blueprint
from fund.people.queries import staff_names
from fund.permissions import Permission
from fund.web import Form, current_actor, load_form, permit, posting


@blueprint.get("/staff/settlement/abuse")
@permit(Permission.READ_SETTLEMENT)
def breaker_list() -> str:
    """How each office's breaker stands, and what came through the gate."""
    return _page(Form())


@blueprint.post("/staff/settlement/abuse/<uuid:office_id>")
@permit(Permission.WORK_SETTLEMENT)
def breaker_move(office_id: UUID) -> Response:
    """Open or close an office's breaker by hand, and say why."""
    form = load_form(BreakerSchema())
    if not form.errors:
        with form.attempt(), posting() as post:
            abuse.move_by_hand(
                post.session,
                office_id,
                form.data["level"],
                form.data["note"],
                actor=current_actor(),
                now=clock.now(),
            )
            return post.redirect(url_for(".breaker_list"))
    return make_response(_page(form, office_id), 422)


def _page(form: Form, at_office: UUID | None = None) -> str:
    with reading() as session:
        gates = queries.list_gates(session, now=clock.now())
        return render_template(
            "giving/breaker_list.html",
            gates=gates,
            names=staff_names(session, [g.breaker.moved_by for g in gates if g.breaker.moved_by]),
            levels=BREAKER_LEVELS,
            causes=BREAKER_CAUSES,
            form=form,
            at_office=at_office,
        )
