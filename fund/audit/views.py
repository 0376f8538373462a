"""The log's public face: its newest checkpoint, its key, and proofs.

Nothing here shows an event to somebody who may not see it: see `queries.can_read_proof`.
"""

import json
import re
from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from pathlib import Path
from typing import Any, ParamSpec
from uuid import UUID

from flask import Blueprint, Response, make_response, render_template, request, send_file
from sqlalchemy.orm import Session
from werkzeug.exceptions import BadRequest

from fund.audit import exports, queries, tiles, verify
from fund.db import reading
from fund.errors import NotFound
from fund.i18n import gettext, refusal_text
from fund.money import Money
from fund.permissions import Permission
from fund.web import Form, NavEntry, current_actor, permit, public, staff_hold

blueprint = Blueprint("audit", __name__)

NAVIGATION: list[NavEntry] = []

PLAIN = "text/plain; charset=utf-8"
YEAR = 365 * 24 * 60 * 60
LONGEST = 18  # digits; no log grows to a larger size, and the database counts no further

Asked = ParamSpec("Asked")


def for_machines(view: Callable[Asked, Response]) -> Callable[Asked, Response]:
    """Answer what cannot be answered as problem+json (RFC 9457), not as a page."""

    @wraps(view)
    def answering(*args: Asked.args, **kwargs: Asked.kwargs) -> Response:
        try:
            return view(*args, **kwargs)
        except NotFound as missing:
            return _problem(404, refusal_text(missing))
        except BadRequest as fault:
            return _problem(400, fault.description or "")

    return answering


@blueprint.get("/log/")
@public
def log() -> str:
    """What the log is, and how to check a receipt."""
    with reading() as session:
        newest = queries.find_checkpoint(session)
        signed_too = queries.list_cosignatures(session, newest.size) if newest else []
        return render_template(
            "audit/log.html",
            checkpoint=newest,
            witnesses=[row.witness for row in signed_too],
            key=queries.newest_key(session),
        )


@blueprint.get("/log/checkpoint")
@public
@for_machines
def checkpoint() -> Response:
    """The newest checkpoint (C2SP tlog-checkpoint) and its cosignatures, or that of `?size=`."""
    size = _number("size")
    with reading() as session:
        note = queries.full_note(session, queries.get_checkpoint(session, size))
    answer = Response(note, content_type=PLAIN)
    answer.cache_control.max_age = 5
    return answer


@blueprint.get("/log/key")
@public
def key() -> Response:
    """The public key that signs now, as C2SP signed-note writes it; with `?all`, how it came to."""
    with reading() as session:
        if "all" not in request.args:
            return Response(queries.newest_key(session) + "\n", content_type=PLAIN)
        keys = [row.verifier_key for row in queries.list_signing_keys(session)]
        return _document({"keys": keys, "rotations": queries.list_rotations(session)})


@blueprint.get("/log/tile/<path:place>")
@public
@for_machines
def tile(place: str) -> Response:
    """Hashes of the tree as C2SP tlog-tiles has them, as far as they were signed over."""
    level, index, width = tiles.find(place)
    with reading() as session:
        content = tiles.read(session, level, index, width)
    answer = Response(content, content_type="application/octet-stream")
    answer.cache_control.public = True
    answer.cache_control.max_age = YEAR
    answer.cache_control.immutable = True
    return answer


@blueprint.get("/log/proof/<uuid:event_id>")
@public
@for_machines
def proof(event_id: UUID) -> Response:
    """The proof document of one event: of a receipt for whoever has its id, else for auditors."""
    with reading() as session:
        return _document(_get_proof(session, event_id))


@blueprint.get("/log/proof/inclusion")
@public
@for_machines
def inclusion() -> Response:
    """The same for `?event=`, in the tree of `?size=` entries (the newest that was signed)."""
    try:
        event_id = UUID(request.args["event"])
    except (KeyError, ValueError):
        raise BadRequest(gettext("Which event: ?event= and its id."))
    size = _number("size")
    with reading() as session:
        return _document(_get_proof(session, event_id, size))


@blueprint.get("/log/proof/consistency")
@public
@for_machines
def consistency() -> Response:
    """The proof that the tree of `?from=` entries begins that of `?to=` (the newest signed)."""
    old_size = _number("from")
    if old_size is None:
        raise BadRequest(gettext("From which size on: ?from= and a whole number."))
    size = _number("to")
    with reading() as session:
        return _document(queries.consistency_of(session, old_size, size))


@blueprint.get("/log/verify.py")
@public
def verify_script() -> Response:
    """The program by which an outsider checks a proof."""
    return send_file(Path(verify.__file__), mimetype="text/plain")


@blueprint.get("/staff/log/export")
@permit(Permission.EXPORT_LOG)
def export() -> Response:
    """The entries of `?from=` to `?to=`, days or leaf indices, as JSON Lines with their proof."""
    form = Form(request.args)
    first, last = form.value("from").strip(), form.value("to").strip()
    with form.attempt(), reading() as session:
        if first or last:
            span = exports.find_span(session, first, last)
            answer = Response(exports.lines(span), content_type="application/jsonl")
            name = exports.filename(span)
            answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
            return answer
    page = render_template("audit/export.html", form=form)
    return make_response(page, 422 if form.errors else 200)


@blueprint.get("/log/check/<uuid:event_id>")
@public
def check(event_id: UUID) -> str:
    """One event's proof, in words; the same readers as `proof`."""
    with reading() as session:
        proof = _get_proof(session, event_id)
        size = proof["tree_size"]
        event = queries.get_event(session, event_id)
        is_receipt = event.subject_kind == "receipt"
        return render_template(
            "audit/check.html",
            event=event,
            data=event.data,
            amount=Money(event.data["amount_minor"], event.data["currency"])
            if is_receipt
            else None,
            proof=proof,
            is_whole=_verifies(proof),
            leaf=queries.get_leaf_hash(session, event_id),
            witnesses=[row.witness for row in queries.list_cosignatures(session, size)],
            document=json.dumps(proof, indent=2),
        )


def _get_proof(session: Session, event_id: UUID, size: int | None = None) -> dict[str, Any]:
    event = queries.get_event(session, event_id)
    if not queries.can_read_proof(current_actor(), event.subject_kind):
        raise NotFound
    if event.subject_kind not in queries.OPEN_KINDS and staff_hold() is not None:
        raise NotFound  # these two addresses are public: the gate has not asked yet
    return queries.proof_of(session, event_id, size)


def _verifies(proof: dict[str, Any]) -> bool:
    """What the page says is proven is checked before it is said."""
    try:
        return bool(verify.check(proof))
    except verify.DoesNotVerify:
        return False


def _number(name: str) -> int | None:
    """A whole number from the address, or None. Raises BadRequest."""
    typed = request.args.get(name)
    if typed is None:
        return None
    if not re.fullmatch(r"0|[1-9][0-9]*", typed):
        raise BadRequest(gettext("%(name)s takes a whole number.", name=name))
    return int(typed) if len(typed) <= LONGEST else 10**LONGEST


def _problem(status: int, detail: str) -> Response:
    title = HTTPStatus(status).phrase
    body = json.dumps({"status": status, "title": title, "detail": detail}, ensure_ascii=False)
    return Response(body + "\n", status, content_type="application/problem+json")


def _document(proof: dict[str, Any]) -> Response:
    return Response(json.dumps(proof, indent=2) + "\n", content_type="application/json")
