"""The small give page that other sites of the charity show in a frame, and which sites may.

Nothing in it costs anything: it has no session, no form of ours and no address to type. A press
leads the whole window to the give page, with the amount in it, where the donor sees it again; so
whoever lays something over the frame wins nothing.
"""

from uuid import UUID

from flask import flash, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from fund import clock, i18n
from fund.db import reading
from fund.giving import operations, policy, queries
from fund.giving.choices import EVERY_NAMES
from fund.giving.offices import ONCE
from fund.giving.policy import CURRENCY_OF_LANGUAGE
from fund.giving.schemas import OTHER, FrameSchema
from fund.giving.views.room import blueprint, fresh
from fund.i18n import gettext
from fund.money import OFFERED
from fund.people.queries import staff_names
from fund.permissions import Permission
from fund.web import Form, content_policy, current_actor, load_form, permit, posting, public


@blueprint.get("/give/embed")
@public
def embed() -> Response:
    """Amounts to begin with, for a frame."""
    return _embed(None)


@blueprint.get("/give/embed/<slug>")
@public
def embed_campaign(slug: str) -> Response:
    """The same for one campaign, whose gifts are given once."""
    return _embed(slug)


def _embed(slug: str | None) -> Response:
    language = i18n.language()
    with reading() as session:
        campaign = queries.get_campaign_page(session, slug)[0] if slug else None
        origins = [row.origin for row in queries.list_frame_origins(session)]
    currency, frequency = request.args.get("currency", ""), request.args.get("frequency", "")
    currency = currency if currency in OFFERED else CURRENCY_OF_LANGUAGE[language]
    frequency = frequency if frequency in EVERY_NAMES and campaign is None else ONCE
    page = render_template(
        "giving/embed.html",
        campaign=campaign,
        currency=currency,
        frequency=frequency,
        presets=policy.list_presets(currency, frequency),
        other=OTHER,
    )
    answer = fresh(make_response(page))
    framed_by = " ".join(origins) or "'none'"
    answer.headers["Content-Security-Policy"] = content_policy(framed_by=framed_by)
    return answer


@blueprint.get("/staff/campaigns/frames")
@permit(Permission.READ_GIFTS)
def frame_list() -> str:
    """The sites that may show it, and what to copy there."""
    return _list(Form())


@blueprint.post("/staff/campaigns/frames")
@permit(Permission.WRITE_CAMPAIGNS)
def frame_allow() -> ResponseReturnValue:
    """Let one more site show it."""
    form = load_form(FrameSchema())
    if not form.errors:
        with form.attempt(), posting() as post:
            operations.allow_frame(
                post.session, form.data["origin"], actor=current_actor(), now=clock.now()
            )
            flash(gettext("The site may show the frame."), "done")
            return post.redirect(url_for(".frame_list"))
    return make_response(_list(form), 422)


@blueprint.post("/staff/campaigns/frames/<uuid:origin_id>/forbid")
@permit(Permission.WRITE_CAMPAIGNS)
def frame_forbid(origin_id: UUID) -> ResponseReturnValue:
    """Let a site show it no more."""
    with posting() as post:
        operations.forbid_frame(post.session, origin_id, actor=current_actor(), now=clock.now())
        flash(gettext("The site shows the frame no more."), "done")
        return post.redirect(url_for(".frame_list"))


def _list(form: Form) -> str:
    with reading() as session:
        origins = queries.list_frame_origins(session)
        names = staff_names(session, {row.added_by for row in origins})
        return render_template("giving/frame_list.html", form=form, origins=origins, names=names)
