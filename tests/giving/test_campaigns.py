"""A campaign: its own page, target and progress, and what finance may do with it."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select
from sqlalchemy.exc import DatabaseError

from fund import clock
from fund.audit.models import Event
from fund.errors import Denied
from fund.giving import operations
from fund.giving.models import Campaign, Gift
from fund.ids import new_id
from fund.ledger.operations import enter_rate
from fund.permissions import SYSTEM, Actor, Role
from tests.giving.factories import give_form, pay_gift
from tests.people.factories import make_staff

pytestmark = pytest.mark.usefixtures("world")

WORDS = {
    "title_en": "A term for twenty",
    "title_th": "หนึ่งเทอมเพื่อยี่สิบคน",
    "text_en": "School fees for one term.",
    "text_th": "ค่าเล่าเรียนหนึ่งเทอม",
}
FINANCE = Actor("staff", new_id(), frozenset({Role.FINANCE_OFFICER}))


@pytest.fixture
def campaign(session, now) -> Campaign:
    """An open one, for education, of 20,000 baht."""
    made = operations.open_campaign(
        session,
        slug="a-term",
        fund_code="education",
        **WORDS,
        target_minor=20_000_00,
        actor=SYSTEM,
        now=now,
    )
    session.commit()
    return made


def give_to_it(client, session, paid_at):
    """A gift of NZ$75 on the campaign's page, paid."""
    answer = client.post("/give/a-term", data=give_form(fund="general"))
    assert answer.status_code == 303
    gift = session.scalars(select(Gift).order_by(Gift.id.desc()).limit(1)).one()
    return pay_gift(session, gift, paid_at=paid_at)


def test_a_campaign_has_a_page_with_its_words_and_target(client, campaign):
    page = client.get("/give/a-term").text
    assert "A term for twenty" in page
    assert "School fees for one term." in page
    assert "The target is ฿20,000." in page
    thai = client.get("/give/a-term", headers={"Accept-Language": "th"}).text
    assert "หนึ่งเทอมเพื่อยี่สิบคน" in thai
    assert client.get("/give/nothing-here").status_code == 404


def test_a_gift_there_is_for_its_fund_whatever_the_form_says(client, session, campaign, world):
    gift = give_to_it(client, session, clock.now())
    assert (gift.campaign_id, gift.fund_id) == (campaign.id, world.funds["education"].id)
    assert client.post("/give", data=give_form()).status_code == 303


def test_a_refused_form_stays_on_the_campaigns_page(client, campaign):
    answer = client.post("/give/a-term", data=give_form(email="nobody"))
    assert answer.status_code == 422
    assert "A term for twenty" in answer.text


def test_progress_shows_from_five_gifts_on_rounded_and_a_day_late(client, session, campaign, now):
    enter_rate(
        session,
        currency="NZD",
        thb_per_unit=Decimal("19.99"),
        valid_on=clock.bangkok_day(now),
        source="test",
        actor=FINANCE,
        now=now,
    )
    yesterday = clock.now() - timedelta(days=1)
    for _ in range(4):
        give_to_it(client, session, yesterday)
    give_to_it(client, session, clock.now())
    assert "gifts, until yesterday" not in client.get("/give/a-term").text
    for _ in range(2):
        gift = give_to_it(client, session, yesterday)
    page = client.get("/give/a-term").text
    # Six gifts of NZ$75 at 19.99: 8,995.50 baht.
    assert "฿8,900 of ฿20,000 from 5+ gifts, until yesterday" in page
    assert 'value="44"' in page
    operations.record_return(
        session,
        gift,
        kind="refund",
        source="re_1",
        amount_minor=75_00,
        happened_on=clock.bangkok_day(clock.now()),
        actor=SYSTEM,
        now=clock.now(),
    )
    session.commit()
    assert "฿7,400 of" in client.get("/give/a-term").text


def test_finance_opens_changes_and_closes_it(client, session, sign_in, post):
    sign_in(client, make_staff(session, Role.FINANCE_OFFICER))
    form = WORDS | {"slug": "new-one", "fund": "vocational", "target": "50,000"}
    assert post("/staff/campaigns/open", **form).status_code == 303
    made = session.scalars(select(Campaign)).one()
    assert "A term for twenty" in client.get("/staff/campaigns").text
    page = client.get(f"/staff/campaigns/{made.id}").text
    assert "http://localhost/give/new-one" in page
    changed = WORDS | {"title_en": "Another title", "target": "60000", "version": "1"}
    assert post(f"/staff/campaigns/{made.id}", **changed).status_code == 303
    assert "Another title" in client.get("/give/new-one").text
    stale = post(f"/staff/campaigns/{made.id}", **changed)
    assert stale.status_code == 409
    assert post(f"/staff/campaigns/{made.id}/close", version="2").status_code == 303
    assert "This campaign is over" in client.get("/give/new-one").text
    assert client.post("/give/new-one", data=give_form()).status_code == 422
    names = session.scalars(select(Event.name).where(Event.subject_id == made.id)).all()
    assert sorted(names) == ["campaign_changed", "campaign_closed", "campaign_opened"]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"slug": "Big Letters"}, "slug"),
        ({"slug": "a-term"}, "slug"),
        ({"target": ""}, "target"),
        ({"target": "0"}, "target"),
        ({"title_th": ""}, "title_th"),
        ({"fund": "yachts"}, "fund"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field(
    client, session, sign_in, post, campaign, changes, field
):
    sign_in(client, make_staff(session, Role.FINANCE_OFFICER))
    form = WORDS | {"slug": "new-one", "fund": "vocational", "target": "50000"} | changes
    answer = post("/staff/campaigns/open", **form)
    assert answer.status_code == 422
    assert f'id="e-{field}"' in answer.text


def test_only_finance_opens_campaigns(session, now):
    auditor = Actor("staff", new_id(), frozenset({Role.AUDITOR}))
    with pytest.raises(Denied):
        operations.open_campaign(
            session,
            slug="x-y",
            fund_code="general",
            **WORDS,
            target_minor=1,
            actor=auditor,
            now=now,
        )


def test_the_database_keeps_a_gift_with_its_campaign(client, session, campaign):
    gift = give_to_it(client, session, datetime(2026, 11, 20, tzinfo=UTC))
    gift.campaign_id = None
    with pytest.raises(DatabaseError, match="stays with its campaign"):
        session.flush()
