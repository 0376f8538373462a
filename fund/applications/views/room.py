"""What the pages of this room share: their blueprint, and an application's page."""

from uuid import UUID

from flask import Blueprint, Response, make_response, render_template
from sqlalchemy.orm import Session

from fund import clock
from fund.applications import budget, choices, drafts, operations, queries
from fund.applications.models import Application
from fund.db import reading
from fund.i18n import N_
from fund.money import baht
from fund.people.queries import staff_names
from fund.permissions import Permission
from fund.survivors import choices as vault
from fund.survivors import queries as survivors
from fund.web import Form, NavEntry, current_actor

blueprint = Blueprint("applications", __name__)

NAVIGATION: list[NavEntry] = [
    NavEntry("applications.application_list", N_("Applications"), Permission.READ_APPLICATIONS)
]

# Where a refused submission points.
FIELD_NAMES = {
    "aim": N_("What it is for"),
    "need": N_("Need"),
    "plan": N_("Plan"),
    "safety": N_("Safety"),
    "lines": N_("Costs"),
    "supports": N_("Other support for the same costs"),
}


def application_page(application_id: UUID, status: int = 200, **forms: Form) -> Response:
    """The page of one application; `forms` are those that came back with something to mend."""
    with reading() as session:
        application = queries.get_application(session, application_id, actor=current_actor())
        page = render_template(
            "applications/application_show.html",
            application=application,
            form=Form(),
            forms=forms,
            choices=choices,
            vault=vault,
            field_names=FIELD_NAMES,
            **_about(session, application),
        )
    return make_response(page, status)


def _about(session: Session, application: Application) -> dict[str, object]:
    actor = current_actor()
    on = clock.bangkok_day(clock.now())
    return {
        "code": survivors.case_code(session, application.survivor_id),
        "texts": drafts.read_texts(session, application),
        "gap": baht(budget.gap(application.lines, application.supports)),
        "papers": survivors.list_documents(session, "application", application.id),
        "has_consent": survivors.find_valid_consent(session, application.survivor_id, on=on),
        "is_attested": survivors.is_attested(session, application.survivor_id),
        "author": staff_names(session, [application.author_id])[application.author_id],
        "may_edit": operations.can_edit(actor, application),
        "may_withdraw": operations.can_withdraw(actor, application),
    }
