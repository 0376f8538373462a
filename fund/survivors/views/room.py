"""What the pages of this room share: their blueprint, the case page, and the answer to whoever asks
for a case that is not theirs."""

from flask import Blueprint, Response, make_response, render_template
from sqlalchemy.orm import Session

from fund import clock
from fund.answers import error_page
from fund.db import reading, transaction
from fund.i18n import N_
from fund.people import queries as people
from fund.permissions import Permission, Role
from fund.survivors import choices, operations, queries
from fund.survivors.models import Survivor
from fund.web import Form, NavEntry, current_actor

blueprint = Blueprint("survivors", __name__)

NAVIGATION: list[NavEntry] = [NavEntry("survivors.case_list", N_("Cases"), Permission.READ_CASES)]


@blueprint.app_errorhandler(queries.NotYourCase)
def answer_not_your_case(error: queries.NotYourCase) -> Response:
    """The same 404 as for what does not exist; the attempt is recorded, in its own transaction."""
    with transaction() as session:
        operations.record_refused_access(
            session, error.survivor_id, actor=current_actor(), now=clock.now()
        )
    return error_page(404)


def case_page(code: str, status: int = 200, **forms: Form) -> Response:
    """The page of one case; `forms` are those that came back with something to mend."""
    with reading() as session:
        case = queries.get_case(session, code, actor=current_actor())
        return make_response(
            render_template(
                "survivors/case_show.html",
                case=case,
                form=Form(),
                forms=forms,
                choices=choices,
                **_about(session, case.survivor),
            ),
            status,
        )


def _about(session: Session, survivor: Survivor) -> dict[str, object]:
    actor, now = current_actor(), clock.now()
    today = clock.bangkok_day(now)
    consents = queries.list_consents(session, survivor.id)
    valid = queries.find_valid_consent(session, survivor.id, on=today)
    attestations = queries.list_attestations(session, survivor.id)
    assignments = queries.list_assignments(session, survivor.id)
    leads = Role.SUPERVISOR in actor.roles
    caseworkers = people.list_staff_with_role(session, Role.CASEWORKER, now=now) if leads else []
    assigned = {assignment.staff_id for assignment in assignments}
    return {
        "age_band": queries.age_band(survivor, today),
        "consents": consents,
        "valid": valid,
        "attestations": attestations,
        "may_attest": actor.may(Permission.ATTEST_CASES)
        and actor.id != survivor.added_by
        and actor.id not in {attestation.staff_id for attestation in attestations},
        "to_confirm": [
            consent
            for consent in consents
            if leads
            and consent.giver_kind == "other_lawful_basis"
            and consent.confirmed_at is None
            and consent.withdrawn_at is None
            and consent.recorded_by != actor.id
        ],
        "assignments": assignments,
        "assignable": [(str(s.id), s.name) for s in caseworkers if s.id not in assigned],
        "leads": leads,
        "documents": queries.list_documents(session, "survivor", survivor.id),
        "names": people.staff_names(
            session, [*assigned, *(a.staff_id for a in attestations), survivor.added_by]
        ),
    }
