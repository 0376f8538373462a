"""The twin's pages in a real browser: no barrier, and room enough on the smallest phone."""

import pytest
from axe_playwright_python.sync_playwright import Axe

from .billing import begin, monthly
from .fixtures import order

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("browser")]


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (320, "dark")])
def test_every_page_is_free_of_barriers_and_fits(twin, api, browser, width, scheme):
    made = api.v1.checkout.sessions.create
    english, thai, asked, paid = (
        made(order()),
        made(order(locale="th")),
        made(order()),
        made(order()),
    )
    twin.control("pay", session_id=asked.id, card="4000000000003220", challenge="leave")
    charge = twin.control("pay", session_id=paid.id)["payment_intent"]["latest_charge"]["id"]
    asked_about = twin.control("dispute", charge=charge, inquiry=True)
    twin.control("warn", charge=charge)
    twin.control("review", charge=charge)
    twin.control("refund", charge=charge, amount=100)
    giving = begin(twin, api)
    twin.control(
        "card_refuses",
        payment_method=giving.default_payment_method,
        decline_code="insufficient_funds",
    )
    twin.control("next_month", subscription=giving.id)
    monthly_page = made(monthly(giving["items"].data[0].price.product, locale="th"))
    kept = {"currency": "nzd", "success_url": f"{twin.base_url}/healthz"}
    card = made({"mode": "setup", **kept})
    portal = api.v1.billing_portal.sessions.create({"customer": giving.customer, "locale": "th"})
    page = browser.new_page(viewport={"width": width, "height": 800}, color_scheme=scheme)
    addresses = (
        english.url,
        thai.url,
        asked.url.replace("/c/pay/", "/c/3ds/"),
        paid.url,
        monthly_page.url,
        card.url,
        portal.url,
        f"{twin.base_url}/",
        f"{twin.base_url}/o/{asked_about['id']}",
        f"{twin.base_url}/o/du_none",
    )
    for address in addresses:
        page.goto(address)
        if address == english.url:
            page.get_by_role("button").click()
            assert page.get_by_role("alert").is_visible()
        assert Axe().run(page).response["violations"] == [], address
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), address
    page.close()


def test_a_donor_pays_by_the_keyboard_alone_and_returns(twin, api, browser):
    session = api.v1.checkout.sessions.create(
        order(success_url=f"{twin.base_url}/healthz?paid={{CHECKOUT_SESSION_ID}}")
    )
    page = browser.new_page()
    page.goto(session.url)
    page.locator("#email").focus()
    for typed in ("donor@example.org", "4242424242424242", "12/34", "123", "A Donor"):
        page.keyboard.type(typed)
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/healthz?paid={session.id}")
    assert api.v1.checkout.sessions.retrieve(session.id).payment_status == "paid"
    page.close()


def test_a_button_of_the_board_works_and_a_refusal_is_said(twin, api, browser):
    page = browser.new_page()
    page.goto(f"{twin.base_url}/")
    page.get_by_role("button", name="Pay out now").first.click()
    assert "insufficient available funds" in page.get_by_role("alert").inner_text()
    begin(twin, api)
    page.reload()
    page.get_by_role("button", name="Next month").click()
    assert page.get_by_role("heading", name="Monthly gifts").is_visible()
    assert len(api.v1.invoices.list({"status": "paid"}).data) == 2
    page.get_by_role("button", name="Start duplicate").click()
    assert page.get_by_role("button", name="Stop duplicate").is_visible()
    page.close()


def test_the_board_disputes_refunds_and_fails_what_one_chooses(twin, api, browser):
    twin.control("switches", available_days=0)
    sessions = [api.v1.checkout.sessions.create(order(amount=amount)) for amount in (5000, 7000)]
    for session in sessions:
        twin.control("pay", session_id=session.id)
    page = browser.new_page()

    def press(table, row, name):
        page.goto(f"{twin.base_url}/")
        rows = page.get_by_role("region", name=table).get_by_role("row").filter(has_text=row)
        rows.first.get_by_role("button", name=name).click()

    press("Charges", "NZ$50.00", "Ask about it")
    press("Disputes", "NZ$50.00", "Escalate")
    press("Disputes", "NZ$50.00", "Answer it")
    press("Disputes", "NZ$50.00", "Win it")
    assert api.v1.disputes.list().data[0].status == "won"
    press("Charges", "NZ$70.00", "Refund")
    press("Refunds", "NZ$70.00", "Let this refund fail")
    assert api.v1.refunds.list().data[0].status == "failed"
    press("Charges", "NZ$70.00", "Warn of fraud")
    press("Charges", "NZ$70.00", "Review")
    press("Reviews", "open", "Approve")
    assert api.v1.reviews.list().data[0].closed_reason == "approved"
    page.get_by_role("button", name="Pay out now").first.click()
    press("Payouts", "in_transit", "Fail this payout")
    assert api.v1.payouts.list().data[0].status == "failed"
    page.get_by_role("region", name="Payouts").get_by_role("link").first.click()
    assert "payout.failed" in page.get_by_role("main").inner_text()
    page.close()


def test_a_qr_is_paid_from_the_board(twin, browser):
    api = twin.client("sk_test_practice_th")
    session = api.v1.checkout.sessions.create(order(amount=100_000, currency="thb"))
    twin.control("pay_qr", session_id=session.id, outcome="leave")
    page = browser.new_page()
    page.goto(f"{twin.base_url}/")
    page.get_by_role("button", name="Pay this QR").click()
    page.get_by_role("heading", name="Charges").wait_for()
    assert api.v1.checkout.sessions.retrieve(session.id).payment_status == "paid"
    page.close()
