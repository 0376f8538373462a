"""Papers of a case: sent, and opened on record."""

from uuid import UUID

from flask import Response, make_response, request, url_for
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


def accept_posted_file(name: str = "file") -> documents.Upload:
    """The file that a form brought, fit to be stored. Raises Refused with the reason."""
    sent = request.files.get(name)
    if sent is None or not sent.filename:
        raise Refused("document_missing", field=name)
    return documents.accept_upload(sent.filename, sent.stream.read(documents.LARGEST_BYTES + 1))


@blueprint.post("/staff/cases/<code>/documents")
@permit(Permission.READ_CASES)
def document_add(code: str) -> AnyResponse:
    """Add a paper to the case; "saved" shows only once storage has it."""
    form = load_form(DocumentAddSchema())
    try:
        if not form.errors:
            upload = accept_posted_file()
            with posting() as post:
                case = queries.get_case(post.session, code, actor=current_actor())
                pending = documents.begin_document(
                    post.session,
                    upload,
                    survivor_id=case.id,
                    subject_kind="survivor",
                    subject_id=case.id,
                    document_class=form.data["document_class"],
                    actor=current_actor(),
                    now=clock.now(),
                )
                answer = post.redirect(url_for(".case_show", code=case.code, _anchor="papers"))
            documents.finish_document(pending, actor=current_actor(), now=clock.now())
            return answer
    except Refused as refusal:
        form.refuse(refusal)
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
    answer = make_response(content)
    is_image = document.content_type == "image/jpeg"
    # The name that the file had may say who it is; this one says only what it is.
    name = f"{document.document_class}.{'jpg' if is_image else 'pdf'}"
    answer.headers["Content-Type"] = document.content_type
    answer.headers["Content-Disposition"] = (
        f'{"inline" if is_image else "attachment"}; filename="{name}"'
    )
    answer.headers["Content-Security-Policy"] = SANDBOX
    answer.headers["Cache-Control"] = "no-store"
    return answer
