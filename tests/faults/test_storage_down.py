"""With storage down an application's draft is kept, and the paper is asked for again."""

from io import BytesIO

import pytest
from PIL import Image
from sqlalchemy import select

from fund.applications import drafts
from fund.gateways import storage
from fund.ids import new_id
from fund.survivors.models import Document
from tests.applications.factories import TEXTS, make_author, make_draft


def _photograph() -> BytesIO:
    content = BytesIO()
    Image.new("RGB", (40, 40), "grey").save(content, "JPEG")
    content.seek(0)
    return content


@pytest.fixture
def storage_at(app):
    """Let the service keep its documents in this folder."""
    yield lambda folder: storage.init(f"file://{folder}")
    storage.init(app.config["SETTINGS"].storage_url)


def test_the_draft_is_kept_and_the_paper_goes_through_once_storage_is_back(
    client, session, sign_in, storage_at, tmp_path
):
    author = make_author(session)
    application = make_draft(session, author=author)
    sign_in(client, author)
    address = f"/staff/applications/{application.id}"

    def send():
        form = {
            "nonce": str(new_id()),
            "document_class": "enrolment_proof",
            "file": (_photograph(), "letter.jpg"),
        }
        return client.post(f"{address}/documents", data=form)

    (tmp_path / "disk").write_text("a file where the folder should be")
    storage_at(tmp_path / "disk")
    refused = send()
    assert refused.status_code == 503
    assert "The document store does not answer." in refused.text
    session.expire_all()
    assert application.state == "draft"
    assert drafts.read_texts(session, application) == TEXTS
    assert session.scalars(select(Document.state)).all() == ["failed"]

    (tmp_path / "disk").unlink()
    assert send().status_code == 303
    assert sorted(session.scalars(select(Document.state))) == ["failed", "stored"]
    assert "Proof of enrolment" in client.get(address).text
