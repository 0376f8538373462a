"""Pages of the committee: the docket, the declaration, the dossier, the vote, the policy."""

from uuid import UUID

from flask import (
    Blueprint,
    Response,
    flash,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from fund import clock
from fund.applications import budget, drafts
from fund.applications import models as asked
from fund.applications.models import Application
from fund.awards.models import CONDITIONS
from fund.awards.queries import find_by_application
from fund.committee import bar, models, operations, policy, queries
from fund.committee.queries import Round
from fund.committee.schemas import DeclareSchema, VoteSchema
from fund.db import reading
from fund.i18n import N_, gettext, language, options
from fund.ledger.queries import fund_name
from fund.money import baht
from fund.people.queries import staff_names
from fund.permissions import Permission
from fund.survivors import choices
from fund.survivors import queries as survivors
from fund.web import Form, NavEntry, current_actor, load_form, permit, posting

blueprint = Blueprint("committee", __name__)

NAVIGATION: list[NavEntry] = [
    NavEntry("committee.docket", N_("Docket"), Permission.READ_DOCKET),
    NavEntry("committee.policy_show", N_("Policy"), Permission.READ_POLICY),
]

# After a vote.
SAID = {
    "pending": N_("Your vote is cast."),
    "approved": N_("Your vote is cast, and with it the application is approved."),
    "declined": N_("Your vote is cast, and with it the application is declined."),
    "deferred": N_("Your vote is cast, and with it the application is deferred."),
}


@blueprint.get("/staff/docket")
@permit(Permission.READ_DOCKET)
def docket() -> Response:
    """What waits for the committee, oldest first."""
    with reading() as session:
        rows = queries.list_docket(
            session,
            current_actor(),
            now=clock.now(),
            after=request.args.get("after", type=UUID),
        )
        page = render_template("committee/docket.html", rows=rows, asked=asked)
    return make_response(page)


@blueprint.route("/staff/docket/<uuid:application_id>/declare", methods=["GET", "POST"])
@permit(Permission.VOTE)
def declare(application_id: UUID) -> AnyResponse:
    """Conflicts of interest, before the dossier opens; a later one is declared here too."""
    form = Form()
    if request.method == "POST":
        form = load_form(DeclareSchema())
        if not form.errors:
            with form.attempt():
                return _declare(application_id, form.data["conflict_kind"])
    with reading() as session:
        actor = current_actor()
        application = queries.get_item(session, application_id, actor=actor)
        page = render_template(
            "committee/declare.html",
            application=application,
            code=survivors.case_code(session, application.survivor_id),
            form=form,
            earlier=queries.find_declaration(session, application.id, actor.id),
            is_suggested=queries.suggest_conflict(session, application, actor.id),
            asked=asked,
            conflicts=options(models.CONFLICTS),
        )
    return make_response(page, 422 if form.errors else 200)


def _declare(application_id: UUID, conflict_kind: str | None) -> Response:
    with posting() as post:
        application = queries.get_item(post.session, application_id, actor=current_actor())
        operations.declare(
            post.session,
            application,
            conflict_kind=conflict_kind,
            actor=current_actor(),
            now=clock.now(),
        )
        if conflict_kind is None:
            return post.redirect(url_for(".dossier", application_id=application_id))
        flash(gettext("Thank you. You are recused, and no longer see this item."), "done")
        return post.redirect(url_for(".docket"))


@blueprint.get("/staff/docket/<uuid:application_id>")
@permit(Permission.READ_DOCKET)
def dossier(application_id: UUID) -> AnyResponse:
    """What the committee reads; first the member declares."""
    return _dossier_page(application_id, Form())


@blueprint.post("/staff/docket/<uuid:application_id>/vote")
@permit(Permission.VOTE)
def vote(application_id: UUID) -> AnyResponse:
    """Score and vote; the last needed approval makes the award."""
    form = load_form(VoteSchema())
    if not form.errors:
        with form.attempt(), posting() as post:
            application = queries.get_item(post.session, application_id, actor=current_actor())
            decision = operations.vote(
                post.session,
                application,
                **form.data,
                actor=current_actor(),
                now=clock.now(),
            )
            outcome = decision.outcome if decision else "pending"
            flash(gettext(SAID[outcome]), "done")
            return post.redirect(url_for(".dossier", application_id=application_id))
    return _dossier_page(application_id, form)


@blueprint.get("/staff/policy")
@permit(Permission.READ_POLICY)
def policy_show() -> Response:
    """The policy of today, in words."""
    now = clock.now()
    with reading() as session:
        row = queries.get_policy(session, clock.bangkok_day(now))
        seats = queries.list_seats(session, now=now)
        rules = queries.rules_of(row)
        page = render_template(
            "committee/policy_show.html",
            policy=row,
            rules=rules,
            run_tiers=row.run_tiers,
            seats=len(seats),
            quorum=rules.quorum(len(seats)),
        )
    return make_response(page)


def _dossier_page(application_id: UUID, form: Form) -> AnyResponse:
    actor, now = current_actor(), clock.now()
    with reading() as session:
        application = queries.get_item(session, application_id, actor=actor)
        declaration = queries.find_declaration(session, application.id, actor.id)
        if declaration is None:
            return redirect(url_for(".declare", application_id=application_id), 303)
        standing = queries.get_round(session, application, now=now)
        fund = queries.get_fund_bar(session, application, now=now)
        page = render_template(
            "committee/dossier.html",
            application=application,
            code=survivors.case_code(session, application.survivor_id),
            form=form,
            declaration=declaration,
            texts=drafts.read_texts(session, application),
            gap=baht(budget.gap(application.lines, application.supports)),
            papers=queries.list_papers(session, application),
            award=find_by_application(session, application.id),
            fund=fund,
            fund_name=fund_name(fund.fund, language()),
            bar=bar.draw(fund),
            asked=asked,
            models=models,
            conditions=options(CONDITIONS),
            choices=choices,
            **_votes(session, application, standing),
        )
    return make_response(page, 422 if form.errors else 200)


def _votes(session: Session, application: Application, standing: Round) -> dict[str, object]:
    """How the round stands; how others voted shows after one's own vote, or once decided."""
    own = next((v for v in standing.votes if v.member_id == current_actor().id), None)
    shows = own is not None or application.state != "in_review"
    votes = standing.votes if shows else []
    today = clock.bangkok_day(clock.now())
    days = queries.get_policy(session, today).decide_within_days
    return {
        "own": own,
        "votes": votes,
        "scores": queries.list_scores(session, application) if shows else {},
        "reasons": {v.id: queries.read_reason(session, application, v) for v in votes},
        "names": staff_names(session, [v.member_id for v in votes]),
        "tier": standing.tier,
        "count": standing.count,
        "is_short": policy.is_short(
            standing.rules,
            application.requested_minor or 0,
            standing.ballots,
            standing.seats,
            standing.recused,
        ),
        "decide_by": queries.decide_by(application, days),
        "may_vote": own is None and application.state == "in_review",
    }
