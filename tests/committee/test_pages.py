"""The committee's pages: what a member sees, when, and what never."""

import pytest
from sqlalchemy import select

from fund.awards.models import Award
from fund.ledger.models import Fund
from fund.permissions import Role
from tests.applications.factories import TEXTS, make_submitted
from tests.committee.factories import DECLINE, cast, make_committee, make_in_review
from tests.ledger.factories import give_cash
from tests.people.factories import make_staff
from tests.survivors.factories import NAME


@pytest.fixture
def committee(session):
    return make_committee(session)


VOTE = {"need": "5", "plan": "4", "cost": "3", "safety": "fine", "choice": "approve"}


def test_the_dossier_opens_after_the_declaration(client, session, sign_in, post, committee):
    application = make_submitted(session)
    sign_in(client, committee[0])
    page = f"/staff/docket/{application.id}"
    assert "Declare and open" in client.get("/staff/docket").text
    answer = client.get(page)
    assert answer.location.endswith("/declare")
    assert TEXTS.need not in client.get(answer.location).text
    assert post(f"{page}/declare", has_conflict="no").status_code == 303
    dossier = client.get(page).text
    for shown in (TEXTS.need, TEXTS.plan, TEXTS.safety, ">8,500<", "age 15–16", "North"):
        assert shown in dossier
    assert NAME not in dossier
    assert "Open<span" not in dossier


def test_who_declares_a_conflict_finds_the_item_no_more(client, session, sign_in, post, committee):
    application = make_submitted(session)
    sign_in(client, committee[0])
    page = f"/staff/docket/{application.id}"
    assert post(f"{page}/declare", has_conflict="yes").status_code == 422
    assert post(f"{page}/declare", has_conflict="yes", conflict_kind="payee").status_code == 303
    assert client.get(page).status_code == 404
    assert "Nothing waits" in client.get("/staff/docket").text


def test_others_votes_show_after_ones_own(client, session, sign_in, post, committee):
    application = make_in_review(session, committee)
    cast(session, application, committee[1], DECLINE)
    sign_in(client, committee[0])
    page = f"/staff/docket/{application.id}"
    before = client.get(page).text
    assert "1 of 3 have voted" in before
    assert committee[1].name not in before
    assert DECLINE.reason not in before
    assert post(f"{page}/vote", **VOTE).status_code == 303
    after = client.get(page).text
    assert committee[1].name in after
    assert DECLINE.reason in after


def test_the_last_approval_is_refused_by_what_is_short_and_then_makes_the_award(
    client, session, sign_in, post, committee
):
    application = make_in_review(session, committee)
    cast(session, application, committee[1])
    sign_in(client, committee[0])
    page = f"/staff/docket/{application.id}"
    refused = post(f"{page}/vote", **VOTE)
    assert refused.status_code == 422
    assert "฿10,000" in refused.text
    assert session.scalars(select(Award)).all() == []
    give_cash(session, session.get_one(Fund, application.fund_id), 1_000_000)
    assert post(f"{page}/vote", **VOTE).status_code == 303
    assert session.scalars(select(Award)).one().amount_minor == 1_000_000
    decided = client.get(page).text
    assert "is approved" in decided
    assert "See the award" in decided


def test_a_vote_without_marks_or_reason_keeps_what_was_chosen(
    client, session, sign_in, post, committee
):
    application = make_in_review(session, committee)
    sign_in(client, committee[0])
    page = f"/staff/docket/{application.id}/vote"
    answer = post(page, choice="decline", need="2", reason="Kept words")
    assert answer.status_code == 422
    assert "Kept words" in answer.text
    answer = post(page, **(VOTE | {"choice": "decline"}))
    assert "please write the reason" in answer.text


@pytest.mark.parametrize("language", ["en", "th"])
def test_every_page_in_both_languages(client, session, sign_in, language):
    committee = make_committee(session)
    application = make_in_review(session, committee)
    sign_in(client, make_staff(session, Role.CHAIR, language=language))
    for page in ("/staff/docket", "/staff/policy", f"/staff/docket/{application.id}/declare"):
        assert client.get(page).status_code == 200


def test_the_policy_is_read_in_words(client, session, sign_in, committee):
    sign_in(client, make_staff(session, Role.AUDITOR))
    page = client.get("/staff/policy").text
    for words in ("Up to ฿20,000", "2 approvals", "one of them the chair", "today 2 of 3"):
        assert words in page
