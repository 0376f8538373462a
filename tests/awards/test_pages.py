"""The award's pages: its caseworker records, everybody else reads by code."""

from io import BytesIO

import pytest
from PIL import Image
from sqlalchemy import select

from fund.awards import operations
from fund.awards.models import AwardCondition
from fund.permissions import Role
from fund.survivors.models import Document
from tests.applications.factories import NOW
from tests.awards.factories import (
    caseworker_of,
    make_active,
    make_award,
    make_ready,
    pay,
    withdraw_consent,
)
from tests.people.factories import make_staff
from tests.survivors.factories import NAME


def photograph():
    picture = BytesIO()
    Image.new("RGB", (20, 20), "white").save(picture, "JPEG")
    picture.seek(0)
    return (picture, "paper.jpg")


def test_acceptance_is_read_aloud_and_recorded(client, session, sign_in, post):
    award = make_award(session)
    sign_in(client, caseworker_of(session, award))
    page = f"/staff/awards/{award.id}"
    assert "Record the acceptance" in client.get(page).text
    assert "กองทุนขอเสนอ" in client.get(f"{page}/acceptance").text
    assert "The fund offers" in client.get(f"{page}/acceptance?language=en").text
    answers = {"language": "en", "how": "in_person", "assent_language": "th"}
    refused = post(f"{page}/acceptance", **answers)
    assert refused.status_code == 422
    assert "assent is needed" in refused.text
    assert post(f"{page}/acceptance", **answers, assented_how="in_person").status_code == 303
    session.expire_all()
    assert award.state == "active"
    assert "Accepted" in client.get(page).text


def test_without_a_valid_consent_nothing_can_be_accepted(client, session, sign_in, post):
    award = make_award(session)
    withdraw_consent(session, award)
    sign_in(client, caseworker_of(session, award))
    page = f"/staff/awards/{award.id}/acceptance"
    assert "No valid consent" in client.get(page).text
    answer = post(page, language="en", how="phone")
    assert answer.status_code == 422


def test_a_condition_is_confirmed_by_phone_or_by_a_paper(client, session, sign_in, post):
    award = make_active(session)
    condition = session.scalars(select(AwardCondition)).one()
    sign_in(client, caseworker_of(session, award))
    page = f"/staff/awards/{award.id}/conditions/{condition.id}"
    assert post(page, how="document").status_code == 422
    assert post(page).status_code == 422
    assert post(page, how="document", file=photograph()).status_code == 303
    session.expire_all()
    assert condition.is_met
    assert session.scalars(select(Document)).one().document_class == "enrolment_proof"
    assert award.instalments[0].state == "ready"


def test_evidence_is_attached_to_what_was_paid(client, session, sign_in, post):
    award = make_ready(session)
    instalment = award.instalments[0]
    sign_in(client, caseworker_of(session, award))
    page = f"/staff/awards/{award.id}/instalments/{instalment.id}/evidence"
    early = post(page, document_class="receipt", file=photograph())
    assert early.status_code == 422
    pay(session, instalment)
    assert post(page, document_class="receipt", file=photograph()).status_code == 303
    session.expire_all()
    assert instalment.state == "evidenced"
    assert "Receipt" in client.get(f"/staff/awards/{award.id}").text


def test_a_paper_for_another_awards_payment_is_not_kept(client, session, sign_in, post):
    award, other = make_ready(session), make_ready(session)
    sign_in(client, caseworker_of(session, award))
    page = f"/staff/awards/{award.id}/instalments/{other.instalments[0].id}/evidence"
    assert post(page, document_class="receipt", file=photograph()).status_code == 404
    condition = session.scalars(select(AwardCondition).where(AwardCondition.award_id == other.id))
    page = f"/staff/awards/{award.id}/conditions/{condition.one().id}"
    assert post(page, how="document", file=photograph()).status_code == 404
    assert session.scalars(select(Document)).all() == []


def test_finance_schedules_again_what_came_back(client, session, sign_in, post):
    award = make_ready(session)
    books = award.instalments[1]
    pay(session, books)
    operations.mark_failed(session, books.id, now=NOW)
    sign_in(client, make_staff(session, Role.FINANCE_OFFICER))
    assert "Schedule it again" in client.get(f"/staff/awards/{award.id}").text
    page = f"/staff/awards/{award.id}/instalments/{books.id}/reschedule"
    assert post(page).status_code == 303
    session.expire_all()
    assert books.state == "ready"
    assert post(page).status_code == 422


@pytest.mark.parametrize(
    "role",
    [Role.COMMITTEE_MEMBER, Role.FINANCE_OFFICER, Role.TREASURER, Role.AUDITOR],
)
@pytest.mark.parametrize("language", ["en", "th"])
def test_others_read_by_code_and_neither_open_papers_nor_record(
    client, session, sign_in, role, language
):
    award = make_ready(session)
    pay(session, award.instalments[0])
    sign_in(client, make_staff(session, role, language=language))
    page = client.get(f"/staff/awards/{award.id}")
    assert page.status_code == 200
    assert 'enctype="multipart/form-data"' not in page.text
    assert "/staff/documents/" not in page.text
    assert NAME not in page.text
    assert "LF-" in client.get("/staff/awards").text


def test_a_caseworker_of_other_cases_finds_nothing(client, session, sign_in):
    award = make_award(session)
    sign_in(client, make_staff(session, Role.CASEWORKER))
    assert client.get(f"/staff/awards/{award.id}").status_code == 404
    assert "No award yet" in client.get("/staff/awards").text


def test_what_is_due_waits_on_the_caseworker(client, session, sign_in):
    offered, paid = make_award(session), make_ready(session)
    for award, words in ((offered, "Record the acceptance"), (paid, "Evidence due")):
        if award is paid:
            pay(session, paid.instalments[0])
        sign_in(client, caseworker_of(session, award))
        assert words in client.get("/staff/").text
