"""Mails of the practice world arrive by SMTP and can be read."""

from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from flask.testing import FlaskClient

from fund.gateways import mail
from fund.sandbox import mailbox
from tests.ports import free_port

PAPER = mail.Attachment("receipt.pdf", "application/pdf", b"%PDF-1.7 plainly a paper")


@pytest.fixture
def sent(app, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """One mail with an attachment, sent through a real SMTP server; its name."""
    monkeypatch.setattr(mailbox, "MAILS", tmp_path)
    controller = Controller(mailbox.Keeper(tmp_path), hostname="127.0.0.1", port=free_port())
    controller.start()
    mail.init(f"smtp://127.0.0.1:{controller.port}")
    try:
        mail.send(
            "donor@practice.example", "ขอบคุณ · Thank you", "See http://localhost/give <now>",
            '<p style="color: green">Thank you</p><script>alert(1)</script>',
            message_id="m1", language="en", attachments=[PAPER],
        )  # fmt: skip
    finally:
        controller.stop()
        mail.init(app.config["SETTINGS"].smtp_url)
    return mailbox.list_mails()[0][0]


def test_an_empty_mail_box_says_so(client: FlaskClient, tmp_path: Path, monkeypatch):
    monkeypatch.setattr(mailbox, "MAILS", tmp_path / "none")
    assert 'class="empty"' in client.get("/sandbox/mail").text


def test_a_sent_mail_is_listed_and_read(client: FlaskClient, sent: str):
    assert "ขอบคุณ · Thank you" in client.get("/sandbox/mail").text
    page = client.get(f"/sandbox/mail/{sent}")
    assert "donor@practice.example" in page.text
    assert '<a href="http://localhost/give"' in page.text
    assert "&lt;now&gt;" in page.text
    assert "frame-src 'self';" in page.headers["Content-Security-Policy"]


def test_the_html_may_be_framed_by_us_alone_and_runs_nothing(client: FlaskClient, sent: str):
    answer = client.get(f"/sandbox/mail/{sent}/html")
    policy = answer.headers["Content-Security-Policy"]
    assert "frame-ancestors 'self'" in policy
    assert "sandbox allow-popups" in policy
    assert "allow-scripts" not in policy
    assert "script-src" not in policy
    assert '<p style="color: green">' in answer.text


def test_an_attachment_comes_back_as_it_was_sent(client: FlaskClient, sent: str):
    answer = client.get(f"/sandbox/mail/{sent}/attachments/0")
    assert answer.data == PAPER.content
    assert answer.headers["Content-Disposition"] == "attachment; filename=receipt.pdf"
    assert client.get(f"/sandbox/mail/{sent}/attachments/1").status_code == 404


@pytest.mark.parametrize("name", ["0192f3a0-0000-7000-8000-000000000000", "..%2Fsecret", "x"])
def test_a_mail_that_is_not_there_is_not_found(client: FlaskClient, name: str):
    assert client.get(f"/sandbox/mail/{name}").status_code == 404
