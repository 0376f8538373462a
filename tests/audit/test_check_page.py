"""A donor opens the link on the receipt: the browser itself checks, and says what it found."""

import re
import threading

import pytest
from axe_playwright_python.sync_playwright import Axe
from werkzeug.serving import make_server

from fund import db
from tests.audit.factories import commit_gifts, record_receipt, sealed_log, superuser

AXE_RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
WHOLE = (
    "Checked just now in your own browser:"
    " the entry, its place in the log, and the log’s signature."
)


@pytest.fixture
def address(app, fresh_url):
    """The check page of a receipt somewhere in a log of 40, served for real."""
    commit_gifts(11)
    with db.transaction() as session:
        receipt = record_receipt(session)
    sealed_log(28)
    server = make_server("127.0.0.1", 0, app, threaded=True)
    server.daemon_threads = False  # closing waits for answers, or one would outlive its database
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/log/check/{receipt}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def open_page(browser, address):
    """Opens the page, with its content changed on the way if asked; fails on script errors."""
    contexts = []

    def open_page(change=None, init="", **options):
        context = browser.new_context(**options)
        contexts.append(context)
        page = context.new_page()
        errors = []
        page.on("pageerror", lambda error: errors.append(error))
        if init:
            page.add_init_script(init)
        if change:

            def serve(route):
                answer = route.fetch()
                route.fulfill(response=answer, body=change(answer.text()))

            page.route("**/log/check/*", serve)
        page.goto(address, wait_until="networkidle")
        assert errors == []
        return page

    yield open_page
    for context in contexts:
        context.close()


def test_the_browser_checks_the_entry_its_place_and_the_signature(open_page):
    page = open_page()
    assert page.text_content("#checked") == WHOLE
    assert page.is_visible("#proven")


@pytest.mark.parametrize(
    "change",
    [
        lambda page: page.replace("&#34;amount_minor&#34;: 5000", "&#34;amount_minor&#34;: 5001"),
        lambda page: re.sub("(&#34;payload_commit&#34;: &#34;)..", r"\g<1>00", page),
        lambda page: re.sub("(&#34;leaf_index&#34;: )", r"\g<1>1", page),
        lambda page: re.sub(r"(&#34;path&#34;: \[\s+&#34;)..", r"\g<1>00", page),
        lambda page: re.sub(r"(localhost/log\\n)40", r"\g<1>41", page),
        lambda page: re.sub(r"(u2014 localhost/log [^ ]{20})..", r"\g<1>AA", page),
        lambda page: re.sub('(<code id="leaf">)..', r"\g<1>00", page),
    ],
)
def test_whatever_is_changed_on_the_way_is_found_in_the_browser(open_page, change):
    asked = []

    def changed(text):
        asked.append(change(text) != text)
        return change(text)

    page = open_page(changed)
    assert asked == [True]
    assert "does not fit together" in page.text_content("#checked")
    assert not page.is_visible("#proven")


def test_a_browser_without_ed25519_says_that_it_did_not_check_the_signature(open_page):
    page = open_page(init="SubtleCrypto.prototype.importKey = () => Promise.reject(new Error());")
    assert "Your browser cannot check the signature" in page.text_content("#checked")


def test_without_javascript_the_server_says_what_it_found(open_page):
    page = open_page(java_script_enabled=False)
    assert page.text_content("#checked") == "Checked just now by our server."
    assert page.is_visible("text=Download the program")


@pytest.mark.parametrize("language", ["en", "th"])
def test_the_page_is_for_everybody(open_page, address, language):
    page = open_page(viewport={"width": 320, "height": 700})
    page.context.add_cookies([{"name": "language", "value": language, "url": address}])
    page.goto(address, wait_until="networkidle")
    page.click("summary")
    assert page.get_attribute("html", "lang") == language
    assert Axe().run(page, options=AXE_RULES).response["violations"] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    said = page.text_content("#checked")
    assert said != WHOLE if language == "th" else said == WHOLE


def test_a_log_that_does_not_fit_together_is_never_called_proven(open_page, fresh_url):
    with superuser(fresh_url) as connection:
        connection.execute("UPDATE audit.event SET actor = 'x' WHERE name = 'receipt_issued'")
    page = open_page(java_script_enabled=False)
    assert "does not fit together" in page.text_content("#checked")
    assert not page.is_visible("#proven")
