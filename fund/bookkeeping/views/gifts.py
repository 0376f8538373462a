"""Recording a gift that came past the give page, and the paper that shows it."""

from uuid import UUID

from flask import Response, flash, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue

from fund import clock
from fund.bookkeeping import gifts, papers, schemas
from fund.db import reading, transaction
from fund.gateways import storage
from fund.giving.choices import OFFLINE_METHODS
from fund.giving.views import blueprint as gift_pages
from fund.i18n import gettext, options
from fund.ledger import queries as ledger
from fund.permissions import Permission
from fund.survivors.views.documents import accept_posted_file, answer_with_paper
from fund.web import Form, current_actor, load_form, permit, posting


# Pages of the room below, which knows no papers; so they are here.
@gift_pages.route("/staff/gifts/add", methods=["GET", "POST"])
@permit(Permission.RECORD_GIFTS)
def gift_add() -> ResponseReturnValue:
    """Record a gift by transfer, cash or cheque."""
    form = Form()
    if request.method == "POST":
        form = load_form(schemas.GiftSchema())
        if not form.errors:
            with form.attempt():
                return _add(form)
    with reading() as session:
        page = render_template(
            "giving/gift_add.html",
            form=form,
            funds=ledger.list_open_funds(session),
            offices=ledger.list_offices(session),
            methods=options(OFFLINE_METHODS),
            today=clock.bangkok_day(clock.now()),
        )
    return make_response(page, 422 if form.errors else 200)


@gift_pages.get("/staff/gifts/<uuid:gift_id>/paper")
@permit(Permission.READ_ENTRY_PAPERS)
def gift_paper(gift_id: UUID) -> Response:
    """The gift's document; that it was opened is committed first."""
    with transaction() as session:
        paper = papers.record_gift_paper_read(
            session, gift_id, actor=current_actor(), now=clock.now()
        )
    sealed = storage.get(paper.storage_key)
    with reading() as session:
        content = papers.open_paper(session, paper, sealed)
    return answer_with_paper(content, paper.content_type, f"gift-{gift_id.hex[-8:]}")


def _add(form: Form) -> ResponseReturnValue:
    upload, actor, now = accept_posted_file(), current_actor(), clock.now()
    storage.check()  # the gift is booked with its paper: better to say now that none can be kept
    said = {name: form.data[name] for name in form.data if name not in ("office", "fund")}
    with posting() as post:
        paper, pending = papers.begin_paper(post.session, upload, actor=actor, now=now)
        gift = gifts.add_gift(
            post.session,
            paper,
            office=ledger.get_office(post.session, form.data["office"]),
            fund=ledger.get_fund(post.session, form.data["fund"]),
            **said,
            actor=actor,
            now=now,
        )
        flash(gettext("The gift is recorded and booked."), "done")
        answer = post.redirect(url_for("giving.gift_show", gift_id=gift.id))
    papers.finish_paper(pending, actor=actor, now=now)
    return answer
