"""Finance's pages of campaigns."""

from typing import Any
from uuid import UUID

from flask import flash, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue

from fund import clock, i18n
from fund.db import reading
from fund.errors import Conflict, Refused
from fund.giving import operations, queries
from fund.giving.models import Campaign
from fund.giving.schemas import CampaignSchema, CloseCampaignSchema, OpenCampaignSchema
from fund.giving.views.room import blueprint
from fund.i18n import gettext
from fund.ledger.queries import fund_name, list_open_funds
from fund.permissions import Permission
from fund.web import Form, current_actor, load_form, permit, posting


@blueprint.get("/staff/campaigns")
@permit(Permission.READ_GIFTS)
def campaign_list() -> str:
    """Every campaign and how far it came."""
    with reading() as session:
        rows = [
            (campaign, fund, queries.find_progress(session, campaign, now=clock.now()))
            for campaign, fund in queries.list_campaigns(session)
        ]
        return render_template("giving/campaign_list.html", rows=rows, fund_name=fund_name)


@blueprint.route("/staff/campaigns/open", methods=["GET", "POST"])
@permit(Permission.WRITE_CAMPAIGNS)
def campaign_open() -> ResponseReturnValue:
    """A new campaign: its address, fund, words and target."""
    form = Form()
    if request.method == "POST":
        form = load_form(OpenCampaignSchema())
        if not form.errors:
            with form.attempt(), posting() as post:
                operations.open_campaign(
                    post.session,
                    slug=form.data["slug"],
                    fund_code=form.data["fund"],
                    **_words(form),
                    actor=current_actor(),
                    now=clock.now(),
                )
                flash(gettext("The campaign is open."), "done")
                return post.redirect(url_for(".campaign_list"))
    return _edit_page(form, None, 422 if form.errors else 200)


@blueprint.route("/staff/campaigns/<uuid:campaign_id>", methods=["GET", "POST"])
@permit(Permission.WRITE_CAMPAIGNS)
def campaign_change(campaign_id: UUID) -> ResponseReturnValue:
    """Other words, another target; a stale form shows both sides."""
    form, status = Form(), 200
    if request.method == "POST":
        form, status = load_form(CampaignSchema()), 422
        try:
            if not form.errors:
                with form.attempt(), posting() as post:
                    operations.change_campaign(
                        post.session,
                        queries.get_campaign(post.session, campaign_id, is_locked=True)[0],
                        version=form.data["version"],
                        **_words(form),
                        actor=current_actor(),
                        now=clock.now(),
                    )
                    flash(gettext("The campaign is changed."), "done")
                    return post.redirect(url_for(".campaign_list"))
        except Conflict as conflict:
            form.refuse(conflict)
            status = 409
    with reading() as session:
        campaign = queries.get_campaign(session, campaign_id)[0]
    return _edit_page(form, campaign, status)


@blueprint.post("/staff/campaigns/<uuid:campaign_id>/close")
@permit(Permission.WRITE_CAMPAIGNS)
def campaign_close(campaign_id: UUID) -> ResponseReturnValue:
    """Close it for good."""
    form = load_form(CloseCampaignSchema())
    if not form.errors:
        with posting() as post:
            operations.close_campaign(
                post.session,
                queries.get_campaign(post.session, campaign_id, is_locked=True)[0],
                version=form.data["version"],
                actor=current_actor(),
                now=clock.now(),
            )
            flash(gettext("The campaign is closed."), "done")
            return post.redirect(url_for(".campaign_list"))
    raise Refused("form_incomplete")


def _words(form: Form) -> dict[str, Any]:
    names = ("title_en", "title_th", "text_en", "text_th")
    return {name: form.data[name] for name in names} | {"target_minor": form.data["target"]}


def _edit_page(form: Form, campaign: Campaign | None, status: int) -> ResponseReturnValue:
    with reading() as session:
        funds = [(f.code, fund_name(f, i18n.language())) for f in list_open_funds(session)]
    page = render_template(
        "giving/campaign_edit.html",
        form=form,
        campaign=campaign,
        funds=funds,
        is_stale=status == 409,
    )
    return make_response(page, status)
