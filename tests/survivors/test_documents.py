"""Papers: what is taken and what is refused, and that only the right people open them."""

from io import BytesIO

import pillow_heif
import pytest
from PIL import Image
from pypdf import PdfReader, PdfWriter
from pypdf.generic import DictionaryObject, NameObject, TextStringObject
from sqlalchemy import text

from fund.errors import Refused, Unavailable
from fund.gateways import storage
from fund.ids import new_id
from fund.permissions import Role
from fund.survivors import documents, tasks
from fund.survivors.models import Document
from tests.people.factories import make_staff
from tests.survivors.factories import make_case

pillow_heif.register_heif_opener()


def picture(kind: str, size: tuple[int, int] = (64, 48), **options) -> bytes:
    content = BytesIO()
    Image.new(options.pop("mode", "RGB"), size, options.pop("colour", "red")).save(
        content, kind, **options
    )
    return content.getvalue()


def photograph(kind: str = "JPEG") -> bytes:
    """A picture taken sideways, at a place that it tells."""
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010F] = "Camera-Maker"
    exif.get_ifd(0x8825).update({1: "N", 2: (18.0, 47.0, 21.0), 3: "E", 4: (98.0, 59.0, 8.0)})
    return picture(kind, (3000, 1500), exif=exif.tobytes())


def pdf(pages: int = 2, *, password: str = "", script: str = "", at: str = "/OpenAction") -> bytes:
    writer, content = PdfWriter(), BytesIO()
    for _ in range(pages):
        writer.add_blank_page(200, 200)
    if script:
        action = DictionaryObject()
        action[NameObject("/S")] = NameObject("/JavaScript")
        action[NameObject("/JS")] = TextStringObject(script)
        writer.root_object[NameObject(at)] = action
    if password:
        writer.encrypt(password, algorithm="AES-256")
    writer.write(content)
    return content.getvalue()


@pytest.mark.parametrize(("kind", "name"), [("JPEG", "IMG_1.JPG"), ("HEIF", "IMG_2.HEIC")])
def test_a_photograph_loses_its_place_stands_upright_and_shrinks(kind, name):
    sent = photograph(kind)
    assert Image.open(BytesIO(sent)).getexif().get_ifd(0x8825)
    upload = documents.accept_upload(name, sent)
    taken = Image.open(BytesIO(upload.content))
    assert (upload.kind, upload.content_type, upload.pages) == ("image", "image/jpeg", 1)
    assert taken.format == "JPEG"
    assert taken.size == (1000, 2000)
    assert dict(taken.getexif()) == {}
    assert not {"exif", "xmp", "icc_profile", "comment"} & set(taken.info)
    assert b"Camera-Maker" not in upload.content


def test_see_through_parts_of_a_picture_become_white_paper():
    sent = picture("PNG", mode="RGBA", colour=(0, 0, 0, 0))
    taken = Image.open(BytesIO(documents.accept_upload("scan.png", sent).content))
    assert taken.getpixel((5, 5)) == (255, 255, 255)


def test_a_pdf_is_kept_as_it_is_and_its_pages_are_counted():
    sent = pdf(3)
    upload = documents.accept_upload("letter.pdf", sent)
    assert (upload.kind, upload.content, upload.pages) == ("pdf", sent, 3)


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("letter.pdf", b"", "document_empty"),
        ("letter.pdf", b"%PDF-1.7" + bytes(documents.LARGEST_BYTES), "document_too_large"),
        ("letter.docx", b"PK\x03\x04 not a paper", "document_wrong_type"),
        ("letter.pdf", b"plain words", "document_wrong_type"),
        ("film.mp4", b"\x00\x00\x00\x1cftypmp42" + bytes(40), "document_wrong_type"),
        ("moving.gif", picture("GIF"), "document_wrong_type"),
        ("page.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>", "document_wrong_type"),
        ("letter.pdf", picture("JPEG"), "document_misnamed"),
        ("picture.jpg", pdf(), "document_misnamed"),
        ("picture.jpg.exe", picture("JPEG"), "document_misnamed"),
        ("letter.pdf", b"%PDF-1.7\n" + b"garbage " * 50, "document_damaged"),
        ("picture.jpg", picture("JPEG", (500, 500))[:900], "document_damaged"),
        ("letter.pdf", pdf(0), "document_damaged"),
        ("letter.pdf", pdf(password="secret"), "document_locked"),
        ("letter.pdf", pdf(script="app.alert('x')"), "document_locked"),
        ("letter.pdf", pdf(script="app.alert('x')", at="/AA"), "document_locked"),
        (
            "picture.png",
            picture("PNG", (9000, 7000), mode="1", colour=1),
            "document_too_many_pixels",
        ),
        (
            "picture.png",
            picture("PNG", (20000, 20000), mode="1", colour=1),
            "document_too_many_pixels",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "content",
)
def test_what_is_no_fit_paper_is_refused_with_its_own_reason(name, content, code):
    with pytest.raises(Refused, match=f"^{code}$"):
        documents.accept_upload(name, content)


@pytest.fixture
def case(session, caseworker):
    return make_case(session, caseworker=caseworker)


@pytest.fixture
def send(client, case):
    def send(content: bytes, name: str = "scan.jpg", *, nonce: str = "", document_class="receipt"):
        return client.post(
            f"/staff/cases/{case.case_code}/documents",
            data={
                "nonce": nonce or str(new_id()),
                "document_class": document_class,
                "file": (BytesIO(content), name),
            },
        )

    return send


def test_a_paper_is_sealed_in_storage_and_opens_for_the_caseworker_on_record(
    client, session, sign_in, caseworker, case, send
):
    sign_in(client, caseworker)
    assert send(pdf(), "Malee birth certificate.pdf").status_code == 303
    document = session.query(Document).one()
    assert document.state == "stored"
    sealed = storage.get(document.storage_key)
    assert b"PDF" not in sealed
    page = client.get(f"/staff/cases/{case.case_code}").text
    assert "2 pages" in page
    assert "birth certificate" not in page
    answer = client.get(f"/staff/documents/{document.id}")
    assert len(PdfReader(BytesIO(answer.data)).pages) == 2
    assert answer.headers["Content-Disposition"] == 'attachment; filename="receipt.pdf"'
    assert answer.headers["Content-Security-Policy"].startswith("sandbox;")
    assert answer.headers["Cache-Control"] == "no-store"
    reads = session.execute(
        text("SELECT actor FROM audit.event WHERE name = 'document_read'")
    ).scalars()
    assert list(reads) == [f"staff:{caseworker.id}"]


def test_a_paper_of_a_case_that_is_not_theirs_is_a_recorded_404(
    client, session, sign_in, caseworker, case, send
):
    sign_in(client, caseworker)
    send(picture("JPEG"))
    document = session.query(Document).one()
    sign_in(client, make_staff(session, Role.CASEWORKER))
    assert client.get(f"/staff/documents/{document.id}").status_code == 404
    names = session.execute(text("SELECT name FROM audit.event")).scalars().all()
    assert "survivor_access_refused" in names
    assert "document_read" not in names
    sign_in(client, make_staff(session, Role.COMMITTEE_MEMBER))
    assert client.get(f"/staff/documents/{document.id}").status_code == 403


def test_a_refused_paper_says_why_and_leaves_nothing(client, session, sign_in, caseworker, send):
    sign_in(client, caseworker)
    answer = send(b"", "scan.jpg")
    assert answer.status_code == 422
    assert "This file is empty" in answer.text
    assert send(picture("JPEG"), document_class="nonsense").status_code == 422
    assert (
        "Please choose a file."
        in client.post(
            answer.request.path, data={"nonce": str(new_id()), "document_class": "receipt"}
        ).text
    )
    assert session.query(Document).count() == 0


def test_a_paper_sent_twice_is_stored_once(client, session, sign_in, caseworker, send):
    sign_in(client, caseworker)
    nonce = str(new_id())
    assert [send(picture("JPEG"), nonce=nonce).status_code for _ in range(2)] == [303, 303]
    assert session.query(Document).count() == 1


@pytest.fixture
def storage_down(app, tmp_path):
    """Storage that cannot be written: a file stands where its folder should be."""
    (tmp_path / "taken").write_text("")
    storage.init(f"file://{tmp_path}/taken")
    yield
    storage.init(app.config["SETTINGS"].storage_url)


def test_with_storage_down_the_page_says_so_and_the_paper_is_marked_as_not_arrived(
    client, session, sign_in, caseworker, case, send, storage_down
):
    sign_in(client, caseworker)
    assert send(picture("JPEG")).status_code == 503
    assert (
        "Did not arrive; please send it again" in client.get(f"/staff/cases/{case.case_code}").text
    )
    document = session.query(Document).one()
    assert "did not arrive" in client.get(f"/staff/documents/{document.id}").text


@pytest.fixture
def pending(session, case, caseworker, now):
    return documents.begin_document(
        session,
        documents.accept_upload("scan.jpg", picture("JPEG")),
        survivor_id=case.id,
        subject_kind="survivor",
        subject_id=case.id,
        document_class="receipt",
        actor=caseworker.actor_at(now),
        now=now,
    )


@pytest.mark.parametrize(
    ("arrived", "state"), [("whole", "stored"), ("cut", "failed"), ("nothing", "failed")]
)
def test_after_a_crash_the_job_tells_what_became_of_a_paper(session, pending, arrived, state):
    session.commit()
    if arrived != "nothing":
        storage.put(pending.storage_key, pending.sealed[: None if arrived == "whole" else 40])
    for _ in range(2):
        tasks.settle_document(document_id=str(pending.document_id))
    session.expire_all()
    assert session.get_one(Document, pending.document_id).state == state


def test_the_job_waits_until_an_upload_must_be_over(session, pending, run_jobs, now):
    session.commit()
    waits = session.execute(
        text("SELECT scheduled_at FROM procrastinate_jobs WHERE task_name = :name"),
        {"name": "survivors.settle_document"},
    ).scalar_one()
    assert waits > now


def test_an_upload_that_storage_refuses_raises_for_callers_too(
    pending, session, storage_down, caseworker, now
):
    session.commit()
    with pytest.raises(Unavailable):
        documents.finish_document(pending, actor=caseworker.actor_at(now), now=now)
