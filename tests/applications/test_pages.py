"""The pages of applications, as caseworkers and strangers meet them."""

from datetime import UTC, date, datetime, timedelta
from io import BytesIO

import pytest
from PIL import Image
from sqlalchemy import select, text

from fund.applications import drafts, queries
from fund.applications.models import Application
from fund.ids import new_id
from fund.permissions import Role
from fund.survivors.models import Document
from tests.applications.factories import TEXTS, make_author, make_draft, make_submitted
from tests.ledger.factories import make_fund
from tests.people.factories import make_staff, make_team
from tests.survivors.factories import NAME, make_case


@pytest.fixture
def author(session):
    return make_author(session)


def address(application, page=""):
    return f"/staff/applications/{application.id}{page}"


ROWS = {
    "line_kind": ["tuition", "transport", ""],
    "line_payee": ["school", "guardian", ""],
    "line_reason": ["", "small_daily_cost", ""],
    "line_amount": ["8,500", "๑๒๐๐.50", ""],
    "line_month": ["2027-01", "2027-02", ""],
    "support_source": ["family"],
    "support_kind": ["transport"],
    "support_standing": ["granted"],
    "support_amount": ["200"],
}
WORDS = vars(TEXTS)


def test_from_a_case_to_the_committee_without_javascript(client, session, sign_in, post, author):
    case = make_case(session, caseworker=author)
    make_fund(session, "education")
    sign_in(client, author)
    assert case.case_code in client.get("/staff/applications/new").text
    answer = post("/staff/applications/new", case_code=case.case_code, kind="education")
    assert answer.status_code == 303
    application = session.scalars(select(Application)).one()
    saved = post(address(application, "/edit"), version=1, then="look", **WORDS, **ROWS)
    assert saved.location.endswith(address(application))
    page = client.get(saved.location).text
    assert "Submit ฿9,500.50 to the committee" in page
    assert "Not attested yet" in page
    answer = post(address(application, "/submit"), version=2)
    assert answer.status_code == 303
    session.expire_all()
    assert (application.state, application.requested_minor) == ("submitted", 950_050)
    assert "Submitted" in client.get("/staff/applications").text


def test_each_fault_stands_beside_its_field_and_the_rest_is_kept(
    client, session, sign_in, post, author
):
    application = make_draft(session, author=author)
    sign_in(client, author)
    wrong = ROWS | {"line_amount": ["8.505", "-3", ""], "line_month": ["2027-13", "", ""]}
    answer = post(address(application, "/edit"), version=2, **(WORDS | {"need": "Kept."}), **wrong)
    assert answer.status_code == 422
    for field in ("line-0-amount", "line-1-amount", "line-0-month"):
        assert f'id="e-{field}"' in answer.text
    assert "Kept." in answer.text
    assert 'value="8.505"' in answer.text
    session.expire_all()
    assert drafts.read_texts(session, application).need == TEXTS.need


def test_rows_are_added_and_taken_away_by_buttons(client, session, sign_in, post, author):
    application = make_draft(session, author=author)
    sign_in(client, author)
    answer = post(address(application, "/edit"), version=2, then="line", **WORDS, **ROWS)
    assert client.get(answer.location).text.count('name="line_amount"') == 3
    post(address(application, "/edit"), version=3, remove="line-0", **WORDS, **ROWS)
    session.expire_all()
    assert [line.line_kind for line in application.lines] == ["transport"]


def test_a_stale_draft_shows_both_sides(client, session, sign_in, post, author):
    application = make_draft(session, author=author)
    sign_in(client, author)
    mine = WORDS | {"plan": "My newer plan."}
    answer = post(address(application, "/edit"), version=1, **mine, **ROWS)
    assert answer.status_code == 409
    assert "My newer plan." in answer.text
    assert TEXTS.plan in answer.text
    assert 'name="line_amount" value="8,500"' in answer.text


def test_autosave_saves_once_and_says_when(client, session, sign_in, author):
    application = make_draft(session, author=author)
    sign_in(client, author)
    form = {"nonce": str(new_id()), "version": 2, **WORDS, **ROWS}
    first = client.post(address(application, "/autosave"), data=form)
    again = client.post(address(application, "/autosave"), data=form)
    assert (first.status_code, again.status_code) == (200, 200)
    assert first.json["version"] == again.json["version"] == 3
    assert "saved_at" in first.json
    stale = form | {"nonce": str(new_id())}
    assert client.post(address(application, "/autosave"), data=stale).status_code == 409
    form["line_amount"] = ["x"]
    assert client.post(address(application, "/autosave"), data=form).status_code == 422


def test_a_refused_submission_names_the_field_and_keeps_the_draft(
    client, session, sign_in, post, author
):
    case = make_case(session, caseworker=author, consented=False)
    application = make_draft(session, author=author, survivor=case)
    sign_in(client, author)
    answer = post(address(application, "/submit"), version=2)
    assert answer.status_code == 422
    assert "There is no valid consent for this case" in answer.text
    session.expire_all()
    assert application.state == "draft"


def test_a_photograph_is_added_to_the_application(client, session, sign_in, author):
    application = make_draft(session, author=author)
    sign_in(client, author)
    picture = BytesIO()
    Image.new("RGB", (20, 20), "white").save(picture, "JPEG")
    picture.seek(0)
    answer = client.post(
        address(application, "/documents"),
        data={
            "nonce": str(new_id()),
            "document_class": "quotation",
            "file": (picture, "quotation.jpg"),
        },
    )
    assert answer.status_code == 303
    paper = session.scalars(select(Document)).one()
    assert (paper.subject_id, paper.state) == (application.id, "stored")
    assert "Quotation" in client.get(address(application)).text
    empty = {"nonce": str(new_id()), "document_class": "quotation", "file": (BytesIO(), "a.pdf")}
    answer = client.post(address(application, "/documents"), data=empty)
    assert answer.status_code == 422
    assert "This file is empty" in answer.text


def test_strangers_find_nothing_and_it_is_recorded(client, session, sign_in, author):
    application = make_draft(session, author=author)
    sign_in(client, make_author(session))
    assert client.get(address(application)).status_code == 404
    assert client.get(address(application, "/edit")).status_code == 404
    seen = session.scalar(
        text("SELECT count(*) FROM audit.event WHERE name = 'survivor_access_refused'")
    )
    assert seen == 2


def test_the_supervisor_reads_and_does_not_write(client, session, sign_in, author):
    application = make_draft(session, author=author)
    supervisor = make_staff(session, Role.SUPERVISOR)
    make_team(session, supervisor, author)
    sign_in(client, supervisor)
    assert TEXTS.need in client.get(address(application)).text
    assert "Change the draft" not in client.get(address(application)).text
    assert client.get(address(application, "/edit")).status_code == 403


def test_what_was_submitted_is_changed_no_more_but_can_be_withdrawn(
    client, session, sign_in, post, author
):
    application = make_submitted(session, author=author)
    sign_in(client, author)
    assert client.get(address(application, "/edit")).status_code == 403
    assert post(address(application, "/withdraw"), version=3).status_code == 303
    session.expire_all()
    assert application.state == "withdrawn"


@pytest.mark.parametrize("language", ["en", "th"])
def test_no_page_says_who_it_is(client, session, sign_in, language):
    author = make_staff(session, Role.CASEWORKER, language=language)
    application = make_draft(session, author=author)
    sign_in(client, author)
    for page in (address(application), address(application, "/edit"), "/staff/applications"):
        answer = client.get(page)
        assert answer.status_code == 200
        assert NAME not in answer.text


@pytest.mark.parametrize(
    ("days", "words"), [(0, "saved today"), (1, "saved yesterday"), (12, "saved %(day)s")]
)
def test_an_open_draft_says_when_it_was_saved(session, days, words):
    now = datetime(2026, 11, 24, 9, tzinfo=UTC)
    author = make_author(session)
    make_draft(session, author=author).saved_at = now - timedelta(days=days)
    session.flush()
    [waiting] = queries.list_waiting(session, author.actor, now=now)
    assert (waiting.note, waiting.params["day"]) == (words, date(2026, 11, 24 - days))
