"""The small give page in a frame on other sites: only there, only that page, and only a way on."""

import html

import pytest
from flask import Flask
from sqlalchemy import select

from fund import clock
from fund.audit.models import Event
from fund.errors import Refused
from fund.giving import operations
from fund.giving.models import FrameOrigin
from fund.ids import new_id
from fund.permissions import SYSTEM, Actor, Role
from tests.people.factories import make_staff

pytestmark = pytest.mark.usefixtures("world")

FINANCE = Actor("staff", new_id(), frozenset({Role.FINANCE_OFFICER}))
SITE = "https://www.charity.example"


@pytest.fixture
def finance(client, session, sign_in):
    return sign_in(client, make_staff(session, Role.FINANCE_OFFICER, name="Fah Finance"))


def open_one(session, slug="a-term"):
    """A campaign for education."""
    made = operations.open_campaign(
        session,
        slug=slug,
        fund_code="education",
        title_en='A "term" for twenty',
        title_th="หนึ่งเทอม",
        text_en="School fees.",
        text_th="ค่าเล่าเรียน",
        target_minor=20_000_00,
        actor=SYSTEM,
        now=clock.now(),
    )
    session.commit()
    return made


def ancestors(answer):
    parts = answer.headers["Content-Security-Policy"].split("; ")
    return [part for part in parts if part.startswith("frame-ancestors")]


def test_only_sites_that_finance_allowed_may_show_it_and_each_is_written_down(
    client, session, post, finance
):
    assert ancestors(client.get("/give/embed")) == ["frame-ancestors 'none'"]
    for site in (SITE, "https://shop.example:8443"):
        assert post("/staff/campaigns/frames", origin=site).status_code == 303
    assert ancestors(client.get("/give/embed")) == [
        f"frame-ancestors https://shop.example:8443 {SITE}"
    ]
    page = client.get("/staff/campaigns/frames").text
    assert "Fah Finance" in page
    assert 'src="http://localhost/give/embed?lang=th"' in html.unescape(page)
    row = session.scalars(select(FrameOrigin).where(FrameOrigin.origin == SITE)).one()
    post(f"/staff/campaigns/frames/{row.id}/forbid")
    assert SITE not in client.get("/give/embed").headers["Content-Security-Policy"]
    names = session.scalars(select(Event.name).where(Event.subject_id == row.id).order_by(Event.id))
    assert list(names) == ["frame_allowed", "frame_forbidden"]


@pytest.mark.parametrize(
    "origin",
    ["http://www.charity.example", f"{SITE}/page", "https://*.example.org", "*", "https://a b.org",
     "https://x.example; script-src *", "'self'", "https:", "https://localhost"],
)  # fmt: skip
def test_what_is_no_single_site_is_not_allowed(session, post, finance, origin):
    answer = post("/staff/campaigns/frames", origin=origin)
    assert answer.status_code == 422
    assert "as https://www.example.org" in answer.text
    assert session.scalar(select(FrameOrigin.id)) is None


def test_a_site_is_listed_once(post, finance):
    post("/staff/campaigns/frames", origin=SITE)
    assert "may show it already" in post("/staff/campaigns/frames", origin=SITE).text


def test_no_other_page_can_be_framed(app: Flask, client, session, finance, post):
    post("/staff/campaigns/frames", origin=SITE)
    plain = [
        rule
        for rule in app.url_map.iter_rules()
        if "GET" in rule.methods and not rule.arguments and rule.endpoint != "giving.embed"
    ]
    assert len(plain) > 40
    for rule in plain:
        answer = client.get(rule.rule)
        assert ancestors(answer) == ["frame-ancestors 'none'"], rule.rule
        answer.close()


def test_the_frame_has_no_session_no_form_of_ours_and_asks_for_nothing(client):
    answer = client.get("/give/embed?lang=en")
    assert "Set-Cookie" not in answer.headers
    assert answer.headers["Cache-Control"] == "no-store"
    page = answer.text
    assert '<base target="_top">' in page
    assert "csrf_token" not in page
    assert 'method="post"' not in page
    assert "<script" not in page
    assert 'type="email"' not in page


def test_a_choice_in_the_frame_is_the_first_thing_on_the_give_page(client, session):
    page = client.get("/give/embed?lang=th").text
    assert '<html lang="th">' in page
    assert 'name="choice" value="THB:150000"' in page
    there = client.get("/give?lang=th&currency=THB&frequency=once&choice=THB%3A150000").text
    assert '<html lang="th">' in there
    assert 'value="THB:150000" data-minor="150000" checked' in there
    assert "บริจาค ฿1,500" in there
    switch = there.split('name="next" value="')[1].split('"')[0]  # to the other language
    assert html.unescape(switch) == "/give?currency=THB&frequency=once&choice=THB%3A150000"
    monthly = client.get("/give/embed?frequency=month").text
    assert "Your gift, each month" in monthly
    assert 'value="NZD:1200"' in monthly


def test_what_a_link_brings_is_checked_like_what_is_typed(client):
    page = client.get(
        "/give?currency=XYZ&frequency=daily&choice=NZD:999999900&fund=%3Cb%3E&email=a@b.example"
    ).text
    assert "checked" not in page
    assert "NZ$75" in page
    assert 'value="a@b.example"' not in page  # nothing personal comes by an address
    assert "<b>" not in page


def test_a_campaign_has_a_frame_of_its_own_until_it_is_over(client, session, finance):
    campaign = open_one(session)
    page = client.get(f"/give/embed/{campaign.slug}").text
    assert "for twenty" in page
    assert f'action="/give/{campaign.slug}"' in page
    code = html.unescape(client.get(f"/staff/campaigns/{campaign.id}").text)
    assert f'<iframe src="http://localhost/give/embed/{campaign.slug}?lang=en"' in code
    assert 'title="A &quot;term&quot; for twenty"' in code
    operations.close_campaign(
        session, campaign, version=campaign.version, actor=FINANCE, now=clock.now()
    )
    session.commit()
    page = client.get(f"/give/embed/{campaign.slug}").text
    assert "This campaign is over" in page
    assert 'name="choice"' not in page
    assert client.get("/give/embed/none-such").status_code == 404


def test_no_campaign_takes_the_frames_address(session, post, finance):
    form = dict.fromkeys(("title_en", "title_th", "text_en", "text_th"), "x")
    answer = post("/staff/campaigns/open", slug="embed", fund="education", target="1000", **form)
    assert answer.status_code == 422
    with pytest.raises(Refused, match="campaign_exists"):
        open_one(session, slug="embed")
