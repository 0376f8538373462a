"""Entries: the list, choosing a kind, proposing, and what a second person decides."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from flask import Response, flash, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from fund import clock
from fund.bookkeeping import choices, operations, papers, plans, queries, schemas
from fund.bookkeeping.models import WITHOUT_PAPER, BookEntry
from fund.bookkeeping.views.room import blueprint
from fund.db import reading, transaction
from fund.errors import NotFound
from fund.gateways import storage
from fund.i18n import gettext
from fund.ledger import queries as ledger
from fund.ledger.choices import ROLE_NAMES
from fund.people import queries as people
from fund.permissions import Permission
from fund.survivors.documents import Upload
from fund.survivors.views.documents import accept_posted_file, answer_with_paper
from fund.web import Form, current_actor, load_form, permit, posting

# What a kind begins from: its id stands in the address.
BEGINNINGS = {
    "manual": "fund",
    "reversal": "journal",
    "award_payment": "award",
    "award_freeing": "award",
}


@blueprint.get("/entries")
@permit(Permission.READ_LEDGER)
def entry_list() -> ResponseReturnValue:
    """All entries, newest first; what was promised before, and what is owed as tax."""
    with reading() as session:
        entries = queries.list_entries(session, before=request.args.get("before", type=UUID))
        return render_template(
            "bookkeeping/entry_list.html",
            entries=entries,
            funds=queries.fund_names(session, entries),
            amounts=queries.amounts_of(session, entries),
            awards=queries.list_awards_of_before(session),
            taxes=queries.list_tax_owed(session),
            kinds=choices.KINDS,
            states=choices.STATES,
        )


@blueprint.get("/entries/new")
@permit(Permission.PROPOSE_ENTRIES)
def entry_choose() -> ResponseReturnValue:
    """Which kind of entry."""
    return render_template(
        "bookkeeping/entry_choose.html", purposes=choices.PURPOSES, kinds=choices.KINDS
    )


@blueprint.route("/entries/new/<kind>", methods=["GET", "POST"])
@permit(Permission.PROPOSE_ENTRIES)
def entry_propose(kind: str) -> ResponseReturnValue:
    """Fill in what is to be booked; the next page shows what that comes to."""
    if kind not in choices.KINDS:
        raise NotFound
    begins = BEGINNINGS.get(kind)
    about = request.args.get(begins, type=UUID) if begins else None
    if kind == "manual" and about is None:
        with reading() as session:
            return render_template(
                "bookkeeping/entry_fund.html", funds=ledger.list_open_funds(session)
            )
    form = Form()
    if request.method == "POST":
        form = load_form(schemas.SCHEMAS[kind]())
        if not form.errors:
            with form.attempt():
                return _propose(kind, form.data, about)
    with reading() as session:
        page = render_template(
            "bookkeeping/entry_propose.html", form=form, **_asked(session, kind, about)
        )
    return make_response(page, 422 if form.errors else 200)


@blueprint.get("/entries/<uuid:entry_id>")
@permit(Permission.READ_LEDGER)
def entry_show(entry_id: UUID) -> ResponseReturnValue:
    """One entry: what exactly is or would be booked, and the next step."""
    return _show(entry_id, Form())


@blueprint.post("/entries/<uuid:entry_id>/book")
@permit(Permission.APPROVE_ENTRIES, Permission.PROPOSE_ENTRIES)
def entry_book(entry_id: UUID) -> ResponseReturnValue:
    """Approve exactly what was seen, and book it."""
    form = load_form(schemas.BookSchema())
    return _do(
        entry_id,
        form,
        gettext("It is booked."),
        lambda session, entry: operations.book(
            session,
            entry,
            seen_sha256=form.data["content_sha256"],
            actor=current_actor(),
            now=clock.now(),
        ),
    )


@blueprint.post("/entries/<uuid:entry_id>/decline")
@permit(Permission.APPROVE_ENTRIES)
def entry_decline(entry_id: UUID) -> ResponseReturnValue:
    """Say no, and why."""
    form = load_form(schemas.DeclineSchema())
    return _do(
        entry_id,
        form,
        gettext("The entry is declined."),
        lambda session, entry: operations.decline(
            session,
            entry,
            reason=form.data["decline_reason"],
            actor=current_actor(),
            now=clock.now(),
        ),
    )


@blueprint.post("/entries/<uuid:entry_id>/withdraw")
@permit(Permission.PROPOSE_ENTRIES)
def entry_withdraw(entry_id: UUID) -> ResponseReturnValue:
    """Take back one's own proposal."""
    return _do(
        entry_id,
        Form(),
        gettext("The entry is withdrawn."),
        lambda session, entry: operations.withdraw(
            session, entry, actor=current_actor(), now=clock.now()
        ),
    )


@blueprint.get("/entries/<uuid:entry_id>/paper")
@permit(Permission.READ_ENTRY_PAPERS)
def entry_paper(entry_id: UUID) -> Response:
    """The entry's document; that it was opened is committed first."""
    with transaction() as session:
        paper = papers.record_paper_read(
            session,
            queries.get_entry(session, entry_id),
            actor=current_actor(),
            now=clock.now(),
        )
    sealed = storage.get(paper.storage_key)
    with reading() as session:
        content = papers.open_paper(session, paper, sealed)
    return answer_with_paper(content, paper.content_type, f"entry-{entry_id.hex[-8:]}")


def _propose(kind: str, data: dict[str, Any], about: UUID | None) -> ResponseReturnValue:
    upload, actor, now = _posted_paper(kind), current_actor(), clock.now()
    pending = None
    with posting() as post:
        plan = plans.plan_of(post.session, kind, data, about)
        paper = None
        if upload:
            paper, pending = papers.begin_paper(post.session, upload, actor=actor, now=now)
        entry = operations.propose(
            post.session,
            kind=kind,
            plan=plan,
            effective_on=data["effective_on"],
            reason=data["reason"],
            paper=paper,
            actor=actor,
            now=now,
        )
        answer = post.redirect(url_for(".entry_show", entry_id=entry.id))
    if pending:
        papers.finish_paper(pending, actor=actor, now=now)
    return answer


def _posted_paper(kind: str) -> Upload | None:
    sent = request.files.get("file")
    if kind in WITHOUT_PAPER and (sent is None or not sent.filename):
        return None
    return accept_posted_file()


def _asked(session: Session, kind: str, about: UUID | None) -> dict[str, Any]:
    """What the form of this kind needs to be shown. Raises NotFound for an unknown beginning."""
    asked: dict[str, Any] = {
        "kind": kind,
        "name": choices.KINDS[kind],
        "purpose": choices.PURPOSES.get(kind, ""),
        "funds": ledger.list_open_funds(session),
        "offices": ledger.list_offices(session),
        "today": clock.bangkok_day(clock.now()),
        "needs_paper": kind not in WITHOUT_PAPER,
        "roles": choices.OPENING_ROLES,
        "role_names": ROLE_NAMES,
        "lines": schemas.MANUAL_LINES,
    }
    if kind in BEGINNINGS and about is None:
        raise NotFound
    if kind == "manual" and about:
        fund = ledger.get_fund_by_id(session, about)
        asked |= {"fund": fund, "accounts": queries.list_accounts(session, fund)}
    elif kind == "reversal" and about:
        asked["reversed"] = queries.list_booked_lines(session, about)
    elif about:
        asked["award"] = queries.get_award_of_before(session, about)
    return asked


def _do(
    entry_id: UUID, form: Form, done: str, operation: Callable[[Session, BookEntry], None]
) -> ResponseReturnValue:
    if not form.errors:
        with form.attempt(), posting() as post:
            operation(post.session, queries.get_entry(post.session, entry_id))
            flash(done, "done")
            return post.redirect(url_for(".entry_show", entry_id=entry_id))
    return _show(entry_id, form)


def _show(entry_id: UUID, form: Form) -> ResponseReturnValue:
    actor = current_actor()
    with reading() as session:
        entry = queries.get_entry(session, entry_id)
        staff = {entry.proposed_by} | ({entry.decided_by} if entry.decided_by else set())
        page = render_template(
            "bookkeeping/entry_show.html",
            entry=entry,
            amount=queries.amounts_of(session, [entry])[entry.id],
            lines=queries.list_lines(session, entry),
            outcome=queries.find_outcome(session, entry),
            award=queries.get_award_of_before(session, entry.award_entry_id)
            if entry.award_entry_id
            else None,
            funds=queries.fund_names(session, [entry])[entry.id],
            names=people.staff_names(session, staff),
            can_book=operations.can_book(actor, entry),
            is_mine=entry.proposed_by == actor.id,
            form=form,
            name=choices.KINDS[entry.kind],
            states=choices.STATES,
            paper_kinds=choices.PAPER_KINDS,
            paper_states=choices.PAPER_STATES,
        )
    return make_response(page, 422 if form.errors else 200)
