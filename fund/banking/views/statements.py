"""Statements: the list, sending a file, looking at it, recording it, and its lines."""

from collections.abc import Callable
from uuid import UUID

from flask import flash, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from fund import clock
from fund.banking import choices, operations, queries, schemas
from fund.banking.csv_lines import ColumnMapping
from fund.banking.files import LARGEST_BYTES
from fund.banking.models import BankStatement
from fund.banking.reading import read_statement, seen_sha256
from fund.banking.views.room import blueprint
from fund.bookkeeping.imports.choices import DAY_ORDERS, DECIMALS
from fund.db import reading, transaction
from fund.errors import Refused
from fund.i18n import gettext, ngettext
from fund.ledger.choices import KIND_NAMES
from fund.people import queries as people
from fund.permissions import Permission
from fund.web import Form, current_actor, load_form, permit, posting

MOST_FAULTS = 50  # a page of them says enough


@blueprint.get("/bank")
@permit(Permission.READ_LEDGER)
def statement_list() -> ResponseReturnValue:
    """Every account and how far its statements go; all statements, newest first."""
    with reading() as session:
        statements = queries.list_statements(session, before=request.args.get("before", type=UUID))
        return render_template(
            "banking/statement_list.html",
            accounts=queries.list_accounts(session),
            statements=statements,
            open_counts=queries.count_open(session, statements),
            states=choices.STATEMENT_STATES,
            kinds=choices.KINDS,
        )


@blueprint.route("/bank/accounts/<uuid:account_id>/import", methods=["GET", "POST"])
@permit(Permission.IMPORT_STATEMENTS)
def statement_upload(account_id: UUID) -> ResponseReturnValue:
    """Send a bank's file; the next page shows what is in it."""
    form = Form()
    if request.method == "POST":
        with form.attempt():
            content = _posted_file()
            with posting() as post:
                statement = operations.upload_statement(
                    post.session,
                    queries.get_account(post.session, account_id),
                    content,
                    actor=current_actor(),
                    now=clock.now(),
                )
                return post.redirect(url_for(".statement_show", statement_id=statement.id))
    with reading() as session:
        page = render_template(
            "banking/statement_upload.html",
            account=queries.get_account(session, account_id),
            form=form,
        )
    return make_response(page, 422 if form.errors else 200)


@blueprint.get("/bank/statements/<uuid:statement_id>")
@permit(Permission.READ_LEDGER)
def statement_show(statement_id: UUID) -> ResponseReturnValue:
    """One statement: before it is recorded what would be, then its lines."""
    with reading() as session:
        return _show(session, statement_id, Form())


@blueprint.post("/bank/statements/<uuid:statement_id>/columns")
@permit(Permission.IMPORT_STATEMENTS)
def statement_columns(statement_id: UUID) -> ResponseReturnValue:
    """Say which column of this bank's CSV files is what."""
    form = load_form(schemas.ColumnsSchema())
    return _do(
        statement_id,
        form,
        lambda session, statement: operations.map_columns(
            session, statement.account, ColumnMapping(**form.data), actor=current_actor()
        ),
    )


@blueprint.post("/bank/statements/<uuid:statement_id>/record")
@permit(Permission.IMPORT_STATEMENTS)
def statement_record(statement_id: UUID) -> ResponseReturnValue:
    """Record exactly what was seen."""
    form = load_form(schemas.SeenSchema())

    def record(session: Session, statement: BankStatement) -> None:
        count = operations.record_statement(
            session, statement, seen=form.data["seen"], actor=current_actor(), now=clock.now()
        )
        flash(ngettext("%(num)s line is recorded.", "%(num)s lines are recorded.", count), "done")

    return _do(statement_id, form, record)


@blueprint.post("/bank/statements/<uuid:statement_id>/drop")
@permit(Permission.IMPORT_STATEMENTS)
def statement_drop(statement_id: UUID) -> ResponseReturnValue:
    """Not this file."""
    return _do(
        statement_id,
        Form(),
        lambda session, statement: operations.drop_statement(
            session, statement, actor=current_actor(), now=clock.now()
        ),
        leads_to=url_for(".statement_list"),
    )


@blueprint.post("/bank/statements/<uuid:statement_id>/undo")
@permit(Permission.IMPORT_STATEMENTS)
def statement_undo(statement_id: UUID) -> ResponseReturnValue:
    """Take the whole file back, while nothing of it counts."""
    return _do(
        statement_id,
        Form(),
        lambda session, statement: operations.undo_statement(
            session, statement, actor=current_actor(), now=clock.now()
        ),
    )


@blueprint.post("/bank/statements/<uuid:statement_id>/confirm")
@permit(Permission.MATCH_LINES)
def statement_confirm(statement_id: UUID) -> ResponseReturnValue:
    """Match every line that has one clear answer, as it was shown."""
    form = Form(request.form)

    def confirm(session: Session, _: BankStatement) -> None:
        count = operations.confirm_suggestions(
            session, _choices(form), actor=current_actor(), now=clock.now()
        )
        flash(ngettext("%(num)s line is matched.", "%(num)s lines are matched.", count), "done")

    return _do(statement_id, form, confirm)


@blueprint.post("/bank/statements/<uuid:statement_id>/texts")
@permit(Permission.READ_BANK_TEXTS)
def statement_texts(statement_id: UUID) -> ResponseReturnValue:
    """The lines with what the bank wrote; that they were read is committed first."""
    with transaction() as session:
        operations.record_texts_read(
            session,
            queries.get_statement(session, statement_id),
            actor=current_actor(),
            now=clock.now(),
        )
    with reading() as session:
        return _show(session, statement_id, Form(), with_texts=True)


def _choices(form: Form) -> list[operations.Choice]:
    """What the page suggested, as its hidden fields say it: line, rule and token."""
    try:
        parts = [text.split("|") for text in form.values("suggestion")]
        found = [operations.Choice(UUID(line), token, rule) for line, rule, token in parts]
    except ValueError:
        raise Refused("form_incomplete")
    if not found:
        raise Refused("nothing_matched")
    return found


def _posted_file() -> bytes:
    sent = request.files.get("file")
    if sent is None or not sent.filename:
        raise Refused("document_missing", field="file")
    try:
        return sent.stream.read(LARGEST_BYTES + 1)
    finally:
        sent.close()


def _do(
    statement_id: UUID,
    form: Form,
    operation: Callable[[Session, BankStatement], None],
    *,
    leads_to: str = "",
) -> ResponseReturnValue:
    if not form.errors:
        with form.attempt(), posting() as post:
            operation(post.session, queries.get_statement(post.session, statement_id))
            here = url_for(".statement_show", statement_id=statement_id)
            return post.redirect(leads_to or here)
    with reading() as session:
        return _show(session, statement_id, form)


def _show(
    session: Session, statement_id: UUID, form: Form, *, with_texts: bool = False
) -> ResponseReturnValue:
    statement = queries.get_statement(session, statement_id)
    if statement.state == "uploaded":
        return _preview(session, statement, form)
    lines, has_more = queries.list_lines(
        session, statement, after=request.args.get("after", 0, type=int)
    )
    open_lines = queries.list_open(session, statement)
    suggestions = queries.list_suggestions(session, open_lines)
    staff = {who for who in (statement.decided_by, statement.undone_by) if who}
    page = render_template(
        "banking/statement_show.html",
        statement=statement,
        lines=lines,
        has_more=has_more,
        texts=queries.open_texts(session, lines) if with_texts else {},
        with_texts=with_texts,
        matches=queries.list_matches(session, [line.id for line in lines]),
        suggestions={one.line.id: one for one in suggestions},
        rules=choices.RULES,
        journal_kinds=KIND_NAMES,
        open_count=queries.count_open(session, [statement]).get(statement.id, 0),
        names=people.staff_names(session, staff),
        form=form,
        states=choices.STATEMENT_STATES,
        line_states=choices.LINE_STATES,
        kinds=choices.KINDS,
    )
    return make_response(page, 422 if form.errors else 200)


def _preview(session: Session, statement: BankStatement, form: Form) -> ResponseReturnValue:
    read = read_statement(session, statement)
    faults = [
        (fault.place, gettext(choices.FAULTS[fault.code]) % fault.params)
        for fault in read.parsed.faults[:MOST_FAULTS]
        if fault.code != "csv_not_mapped"
    ]
    page = render_template(
        "banking/statement_preview.html",
        statement=statement,
        read=read,
        seen=seen_sha256(read),
        faults=faults,
        mapping=statement.account.csv_mapping or {},
        form=form,
        kinds=choices.KINDS,
        day_orders=DAY_ORDERS,
        decimals=DECIMALS,
    )
    return make_response(page, 422 if form.errors else 200)
