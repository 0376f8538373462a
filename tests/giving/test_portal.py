"""A donor's own pages: in by a link that works once, and never to what is another's."""

import re
from datetime import timedelta
from io import BytesIO
from uuid import uuid4

import pypdf
import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError

from fund import clock
from fund.audit.models import Event
from fund.giving import operations, queries
from fund.giving.models import PortalLink, PortalSession
from fund.giving.years import Year
from fund.money import Money
from fund.permissions import SYSTEM, Role
from tests.giving.factories import begin_plan, make_donor, pay_gift, start_gift, visit
from tests.people.factories import make_staff

ADDRESS = re.compile(r"http://localhost(/my/open/\S+)")


def link_in(mail) -> str:
    return ADDRESS.search(mail.get_body(("plain",)).get_content())[1]


@pytest.fixture
def link(world, session, post, mailbox, run_jobs) -> str:
    """A donor's link, out of the mail that brought it."""
    make_donor(session)
    session.commit()
    post("/my/sign-in", email=" Donor@Example.org ")
    run_jobs()
    return link_in(mailbox.mails[-1])


def test_a_donor_comes_in_by_the_link_in_a_mail(link, client, post, mailbox, session):
    (mail,) = mailbox.mails
    assert mail["To"] == "donor@example.org"
    assert mail["Subject"] == "Your link to your gifts"
    assert "@" not in link
    assert client.get("/my").headers["Location"] == "/my/sign-in"
    opened = post(link)
    assert opened.headers["Location"] == "/my"
    cookie = opened.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Path=/my" in cookie
    page = client.get("/my")
    assert "donor@example.org" in page.text
    assert page.headers["Cache-Control"] == "no-store"
    kept = session.scalars(select(PortalSession)).one()
    assert client.get_cookie("donor", path="/my").value.encode() != kept.id_sha256
    assert session.scalars(select(Event.name).where(Event.name == "portal_opened")).one()


def test_a_look_at_the_link_uses_nothing_up_and_the_button_works_once(link, client, post):
    for _ in range(3):
        assert client.get(link).status_code == 200
    assert post(link).headers["Location"] == "/my"
    assert post(link).status_code == 422
    assert "opens nothing any more" in client.get(link).text


def test_a_link_is_over_after_fifteen_minutes(link, session, monkeypatch, client, post):
    later = clock.now() + timedelta(minutes=15)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert client.get(link).status_code == 422
    assert post(link).status_code == 422
    assert client.get("/my").status_code == 303


def test_a_link_that_we_did_not_write_opens_nothing(link, client, post):
    for token in ("x", link.rpartition("/")[2][:-1] + "~"):
        assert client.get(f"/my/open/{token}").status_code == 422
        assert post(f"/my/open/{token}").status_code == 422


def test_who_is_no_donor_gets_the_same_answer_by_the_same_work(
    world, session, post, mailbox, run_jobs, count_statements
):
    make_donor(session)
    session.commit()
    answers, work = [], []
    for email in ("donor@example.org", "nobody@example.org"):
        with count_statements() as seen:
            answer = post("/my/sign-in", email=email)
        answers.append((answer.status_code, answer.headers["Location"], answer.text))
        work.append(seen)
    assert answers[0] == answers[1]
    assert work[0] == work[1]
    run_jobs()
    assert [mail["To"] for mail in mailbox.mails] == ["donor@example.org"]


def test_an_address_gets_three_links_an_hour_and_a_network_ten(
    world, session, post, mailbox, run_jobs
):
    make_donor(session)
    session.commit()
    answers = {post("/my/sign-in", email="donor@example.org").status_code for _ in range(5)}
    run_jobs()
    assert answers == {303}
    assert len(mailbox.mails) == 3
    for _ in range(5):
        post("/my/sign-in", email=f"{uuid4().hex}@example.org")
    refused = post("/my/sign-in", email="other@example.org")
    assert refused.status_code == 422
    assert "Too many links" in refused.text
    operations.ask_for_link(session, email="a@b.org", network="192.0.2.9", now=clock.now())
    operations.forget_visits(session, now=clock.now() + timedelta(hours=1, minutes=1))
    assert session.scalar(select(func.count(PortalLink.id))) == 0


@pytest.mark.parametrize(("hours", "step"), [(0.6, 0.6), (8.0, 0.45)])
def test_a_visit_ends_by_rest_or_after_eight_hours(
    world, session, client, monkeypatch, hours, step
):
    visit(session, client, make_donor(session))
    begun, passed = clock.now(), 0.0
    while passed < hours:
        assert client.get("/my").status_code == 200
        passed += step
        moment = begun + timedelta(hours=passed)
        monkeypatch.setattr(clock, "now", lambda moment=moment: moment)
    assert client.get("/my").headers["Location"] == "/my/sign-in"


def test_who_signs_out_is_out_even_with_a_kept_cookie(world, session, client, post):
    visit(session, client, make_donor(session))
    kept = client.get_cookie("donor", path="/my").value
    post("/my/sign-out")
    assert session.scalars(select(PortalSession)).all() == []
    client.set_cookie("donor", kept, path="/my")
    assert client.get("/my").status_code == 303


def test_the_database_lets_nobody_use_a_link_twice_or_stay_for_days(world, session):
    visit_of = make_donor(session)
    operations.ask_for_link(session, email="donor@example.org", network="n", now=clock.now())
    session.execute(text("UPDATE portal_link SET used_at = made_at"))
    for change in (
        "UPDATE portal_link SET used_at = NULL",
        "INSERT INTO portal_session VALUES (sha256('x'),"
        f" '{visit_of.id}', now(), now(), now() + interval '9 hours')",
    ):
        with pytest.raises(DBAPIError), session.begin_nested():
            session.execute(text(change))


def test_a_donor_reads_their_gift_with_its_receipts_and_corrections(world, session, client):
    gift = pay_gift(session, start_gift(session))
    operations.record_return(
        session,
        gift,
        kind="refund",
        source="re_9",
        amount_minor=20_00,
        happened_on=gift.paid_on,
        actor=SYSTEM,
        now=clock.now(),
    )
    session.commit()
    visit(session, client, make_donor(session))
    assert f"/my/gifts/{gift.id}" in client.get("/my").text
    page = client.get(f"/my/gifts/{gift.id}").text
    for said in ("NZ-2026-000001", "NZ-2026-000002", "NZ$30 count", "refunded", "/log/check/"):
        assert said in page
    papers = re.findall(r'"(/my/receipts/\S+\.pdf)"', page)
    assert len(papers) == 2
    for number, paper in enumerate(papers, 1):
        answer = client.get(paper)
        assert answer.mimetype == "application/pdf"
        printed = pypdf.PdfReader(BytesIO(answer.data)).pages[0].extract_text()
        assert f"NZ-2026-00000{number}" in printed


def test_nothing_of_another_donor_opens(world, session, client):
    gift = pay_gift(session, start_gift(session, email="other@example.org"))
    receipt = queries.get_gift(session, gift.id).receipt
    visit(session, client, make_donor(session))
    assert client.get(f"/my/gifts/{gift.id}").status_code == 404
    assert client.get(f"/my/receipts/{receipt.id}.pdf").status_code == 404
    assert "No gift has come in yet." in client.get("/my").text


def test_a_statement_opens_for_its_donor_only(world, session, client):
    gift = pay_gift(session, start_gift(session), paid_at=clock.now() - timedelta(days=365))
    statement = operations.issue_statement(
        session,
        donor_id=gift.donor_id,
        office_id=gift.office_id,
        year=Year(gift.paid_on.year),
        now=clock.now(),
    )
    session.commit()
    address = f"/my/statements/{statement.id}.pdf"
    visit(session, client, make_donor(session, "other@example.org"))
    assert client.get(address).status_code == 404
    visit(session, client, make_donor(session))
    assert address in client.get("/my").text
    assert client.get(address).mimetype == "application/pdf"


def test_a_staff_member_has_no_donors_pages_and_both_may_be_one_person(
    world, session, client, sign_in
):
    gift = pay_gift(session, start_gift(session))
    sign_in(client, make_staff(session, Role.FINANCE_OFFICER))
    assert client.get(f"/my/gifts/{gift.id}").headers["Location"] == "/my/sign-in"
    visit(session, client, make_donor(session))
    assert client.get(f"/my/gifts/{gift.id}").status_code == 200


def test_a_long_history_is_paged(world, session, client, count_statements):
    for _ in range(53):
        start_gift(session, Money(10_00, "NZD"))
    visit(session, client, make_donor(session))
    with count_statements() as seen:
        page = client.get("/my").text
    assert page.count('href="/my/gifts/') == 50
    assert len(seen) < 12
    older = client.get(re.search(r'rel="next" href="([^"]+)"', page)[1]).text
    assert older.count('href="/my/gifts/') == 3


def test_the_language_of_letters_is_chosen_and_recorded(world, session, client, post):
    donor = make_donor(session)
    visit(session, client, donor)
    assert post("/my/language", language="th").headers["Location"] == "/my"
    session.refresh(donor)
    assert donor.language == "th"
    assert 'lang="th"' in client.get("/my").text
    assert post("/my/language", language="xx").status_code == 422


def test_a_donor_takes_all_that_is_kept_about_them_and_nothing_of_others(
    world, session, client, post
):
    pay_gift(session, start_gift(session))
    pay_gift(session, start_gift(session, email="other@example.org", name="Other Person"))
    visit(session, client, make_donor(session))
    answer = post("/my/data")
    told = answer.get_json()
    assert told["donor"]["email"] == "donor@example.org"
    (gift,) = told["gifts"]
    assert (gift["amount_minor"], gift["currency"]) == (50_00, "NZD")
    assert gift["receipts"][0]["number"] == "NZ-2026-000001"
    assert "other@example.org" not in answer.text
    session.expire_all()
    event = session.scalars(select(Event).where(Event.name == "donor_data_exported")).one()
    assert "example.org" not in str(event.data)


def test_a_donor_sees_their_regular_gifts_and_nobody_elses(world, stripe_up, session, client):
    begin_plan(session, stripe_up)
    visit(session, client, make_donor(session))
    page = client.get("/my").text
    assert "NZ$50 each month" in page
    assert "running" in page
    visit(session, client, make_donor(session, "other@example.org"))
    assert "each month" not in client.get("/my").text
