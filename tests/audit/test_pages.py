"""The log's public pages: anyone may check a receipt, and learns nothing else."""

import pytest

from fund import db
from fund.audit import verify
from fund.audit.queries import can_read_proof
from fund.ids import new_id
from fund.permissions import ANONYMOUS, Actor, Role
from tests.audit.factories import commit_gifts, record_receipt, sealed_log, sequence_all, sign
from tests.people.factories import make_staff


@pytest.fixture
def browser(app, fresh_url):
    return app.test_client()


@pytest.fixture
def receipt(browser):
    """A receipt's event in a signed log."""
    with db.transaction() as session:
        made = record_receipt(session)
    sequence_all()
    sign()
    return made


def test_an_empty_log_says_so(browser):
    assert "Nothing has been sealed yet" in browser.get("/log/").text
    assert browser.get("/log/checkpoint").status_code == 404


def test_the_checkpoint_verifies_with_the_served_key(browser, receipt):
    answer = browser.get("/log/checkpoint")
    assert answer.content_type == "text/plain; charset=utf-8"
    key = browser.get("/log/key").text.strip()
    origin, size, _root = verify.open_checkpoint(answer.text, key)
    assert (origin, size) == ("localhost/log", 1)
    assert browser.get("/log/checkpoint?size=1").text == answer.text
    assert browser.get("/log/checkpoint?size=2").status_code == 404
    assert key in browser.get("/log/").text


def test_whoever_holds_a_receipts_id_gets_its_proof_and_can_check_it(browser, receipt):
    answer = browser.get(f"/log/proof/{receipt}")
    assert answer.content_type == "application/json"
    assert "NZ-2026-000012" in verify.check(answer.get_json())
    page = browser.get(f"/log/check/{receipt}").text
    assert "a receipt over NZ$50 with this number stands in our log" in page
    assert "Not proven:" in page
    assert f'href="/log/proof/{receipt}" download="proof.json"' in page


def test_the_pages_speak_thai(browser, receipt):
    browser.set_cookie("language", "th")
    assert 'lang="th"' in browser.get(f"/log/check/{receipt}").text


def test_nobody_outside_reads_an_event_of_another_kind(browser):
    (gift,) = sealed_log(1)
    for path in (f"/log/proof/{gift}", f"/log/check/{gift}", f"/log/proof/{new_id()}"):
        assert browser.get(path).status_code == 404
    for role in Role:
        actor = Actor("staff", new_id(), frozenset({role}))
        assert can_read_proof(actor, "gift") == (role is Role.AUDITOR)
    assert can_read_proof(ANONYMOUS, "receipt")


def test_a_receipt_not_yet_sealed_is_told_calmly(browser):
    with db.transaction() as session:
        made = record_receipt(session)
    answer = browser.get(f"/log/proof/{made}")
    assert answer.status_code == 404
    assert "will be sealed within a minute" in answer.text


def test_growth_can_be_proven_between_any_two_sizes_that_were_signed_over(browser, receipt):
    commit_gifts(4)
    sequence_all()
    sign()
    newest = browser.get("/log/proof/consistency?from=1").get_json()
    assert newest["tree_size"] == 7
    for old, new in ((1, 7), (2, 5), (3, 3), (6, 7)):
        answer = browser.get(f"/log/proof/consistency?from={old}&to={new}")
        assert f"first {old} entries" in verify.check(answer.get_json())
    for query in ("?from=8", "?from=1&to=8", "?from=5&to=1", "?from=0&to=5"):
        assert browser.get(f"/log/proof/consistency{query}").status_code == 404


def test_the_script_is_served_as_it_is(browser):
    answer = browser.get("/log/verify.py")
    assert answer.content_type == "text/plain; charset=utf-8"
    assert "def check_consistency" in answer.text
    answer.close()


def test_an_auditor_who_is_idle_locked_reads_a_receipts_proof_only(browser, sign_in):
    (gift,) = sealed_log(1)
    with db.transaction() as session:
        auditor = make_staff(session, Role.AUDITOR)
    sign_in(browser, auditor)
    assert browser.get(f"/log/proof/{gift}").status_code == 200
    with browser.session_transaction() as cookie:
        cookie["seen_at"] -= 3600
    for address in (f"/log/proof/{gift}", f"/log/check/{gift}"):
        assert browser.get(address).status_code == 404
