"""Papers of a case: sent, and opened on record."""

from collections.abc import Callable
from uuid import UUID

from flask import Response, make_response, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from fund import clock
from fund.db import reading, transaction
from fund.errors import Refused
from fund.gateways import storage
from fund.permissions import Permission
from fund.survivors import documents, queries
from fund.survivors.schemas import DocumentAddSchema
from fund.survivors.views.room import blueprint, case_page
from fund.web import current_actor, load_form, permit, posting

# A paper shown in the browser may run nothing and load nothing.
SANDBOX = "sandbox; default-src 'none'; img-src 'self'; style-src 'unsafe-inline'"


def accept_posted_file() -> documents.Upload:
    """The file that a form brought, fit to be stored. Raises Refused with the reason."""
    sent = request.files.get("file")
    if sent is None or not sent.filename:
        raise Refused("document_missing", field="file")
    return documents.accept_upload(sent.filename, sent.stream.read(documents.LARGEST_BYTES + 1))


def add_posted_paper(
    find_survivor_id: Callable[[Session], UUID],
    document_class: str,
    *,
    location: str,
    about: tuple[str, UUID] | None = None,
) -> tuple[Response, UUID]:
    """Keep the posted file, once for this form; the way to `location`, and the paper's id.

    `about` is the subject's kind and id, None for the survivor's own record. Raises Refused with
    what is wrong with the file; Unavailable, with nothing kept, if storage does not answer.
    """
    upload, actor, now = accept_posted_file(), current_actor(), clock.now()
    with posting() as post:
        survivor_id = find_survivor_id(post.session)
        subject_kind, subject_id = about or ("survivor", survivor_id)
        pending = documents.begin_document(
            post.session,
            upload,
            survivor_id=survivor_id,
            subject_kind=subject_kind,
            subject_id=subject_id,
            document_class=document_class,
            actor=actor,
            now=now,
        )
        answer = post.redirect(location)
    documents.finish_document(pending, actor=actor, now=now)
    return answer, pending.document_id


@blueprint.post("/staff/cases/<code>/documents")
@permit(Permission.READ_CASES)
def document_add(code: str) -> AnyResponse:
    """Add a paper to the case; "saved" shows only once storage has it."""
    form = load_form(DocumentAddSchema())
    if not form.errors:
        with form.attempt():
            answer, _ = add_posted_paper(
                lambda session: queries.get_case(session, code, actor=current_actor()).id,
                form.data["document_class"],
                location=url_for(".case_show", code=code, _anchor="papers"),
            )
            return answer
    return case_page(code, 422, document=form)


@blueprint.get("/staff/documents/<uuid:document_id>")
@permit(Permission.READ_CASES)
def document_show(document_id: UUID) -> Response:
    """A paper, for those who may open its case; the reading is committed before it opens."""
    with transaction() as session:
        document = documents.record_document_read(
            session, document_id, actor=current_actor(), now=clock.now()
        )
    sealed = storage.get(document.storage_key)
    with reading() as session:
        content = documents.open_document(session, document, sealed)
    # The name that the file had may say who it is; this one says only what it is.
    return answer_with_paper(content, document.content_type, document.document_class)


def answer_with_paper(content: bytes, content_type: str, name: str) -> Response:
    """A sealed paper, opened: a picture is shown, a PDF is kept as `name`; nothing caches it."""
    answer = make_response(content)
    is_image = content_type == "image/jpeg"
    answer.headers["Content-Type"] = content_type
    answer.headers["Content-Disposition"] = (
        f"{'inline' if is_image else 'attachment'};"
        f' filename="{name}.{"jpg" if is_image else "pdf"}"'
    )
    answer.headers["Content-Security-Policy"] = SANDBOX
    answer.headers["Cache-Control"] = "no-store"
    return answer
