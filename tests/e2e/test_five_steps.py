"""The five steps of the fund, in a real browser: give, ask, decide, pay, check.

On a desktop and on a phone, in English and in Thai; each walk has its own donor and survivor. Every
page on the way is checked by `see`. Elements are found by name, id or address, never by their text.
"""

import json
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Walk
from tests.e2e.papers import PHOTO, RECEIPT

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("e2e")]

PAYS, DECLINED, ASKS_3DS = "4242424242424242", "4000000000000002", "4000000000003220"
SOON_MS = 20_000


@dataclass(frozen=True)
class Course:
    """What is different in each walk."""

    currency: str
    amount: str
    cards: tuple[str, ...]
    name: str


COURSES = {
    "desktop-en": Course("NZD", "40", (DECLINED, PAYS), "Somjai Unreal"),
    "desktop-th": Course("JPY", "3500", (PAYS,), "สมหญิง ไม่มีตัวตน"),
    "phone-en": Course("USD", "25.50", (PAYS,), "Somsak Unreal"),
    "phone-th": Course("NZD", "60", (ASKS_3DS,), "สมชาย ไม่มีตัวตน"),
}


def test_the_five_steps(walk: Walk, tmp_path: Path):
    course = COURSES[f"{walk.size}-{walk.language}"]
    walk.open("/")
    walk.see("front")
    walk.page.click('a[href="/sandbox/tour"] >> nth=0')
    walk.page.click("#tour-restart")
    walk.see("tour")

    receipt_event = give(walk, course)
    read_receipt(walk)
    code = ask(walk, course)
    decide(walk, code, course)
    award = pay(walk, code)
    check(walk, code, award, course)
    prove(walk, receipt_event, tmp_path)

    walk.open("/sandbox/tour")
    walk.see("tour-done")
    undone = walk.page.locator('.tour > li[data-done="no"]')
    assert undone.count() == 0


def test_the_books_and_the_log_verify_after_all_of_it(stack):
    for command in ("ledger", "audit"):
        done = stack.flask(command, "verify")
        assert done.returncode == 0, done.stdout + done.stderr


# --- Give -------------------------------------------------------------------------------------


def give(walk: Walk, course: Course) -> str:
    """Give by card; the id of the receipt's event in the log."""
    page = walk.page
    page.click("#tour-give")
    walk.open(f"/give?currency={course.currency}")
    walk.see("give")
    page.check('[name="choice"]:not([data-minor])')
    page.fill('[name="amount"]', "0.001")
    page.fill('[name="email"]', _email(walk))
    page.fill('[name="name"]', "Practice Donor")
    page.click("#give .btn-primary")
    page.wait_for_selector("#e-amount")
    walk.see("give-refused")
    assert page.input_value('[name="email"]') == _email(walk)
    page.fill('[name="amount"]', course.amount)
    page.click("#give .btn-primary")
    page.wait_for_url(f"{walk.stack.twin}/**")
    for card in course.cards:
        pay_by_card(page, card)
    page.wait_for_url("**/give/thanks/**")
    # The page asks again by itself until Stripe's word came.
    link = page.wait_for_selector('a[href^="/log/check/"]', timeout=SOON_MS)
    walk.see("thanks")
    address = link.get_attribute("href") or ""
    return address.rpartition("/")[2]


def pay_by_card(page: Page, card: str) -> None:
    """Fill Stripe's page, and what a declined or a 3-D Secure card asks for besides."""
    page.fill("#number", card)
    page.fill("#expiry", "12 / 34")
    page.fill("#cvc", "123")
    page.fill("#name", "Practice Donor")
    page.click("button.primary")
    if card == DECLINED:
        page.wait_for_selector('[role="alert"]')
    if card == ASKS_3DS:
        page.click('[name="outcome"][value="complete"]')


def read_receipt(walk: Walk) -> None:
    """The mail is there, in the donor's language, as text, as a page and on paper."""
    page = walk.page
    row = page.locator(f'.card-row:has-text("{_email(walk)}") a')
    for _ in range(40):
        walk.open("/sandbox/mail")
        if row.count():
            break
        page.wait_for_timeout(500)
    walk.see("mail-list")
    row.first.click()
    walk.see("mail")
    text = page.inner_text("#mail-text")
    assert re.search(r"NZ-\d{4}-\d{6}", text)
    assert ("ใบเสร็จ" in text) == (walk.language == "th")
    assert page.frame_locator("iframe.mail-page").locator("body").inner_text()
    with page.expect_download() as download:
        page.click('dl.facts a[href*="/attachments/"]')
    assert Path(download.value.path()).read_bytes().startswith(b"%PDF")


# --- Ask --------------------------------------------------------------------------------------


def ask(walk: Walk, course: Course) -> str:
    """A new case, its consent, its attestation and its application; the case code."""
    page = walk.page
    walk.sign_in("caseworker")
    walk.see("home-caseworker")
    code = add_case(walk, course)
    write_application(walk, code)
    application = page.url
    page.click('form[action$="/submit"] .btn-primary')
    page.wait_for_selector("#problems")  # no consent yet: refused, with the reason
    walk.see("submit-refused")
    record_consent(walk, code)
    page.goto(application)
    page.click('form[action$="/submit"] .btn-primary')
    page.wait_for_selector('form[action$="/submit"]', state="detached")
    walk.see("application")

    as_in_tour(walk, "attest")
    open_row(page, code)
    page.check('[name="way"][value="met_in_person"]')
    page.click('form[action$="/attest"] .btn-primary')
    page.wait_for_selector('form[action$="/attest"]', state="detached")
    walk.see("case-attested")
    return code


def add_case(walk: Walk, course: Course) -> str:
    page = walk.page
    walk.open("/staff/cases")
    walk.see("cases")
    walk.open("/staff/cases/add")
    page.fill('[name="name"]', course.name)
    page.fill('[name="birth_date"]', "2012-03-04")
    page.select_option('[name="region"]', "north")
    page.fill('[name="label"]', f"Walk {walk.size}")
    walk.see("case-add")
    page.click("main form .btn-primary")
    code = page.inner_text("h1 .case-code")
    assert course.name not in page.content()
    walk.see("case")
    page.check('[name="purpose"][value="papers"]')
    page.click('form[action$="/identity"] .btn')
    page.wait_for_selector("main .notice")
    assert course.name in page.content()
    walk.see("identity")
    return code


def write_application(walk: Walk, code: str) -> None:
    """A draft with two costs and a paper, saved, and looked over."""
    page = walk.page
    walk.open(f"/staff/applications/new?case={code}")
    page.check('[name="kind"][value="education"]')
    walk.see("application-start")
    page.click("main form .btn-primary")
    page.fill('[name="aim"]', "Lower secondary, first term")
    page.fill('[name="need"]', "Fees and a uniform are more than the family has left in a month.")
    page.fill('[name="plan"]', "Back to class in the coming term, with a teacher who helps.")
    page.fill('[name="safety"]', "Money goes to the school and to the shop only.")
    costs = (("tuition", "school", "14,500"), ("uniform", "vendor", "2400"))
    for place, (kind, payee, baht) in enumerate(costs):
        if page.locator('[name="line_kind"]').count() <= place:
            page.click('[name="then"][value="line"]')
        page.locator('[name="line_kind"]').nth(place).select_option(kind)
        page.locator('[name="line_payee"]').nth(place).select_option(payee)
        page.locator('[name="line_amount"]').nth(place).fill(baht)
        page.locator('[name="line_month"]').nth(place).select_option(index=1)
    walk.see("application-edit")
    page.click('[name="then"][value="look"]')
    page.wait_for_selector('form[action$="/submit"]')
    page.select_option('[name="document_class"]', "school_letter")
    page.set_input_files('[name="file"]', PHOTO)
    page.click('form[action$="/documents"] .btn')
    page.wait_for_selector('a[href*="/staff/documents/"]')
    walk.see("application-draft")


def record_consent(walk: Walk, code: str) -> None:
    page = walk.page
    walk.open(f"/staff/cases/{code}/consent")
    page.check('[name="giver_kind"][value="guardian"]')
    walk.see("consent-who")
    page.click("main form .btn-primary")
    page.select_option('[name="relation"]', "mother")
    page.fill('[name="guardian_name"]', "Practice Guardian")
    page.check('[name="is_safe_to_contact"]')
    page.check('[name="given_how"][value="paper"]')
    page.check('[name="assent_how"][value="spoken_witnessed"]')
    walk.see("consent")
    page.click("main form .btn-primary")
    page.wait_for_selector('form[action$="/consent/withdraw"]', state="attached")


# --- Decide -----------------------------------------------------------------------------------


def decide(walk: Walk, code: str, course: Course) -> None:
    """Two members declare, score and vote; the second approval makes the award."""
    page = walk.page
    for act in ("vote", "vote2"):
        as_in_tour(walk, act)
        walk.see(f"docket-{act}")
        open_row(page, code)
        page.check('[name="has_conflict"][value="no"]')
        if act == "vote":
            walk.see("declare")
        page.click("main form .btn-primary")
        assert course.name not in page.content()
        for mark, value in (("need", "5"), ("plan", "4"), ("cost", "4"), ("safety", "fine")):
            choose(page, mark, value)
        choose(page, "choice", "approve")
        if act == "vote":
            walk.see("dossier")
        page.click("form.vote .btn-primary")
        page.wait_for_selector("#votes")
    walk.see("dossier-decided")


# --- Pay --------------------------------------------------------------------------------------


def pay(walk: Walk, code: str) -> str:
    """From the family's word to the receipt; the address of the award's page."""
    page = walk.page
    award = accept(walk, code)
    run = prepare(walk, code)
    as_in_tour(walk, "approve")
    page.goto(run)
    walk.see("run-approve")
    press(page, "approve")
    as_in_tour(walk, "send")
    page.goto(run)
    press(page, "send")
    as_in_tour(walk, "confirm")
    page.goto(run)
    walk.see("run-confirm")
    for number in range(2):
        form = page.locator('form[action$="/confirm"]').first
        form.locator('[name="bank_reference"]').fill(f"PRACTICE-{code}-{number}")
        form.locator(".btn-primary").click()
        expect(page.locator('form[action$="/confirm"]')).to_have_count(1 - number)
    walk.see("run-closed")
    attach_evidence(walk, award)
    return award


def accept(walk: Walk, code: str) -> str:
    """The family accepts, the school says that the child is enrolled."""
    page = walk.page
    as_in_tour(walk, "accept")
    walk.see("awards")
    open_row(page, code)
    award = page.url
    page.click('a[href$="/acceptance"]')
    page.check('[name="how"][value="in_person"]')
    page.check('[name="assented_how"][value="in_person"]')
    walk.see("acceptance")
    page.click('form[method="post"]:has([name="how"]) .btn-primary')
    page.wait_for_selector('form[action*="/conditions/"]')
    page.check('[name="how"][value="phone"]')
    page.click('form[action*="/conditions/"] .btn')
    page.wait_for_selector('form[action*="/conditions/"]', state="detached")
    walk.see("award")
    return award


def prepare(walk: Walk, code: str) -> str:
    """Finance gathers just this award; who prepared the run may not approve it."""
    page = walk.page
    as_in_tour(walk, "prepare")
    walk.see("runs")
    walk.open("/staff/runs/prepare")
    for row in page.locator("main .card-row").all():
        is_ours = code in row.inner_text()
        row.locator('[name="instalment"]').set_checked(is_ours)
        if is_ours:
            row.locator("select").select_option(index=1)
    walk.see("run-prepare")
    page.click("main form .btn-primary")
    page.wait_for_url(re.compile(r"/staff/runs/[0-9a-f-]{36}$"))
    assert page.locator('form[action$="/approve"]').count() == 0
    token = page.get_attribute('main [name="csrf_token"]', "value") or ""
    refused = page.request.post(f"{page.url}/approve", form={"csrf_token": token})
    assert refused.status == 403
    walk.see("run")
    return page.url


def attach_evidence(walk: Walk, award: str) -> None:
    page = walk.page
    as_in_tour(walk, "evidence")
    page.goto(award)
    walk.see("award-paid")
    for _ in range(2):
        form = page.locator('details[open] form[action*="/evidence"]').first
        form.locator('[name="document_class"][value="receipt"]').check()
        form.locator('[name="file"]').set_input_files(RECEIPT)
        before = page.locator("details[open]").count()
        form.locator(".btn").click()
        expect(page.locator("details[open]")).to_have_count(before - 1)
    walk.see("award-completed")


# --- Check ------------------------------------------------------------------------------------


def check(walk: Walk, code: str, award: str, course: Course) -> None:
    """The auditor reads balances, journals and the trail of this award, and no identity."""
    page = walk.page
    as_in_tour(walk, "journals")
    walk.see("books")
    walk.open("/staff/ledger/journals")
    walk.see("journals")
    as_in_tour(walk, "trail")
    walk.see("trail")
    open_row(page, code)
    walk.see("award-trail")
    assert page.locator('a[href^="/staff/ledger/journals/"]').count() >= 4
    assert course.name not in page.content()
    page.goto(award)
    assert course.name not in page.content()


def prove(walk: Walk, event_id: str, folder: Path) -> None:
    """A checkpoint is served, and the printed proof verifies with the stand-alone script."""
    signed = walk.stack.flask("audit", "checkpoint", "--json")
    assert signed.returncode == 0, signed.stderr
    visitor = walk.page.context.request
    assert (
        visitor.get(f"{walk.stack.web}/log/checkpoint").text()
        == (json.loads(signed.stdout)["checkpoint"])
    )
    walk.open(f"/log/check/{event_id}")
    walk.see("log-check")
    printed = walk.stack.flask("audit", "prove", event_id)
    assert printed.returncode == 0, printed.stderr
    (folder / "proof.json").write_text(printed.stdout)
    (folder / "verify.py").write_text(visitor.get(f"{walk.stack.web}/log/verify.py").text())
    key = visitor.get(f"{walk.stack.web}/log/key").text().strip()
    command = [sys.executable, "verify.py", "proof.json", "--key", key]
    verified = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert verified.returncode == 0, verified.stdout + verified.stderr


# --- On the way -------------------------------------------------------------------------------


def as_in_tour(walk: Walk, act: str) -> None:
    """One click in the tour opens the page as the right person."""
    walk.open("/sandbox/tour")
    walk.page.click(f"#tour-{act}")
    assert urlsplit(walk.page.url).path.startswith("/staff/")


def open_row(page: Page, code: str) -> None:
    """Open what a list shows of this case, the newest first."""
    page.locator(f'.card-row:has-text("{code}") .card-row-action').first.click()


def choose(page: Page, name: str, value: str) -> None:
    """Radios that look like a row of buttons hide their input behind the text."""
    page.locator(f'form.vote [name="{name}"][value="{value}"]').check(force=True)


def press(page: Page, verb: str) -> None:
    """The run's one button for this, and wait until it is done."""
    form = f'form[action$="/{verb}"]'
    page.click(f"{form} .btn-primary")
    page.wait_for_selector(form, state="detached")


def _email(walk: Walk) -> str:
    return f"walk-{walk.size}-{walk.language}@practice.example"
