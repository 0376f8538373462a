"""A donor changes a regular gift: on a page of their own, or on the one that a mail opens."""

import pytest

from fund import clock, signed
from fund.giving import plans
from fund.giving.plans.mailing import KEEP
from tests.giving.factories import begin_plan, make_donor, start_plan, visit

pytestmark = pytest.mark.usefixtures("world", "mailbox")


@pytest.fixture
def plan(session, stripe_up):
    return begin_plan(session, stripe_up)


@pytest.fixture(params=["mail", "my"])
def address(request, session, client, plan):
    """The plan's page, by a link in a mail or for a donor who is in their own pages."""
    if request.param == "my":
        visit(session, client, make_donor(session))
        return f"/my/plans/{plan.id}"
    return f"/give/regular/{signed.write(KEEP, plan.id)}"


def test_a_donor_changes_a_regular_gift_step_by_step(client, plan, address, post, run_jobs):
    page = client.get(address).text
    assert "Stop the regular gift" in page
    assert "donor@example.org" not in page
    for change, said in (
        ({"kind": "amount", "amount": "80"}, "$80"),
        ({"kind": "fund", "fund": "vocational"}, "Vocational"),
        ({"kind": "day", "day": "28"}, "28 "),
        ({"kind": "skip"}, "Skipped"),
        ({"kind": "pause"}, "Go on with it"),
        ({"kind": "resume"}, "running"),
    ):
        assert post(address, **change).headers["Location"] == address
        assert "Your change is under way" in client.get(address).text
        run_jobs()
        plans.follow("nz", plan.stripe_subscription_id, now=clock.now())
        assert said in client.get(address).text
    assert post(address, kind="stop").status_code == 303
    assert "is being stopped" in client.get(address).text
    run_jobs()
    page = client.get(address).text
    assert "has ended" in page
    assert "<button" not in page.partition("<main")[2].partition("</main")[0]


def test_what_cannot_be_is_said_where_it_was_asked(client, plan, address, post):
    page = post(address, kind="amount", amount="x")
    assert page.status_code == 422
    assert 'id="e-amount"' in page.text
    assert post(address, kind="resume").status_code == 422  # it is not paused
    assert post(address, kind="day", day="31").status_code == 422
    assert post(address, kind="forget").status_code == 422


def test_another_card_is_given_on_stripes_page_and_the_way_back_leads_here(
    client, plan, address, post, stripe_up
):
    there = post(address, kind="card").headers["Location"]
    made = stripe_up.client().v1.checkout.sessions.retrieve(there.rpartition("/")[2])
    assert (made.mode, made.success_url) == ("setup", f"http://localhost{address}")


def test_an_address_with_its_key_in_it_is_told_to_nobody_else_and_its_forms_work(client, plan):
    """Over TLS a form is taken only if its browser says from which page of ours it comes."""
    address = f"/give/regular/{signed.write(KEEP, plan.id)}"
    assert client.get(address).headers["Referrer-Policy"] == "same-origin"


def test_regular_gifts_stand_above_the_gifts(client, session, plan):
    visit(session, client, make_donor(session))
    page = client.get("/my").text
    assert (
        page.index("Regular gifts") < page.index(f"/my/plans/{plan.id}") < page.index("/my/gifts/")
    )


def test_another_donors_plan_is_not_there(client, session, stripe_up, plan, post):
    visit(session, client, make_donor(session, "other@example.org"))
    address = f"/my/plans/{plan.id}"
    assert client.get(address).status_code == 404
    for kind in ("stop", "card", "only"):
        assert post(address, kind=kind).status_code == 404
    assert "/my/plans/" not in client.get("/my").text
    session.refresh(plan)
    assert plan.state == "active"


def test_a_plan_that_was_never_begun_has_no_page_in_the_portal(client, session):
    plan = start_plan(session)
    visit(session, client, make_donor(session))
    assert client.get(f"/my/plans/{plan.id}").status_code == 404


def test_a_link_that_we_did_not_write_opens_nothing(client, plan):
    assert client.get(f"/give/regular/{plan.id}").status_code == 404
    assert client.get(f"/give/regular/{signed.write('giving.other', plan.id)}").status_code == 404


def test_the_donors_data_tells_of_plans_and_what_was_asked_of_them(
    client, session, plan, post, run_jobs
):
    visit(session, client, make_donor(session))
    post(f"/my/plans/{plan.id}", kind="amount", amount="80")
    run_jobs()
    (told,) = post("/my/data").json["plans"]
    assert (told["id"], told["state"], told["amount_minor"]) == (str(plan.id), "active", 80_00)
    assert [change["kind"] for change in told["changes"]] == ["amount"]
    assert (told["method"], told["note"], told["dedication"]) == ("card", "", None)
    assert told["letters"] == []
