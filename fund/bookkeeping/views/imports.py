"""Lists of gifts: sending a file, looking at it, recording it, and undoing it."""

from collections.abc import Callable
from uuid import UUID

from flask import Response, flash, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from fund import clock
from fund.bookkeeping import papers, schemas
from fund.bookkeeping.imports import choices, files, operations, queries, reading, undoing
from fund.bookkeeping.imports.columns import Columns
from fund.bookkeeping.imports.lines import LARGEST_BYTES
from fund.bookkeeping.models import GiftImport
from fund.db import reading as read_only
from fund.db import transaction
from fund.errors import Refused
from fund.gateways import storage
from fund.giving.choices import OFFLINE_METHODS, STATE_NAMES
from fund.giving.views import blueprint as gift_pages
from fund.i18n import language, ngettext, options
from fund.ledger import queries as ledger
from fund.money import Money
from fund.people import queries as people
from fund.permissions import Permission
from fund.survivors.views.documents import accept_posted_file, answer_with_paper
from fund.web import Form, current_actor, load_form, permit, posting

MOST_FAULTS = 50  # a page of them says enough; the file has all
MOST_SHOWN = 200


@gift_pages.app_template_global()
def import_of_gift(gift_id: UUID) -> tuple[UUID, int] | None:
    """The list that a gift came in by, and its row there, for the gift's page."""
    with read_only() as session:
        return queries.find_import_of(session, gift_id)


@gift_pages.get("/staff/gifts/imports")
@permit(Permission.READ_GIFTS)
def import_list() -> str:
    """Every list that was sent, newest first."""
    with read_only() as session:
        return render_template(
            "giving/import_list.html",
            imports=queries.list_imports(session, before=request.args.get("before", type=UUID)),
            states=choices.STATES,
        )


@gift_pages.route("/staff/gifts/imports/add", methods=["GET", "POST"])
@permit(Permission.RECORD_GIFTS)
def import_upload() -> ResponseReturnValue:
    """Send a list; the next page shows what is in it."""
    form = Form()
    if request.method == "POST":
        form = load_form(schemas.ImportUploadSchema())
        if not form.errors:
            with form.attempt():
                content = _posted_list()
                with posting() as post:
                    made = operations.upload_import(
                        post.session,
                        ledger.get_office(post.session, form.data["office"]),
                        content,
                        actor=current_actor(),
                        now=clock.now(),
                    )
                    return post.redirect(url_for(".import_show", import_id=made.id))
    with read_only() as session:
        page = render_template(
            "giving/import_upload.html", form=form, offices=ledger.list_offices(session)
        )
    return make_response(page, 422 if form.errors else 200)


@gift_pages.get("/staff/gifts/imports/<uuid:import_id>")
@permit(Permission.READ_GIFTS)
def import_show(import_id: UUID) -> ResponseReturnValue:
    """One list: before it is recorded what would be, then its gifts."""
    return _show(import_id, Form())


@gift_pages.post("/staff/gifts/imports/<uuid:import_id>/columns")
@permit(Permission.RECORD_GIFTS)
def import_columns(import_id: UUID) -> ResponseReturnValue:
    """Say which column is what."""
    form = load_form(schemas.ImportColumnsSchema())
    return _do(
        import_id,
        form,
        lambda session, made: operations.map_columns(
            session, made, Columns(**form.data), actor=current_actor()
        ),
    )


@gift_pages.post("/staff/gifts/imports/<uuid:import_id>/alike")
@permit(Permission.RECORD_GIFTS)
def import_alike(import_id: UUID) -> ResponseReturnValue:
    """Say which of the rows that look like gifts that are here to record all the same."""
    form = load_form(schemas.ImportAlikeSchema())
    return _do(
        import_id,
        form,
        lambda session, made: operations.decide_alike(
            session, made, form.data["taken"], actor=current_actor(), now=clock.now()
        ),
    )


@gift_pages.post("/staff/gifts/imports/<uuid:import_id>/record")
@permit(Permission.RECORD_GIFTS)
def import_record(import_id: UUID) -> ResponseReturnValue:
    """Record exactly what was seen, with the document that shows it."""
    form = load_form(schemas.ImportRecordSchema())
    if not form.errors:
        with form.attempt():
            return _record(import_id, form)
    return _show(import_id, form)


@gift_pages.post("/staff/gifts/imports/<uuid:import_id>/drop")
@permit(Permission.RECORD_GIFTS)
def import_drop(import_id: UUID) -> ResponseReturnValue:
    """Not this file."""
    return _do(
        import_id,
        Form(),
        lambda session, made: operations.drop_import(
            session, made, actor=current_actor(), now=clock.now()
        ),
    )


@gift_pages.get("/staff/gifts/imports/<uuid:import_id>/faults.csv")
@permit(Permission.RECORD_GIFTS)
def import_faults(import_id: UUID) -> Response:
    """All that is wrong with the file, as a table."""
    with read_only() as session:
        read = reading.read_import(session, queries.get_import(session, import_id), now=clock.now())
        return _table(files.faults_csv(read.parsed.faults), f"faults-{import_id.hex[-8:]}.csv")


@gift_pages.get("/staff/gifts/imports/<uuid:import_id>/file.csv")
@permit(Permission.READ_ENTRY_PAPERS)
def import_file(import_id: UUID) -> Response:
    """The file that was sent, as a table; that it was opened is committed first."""
    with transaction() as session:
        made = queries.get_import(session, import_id)
        operations.record_file_read(session, made, actor=current_actor(), now=clock.now())
    with read_only() as session:
        content = reading.open_file(session, queries.get_import(session, import_id))
    return _table(files.list_csv(content), f"gifts-{import_id.hex[-8:]}.csv")


@gift_pages.get("/staff/gifts/imports/<uuid:import_id>/paper")
@permit(Permission.READ_ENTRY_PAPERS)
def import_paper(import_id: UUID) -> Response:
    """The document that shows the gifts; that it was opened is committed first."""
    with transaction() as session:
        made = queries.get_import(session, import_id)
        paper = papers.record_import_paper_read(
            session, made, actor=current_actor(), now=clock.now()
        )
    sealed = storage.get(paper.storage_key)
    with read_only() as session:
        content = papers.open_paper(session, paper, sealed)
    return answer_with_paper(content, paper.content_type, f"gifts-{import_id.hex[-8:]}")


@gift_pages.post("/staff/gifts/imports/<uuid:import_id>/undo/ask")
@permit(Permission.PROPOSE_ENTRIES)
def import_undo_ask(import_id: UUID) -> ResponseReturnValue:
    """Ask for the whole list to be taken back."""
    form = load_form(schemas.ImportUndoSchema())
    return _do(
        import_id,
        form,
        lambda session, made: undoing.ask_undo(
            session, made, reason=form.data["reason"], actor=current_actor(), now=clock.now()
        ),
    )


@gift_pages.post("/staff/gifts/imports/<uuid:import_id>/undo")
@permit(Permission.APPROVE_ENTRIES)
def import_undo(import_id: UUID) -> ResponseReturnValue:
    """Take the whole list back, as somebody else asked."""
    form = load_form(schemas.ImportUndoneSchema())
    return _do(
        import_id,
        form,
        lambda session, made: undoing.undo_import(
            session, made, seen=form.data["seen"], actor=current_actor(), now=clock.now()
        ),
    )


@gift_pages.post("/staff/gifts/imports/<uuid:import_id>/undo/drop")
@permit(Permission.APPROVE_ENTRIES)
def import_undo_drop(import_id: UUID) -> ResponseReturnValue:
    """The list stays: withdrawn, or declined with a reason."""
    form = load_form(schemas.ImportKeepSchema())
    return _do(
        import_id,
        form,
        lambda session, made: undoing.drop_undo(
            session,
            made,
            reason=form.data["decline_reason"],
            actor=current_actor(),
            now=clock.now(),
        ),
    )


def _record(import_id: UUID, form: Form) -> ResponseReturnValue:
    upload, actor, now = accept_posted_file(), current_actor(), clock.now()
    storage.check()  # the gifts are booked with their paper: better to say now that none is kept
    with posting() as post:
        paper, pending = papers.begin_paper(post.session, upload, actor=actor, now=now)
        count = operations.record_import(
            post.session,
            queries.get_import(post.session, import_id),
            paper,
            has_outside_receipts=form.data["receipts"] == "outside",
            seen=form.data["seen"],
            actor=actor,
            now=now,
        )
        told = ngettext(
            "%(num)s gift is recorded and booked.", "%(num)s gifts are recorded and booked.", count
        )
        flash(told, "done")
        answer = post.redirect(url_for(".import_show", import_id=import_id))
    papers.finish_paper(pending, actor=actor, now=now)
    return answer


def _posted_list() -> bytes:
    sent = request.files.get("file")
    if sent is None or not sent.filename:
        raise Refused("document_missing", field="file")
    try:
        return sent.stream.read(LARGEST_BYTES + 1)
    finally:
        sent.close()


def _table(content: bytes, name: str) -> Response:
    answer = make_response(content)
    answer.content_type = "text/csv; charset=utf-8"
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _do(
    import_id: UUID, form: Form, operation: Callable[[Session, GiftImport], None]
) -> ResponseReturnValue:
    if not form.errors:
        with form.attempt(), posting() as post:
            operation(post.session, queries.get_import(post.session, import_id))
            return post.redirect(url_for(".import_show", import_id=import_id))
    return _show(import_id, form)


def _show(import_id: UUID, form: Form) -> ResponseReturnValue:
    with read_only() as session:
        made = queries.get_import(session, import_id)
        if made.state == "uploaded":
            return _preview(session, made, form)
        after = request.args.get("after", 0, type=int)
        gifts, has_more = queries.list_gifts(session, made, after=after)
        staff = {made.uploaded_by, made.decided_by, made.undo_asked_by, made.undone_by}
        asked = undoing.list_asked(session, made) if made.state == "undo_asked" else []
        page = render_template(
            "giving/import_show.html",
            made=made,
            gifts=gifts,
            has_more=has_more,
            names=people.staff_names(session, [who for who in staff if who]),
            states=choices.STATES,
            gift_states=STATE_NAMES,
            fund_name=ledger.fund_name,
            seen=undoing.seen_sha256(asked),
            can_undo=undoing.can_undo(current_actor(), made),
            is_mine=made.undo_asked_by == current_actor().id,
            form=form,
        )
    return make_response(page, 422 if form.errors else 200)


def _preview(session: Session, made: GiftImport, form: Form) -> ResponseReturnValue:
    if not current_actor().may(Permission.RECORD_GIFTS):  # it names who gave
        page = render_template("giving/import_waits.html", made=made)
        return make_response(page)
    read = reading.read_import(session, made, now=clock.now())
    faults = reading.faults_shown(read, MOST_FAULTS)
    page = render_template(
        "giving/import_preview.html",
        made=made,
        read=read,
        seen=reading.seen_sha256(read),
        faults=[(f.place, f.params.get("column", ""), files.text_of(f)) for f in faults],
        mapping=made.mapping or {},
        form=form,
        shown=read.parsed.lines[:MOST_SHOWN],
        alike=sorted(read.alike.items())[: reading.MOST_ALIKE],
        lines={line.place: line for line in read.parsed.lines},
        whys=choices.ALIKE,
        funds=ledger.list_open_funds(session),
        fund_names={
            fund.id: ledger.fund_name(fund, language()) for fund in ledger.list_funds(session)
        },
        method_names=OFFLINE_METHODS,
        methods=options(OFFLINE_METHODS),
        day_orders=choices.DAY_ORDERS,
        decimals=choices.DECIMALS,
        receipts=options(choices.RECEIPTS),
        minor_money=Money,
        fund_name=ledger.fund_name,
    )
    return make_response(page, 422 if form.errors else 200)
