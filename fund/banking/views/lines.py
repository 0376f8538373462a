"""One line of a statement: what it can be, and saying what it is."""

from collections.abc import Callable
from uuid import UUID

from flask import flash, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from fund import clock
from fund.banking import choices, operations, queries, schemas
from fund.banking.models import BankLine
from fund.banking.views.room import blueprint
from fund.db import reading, transaction
from fund.disbursements.choices import RETURN_REASONS
from fund.i18n import gettext
from fund.ledger import queries as ledger
from fund.ledger.choices import KIND_NAMES
from fund.people import queries as people
from fund.permissions import Permission
from fund.web import Form, current_actor, load_form, permit, posting

MOST_TARGETS = 40


@blueprint.get("/bank/lines/<uuid:line_id>")
@permit(Permission.READ_LEDGER)
def line_show(line_id: UUID) -> ResponseReturnValue:
    """One line, and what it is or can be."""
    with reading() as session:
        return _show(session, line_id, Form())


@blueprint.post("/bank/lines/<uuid:line_id>/text")
@permit(Permission.READ_BANK_TEXTS)
def line_text(line_id: UUID) -> ResponseReturnValue:
    """The line with what the bank wrote; that it was read is committed first."""
    with transaction() as session:
        statement = queries.get_line(session, line_id).statement
        operations.record_texts_read(session, statement, actor=current_actor(), now=clock.now())
    with reading() as session:
        return _show(session, line_id, Form(), with_text=True)


@blueprint.post("/bank/lines/<uuid:line_id>/match")
@permit(Permission.MATCH_LINES)
def line_match(line_id: UUID) -> ResponseReturnValue:
    """The line is what was chosen."""
    form = Form(request.form)
    return _do(
        line_id,
        form,
        gettext("The line is matched."),
        lambda session, line: operations.match_line(
            session, line, form.values("target"), actor=current_actor(), now=clock.now()
        ),
    )


@blueprint.post("/bank/lines/<uuid:line_id>/book")
@permit(Permission.MATCH_LINES)
def line_book(line_id: UUID) -> ResponseReturnValue:
    """The bank took it for itself, or paid it."""
    form = load_form(schemas.LineBookSchema())
    return _do(
        line_id,
        form,
        gettext("It is booked."),
        lambda session, line: operations.book_line(
            session, line, **form.data, actor=current_actor(), now=clock.now()
        ),
    )


@blueprint.post("/bank/lines/<uuid:line_id>/return")
@permit(Permission.MATCH_LINES)
def line_return(line_id: UUID) -> ResponseReturnValue:
    """It is a payment that came back."""
    form = load_form(schemas.LineReturnSchema())
    return _do(
        line_id,
        form,
        gettext("The return is booked."),
        lambda session, line: operations.return_line(
            session,
            line,
            token=form.data["came_back"],
            reason=form.data["return_reason"],
            actor=current_actor(),
            now=clock.now(),
        ),
    )


@blueprint.post("/bank/lines/<uuid:line_id>/leave-aside")
@permit(Permission.MATCH_LINES)
def line_leave_aside(line_id: UUID) -> ResponseReturnValue:
    """It is nothing for the books, and why."""
    form = load_form(schemas.LeaveAsideSchema())
    return _do(
        line_id,
        form,
        gettext("The line is left aside."),
        lambda session, line: operations.leave_aside(
            session, line, reason=form.data["reason"], actor=current_actor(), now=clock.now()
        ),
    )


@blueprint.post("/bank/lines/<uuid:line_id>/open")
@permit(Permission.MATCH_LINES)
def line_open(line_id: UUID) -> ResponseReturnValue:
    """Take back what was said of it."""
    return _do(
        line_id,
        Form(),
        gettext("The line is open again."),
        lambda session, line: operations.open_line(
            session, line, actor=current_actor(), now=clock.now()
        ),
    )


def _do(
    line_id: UUID, form: Form, done: str, operation: Callable[[Session, BankLine], None]
) -> ResponseReturnValue:
    if not form.errors:
        with form.attempt(), posting() as post:
            operation(post.session, queries.get_line(post.session, line_id))
            flash(done, "done")
            return post.redirect(url_for(".line_show", line_id=line_id))
    with reading() as session:
        return _show(session, line_id, form)


def _show(
    session: Session, line_id: UUID, form: Form, *, with_text: bool = False
) -> ResponseReturnValue:
    line = queries.get_line(session, line_id)
    targets = queries.targets_for(session, line) if line.state == "open" else []
    suggested = queries.list_suggestions(session, [line]) if line.state == "open" else []
    matches = queries.list_matches(session, [line.id]).get(line.id, [])
    page = render_template(
        "banking/line_show.html",
        line=line,
        text=queries.open_texts(session, [line])[line.id] if with_text else None,
        matches=matches,
        names=people.staff_names(session, {match.matched_by for match, _ in matches}),
        suggestion=suggested[0] if suggested else None,
        targets=[t for t in targets if t.kind != "return"][:MOST_TARGETS],
        returns=[t for t in targets if t.kind == "return"],
        funds=ledger.list_open_funds(session),
        form=form,
        line_states=choices.LINE_STATES,
        rules=choices.RULES,
        kinds=KIND_NAMES,
        return_reasons=RETURN_REASONS,
    )
    return make_response(page, 422 if form.errors else 200)
