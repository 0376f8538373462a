"""Consent on the pages: the words are read, the answer recorded, confirmed or withdrawn."""

import re

import pytest
from marshmallow import ValidationError

from fund.clock import bangkok_day
from fund.clock import now as this_moment
from fund.survivors import operations, queries
from fund.survivors.schemas import ConsentAddSchema
from tests.survivors.factories import events_named, make_case


def test_the_words_that_are_read_and_the_answer_go_together(
    client, session, sign_in, post, caseworker
):
    operations.seed_wordings(session, now=this_moment())
    survivor = make_case(session, caseworker=caseworker, consented=False)
    at = f"/staff/cases/{survivor.case_code}/consent"
    sign_in(client, caseworker)
    assert "Who consents?" in client.get(at).text
    page = client.get(f"{at}?giver_kind=guardian&language=th&assent_language=en").text
    assert "ท่านถอนความยินยอมได้ทุกเมื่อ" in page
    assert "Nobody will be angry" in page
    today = bangkok_day(this_moment())
    form = {
        "giver_kind": "guardian",
        "language": "th",
        "wording_version": "1",
        "relation": "mother",
        "guardian_name": "Dao Invented-Name",
        "given_how": "paper",
        "given_on": today.isoformat(),
        "assent_language": "en",
        "assent_version": "1",
    }
    answer = post(at, **form, assent_how="under_ten")
    assert answer.status_code == 422
    assert "the child&#39;s own assent is needed too" in answer.text
    assert "ท่านถอนความยินยอมได้ทุกเมื่อ" in answer.text
    assert 'value="Dao Invented-Name"' in answer.text
    assert post(at, **form, assent_how="spoken_witnessed").status_code == 303
    consent = queries.find_valid_consent(session, survivor.id, on=today)
    assert (consent.relation, consent.assent_how) == ("mother", "spoken_witnessed")
    again = client.get(f"{at}?giver_kind=guardian").text
    assert "Mother, " in again
    assert "Dao" not in again
    case = client.get(f"/staff/cases/{survivor.case_code}").text
    assert "with the child's assent" in case
    assert "Dao" not in case


@pytest.mark.parametrize(
    ("form", "missing"),
    [
        ({"giver_kind": "guardian"}, {"relation", "guardian_name", "given_how", "assent_how"}),
        (
            {"giver_kind": "state_guardian", "relation": "mother"},
            {"relation", "given_how", "assent_how"},
        ),
        ({"giver_kind": "survivor"}, {"given_how"}),
        ({"giver_kind": "other_lawful_basis"}, {"lawful_basis", "reason", "assent_how"}),
        ({"giver_kind": "nobody"}, {"giver_kind"}),
    ],
)
def test_each_kind_of_giver_needs_its_own_parts(form, missing):
    with pytest.raises(ValidationError) as invalid:
        ConsentAddSchema().load({"given_on": "2026-11-24", **form})
    assert set(invalid.value.messages) == missing


def test_a_withdrawal_needs_a_reason_and_shows_what_it_stops(
    client, session, sign_in, post, caseworker
):
    survivor = make_case(session, caseworker=caseworker)
    at = f"/staff/cases/{survivor.case_code}"
    sign_in(client, caseworker)
    assert post(f"{at}/consent/withdraw").status_code == 422
    assert post(f"{at}/consent/withdraw", reason="survivor_asked").status_code == 303
    page = client.get(at).text
    assert "Nothing can be submitted, accepted or paid for this case." in page
    assert "Withdraw the consent" not in page
    assert events_named(session, "consent_withdrawn")[0].data["reason"] == "survivor_asked"


def test_a_supervisor_confirms_another_lawful_basis_on_the_case(
    client, session, sign_in, post, caseworker, supervisor
):
    operations.seed_wordings(session, now=this_moment())
    survivor = make_case(session, caseworker=caseworker, consented=False)
    at = f"/staff/cases/{survivor.case_code}"
    sign_in(client, caseworker)
    form = {
        "giver_kind": "other_lawful_basis",
        "lawful_basis": "vital_interests",
        "reason": "Both parents are out of reach.",
        "given_on": bangkok_day(this_moment()).isoformat(),
        "assent_how": "spoken_witnessed",
        "assent_language": "th",
        "assent_version": "1",
    }
    assert post(f"{at}/consent", **form).status_code == 303
    assert "Waits for a supervisor" in client.get(at).text
    assert "Confirm this basis" not in client.get(at).text
    sign_in(client, supervisor)
    waits = queries.list_waiting(session, supervisor.actor, now=this_moment())
    assert "Confirm another lawful basis" in {w.title for w in waits}
    action = re.search(rf'action="({at}/consent/[^"]*/confirm)"', client.get(at).text)[1]
    assert post(action).status_code == 303
    assert "Valid" in client.get(at).text
    assert post(action).status_code == 422
