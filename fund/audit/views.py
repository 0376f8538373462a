"""The log's public face: its newest checkpoint, its key, and proofs.

Nothing here shows an event to somebody who may not see it: see `queries.can_read_proof`.
"""

import json
from pathlib import Path
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, render_template, request, send_file
from sqlalchemy.orm import Session

from fund.audit import queries, verify
from fund.db import reading
from fund.errors import NotFound
from fund.money import Money
from fund.web import NavEntry, current_actor, public, staff_hold

blueprint = Blueprint("audit", __name__, url_prefix="/log")

NAVIGATION: list[NavEntry] = []

PLAIN = "text/plain; charset=utf-8"


@blueprint.get("/")
@public
def log() -> str:
    """What the log is, and how to check a receipt."""
    with reading() as session:
        return render_template(
            "audit/log.html",
            checkpoint=queries.find_checkpoint(session),
            key=queries.newest_key(session),
        )


@blueprint.get("/checkpoint")
@public
def checkpoint() -> Response:
    """The newest checkpoint (C2SP tlog-checkpoint), or that of `?size=`."""
    with reading() as session:
        found = queries.get_checkpoint(session, request.args.get("size", type=int))
        note = queries.full_note(session, found)
    return Response(note, content_type=PLAIN)


@blueprint.get("/key")
@public
def key() -> Response:
    """The public key, as C2SP signed-note writes it."""
    with reading() as session:
        return Response(queries.newest_key(session) + "\n", content_type=PLAIN)


@blueprint.get("/proof/<uuid:event_id>")
@public
def proof(event_id: UUID) -> Response:
    """The proof document of one event: of a receipt for whoever has its id, else for auditors."""
    with reading() as session:
        return _document(_get_proof(session, event_id))


@blueprint.get("/proof/consistency")
@public
def consistency() -> Response:
    """The proof that `?from=` (a checkpoint's size) begins `?to=` (the newest, if not given)."""
    old_size = request.args.get("from", type=int)
    if old_size is None:
        raise NotFound("no_checkpoint")
    new_size = request.args.get("to", type=int)
    with reading() as session:
        return _document(queries.consistency_of(session, old_size, new_size))


@blueprint.get("/verify.py")
@public
def verify_script() -> Response:
    """The program by which an outsider checks a proof."""
    return send_file(Path(verify.__file__), mimetype="text/plain")


@blueprint.get("/check/<uuid:event_id>")
@public
def check(event_id: UUID) -> str:
    """One event's proof, in words; the same readers as `proof`."""
    with reading() as session:
        proof = _get_proof(session, event_id)
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
            document=json.dumps(proof, indent=2),
        )


def _get_proof(session: Session, event_id: UUID) -> dict[str, Any]:
    event = queries.get_event(session, event_id)
    if not queries.can_read_proof(current_actor(), event.subject_kind):
        raise NotFound
    if event.subject_kind != "receipt" and staff_hold() is not None:
        raise NotFound  # these two addresses are public: the gate has not asked yet
    return queries.proof_of(session, event_id)


def _document(proof: dict[str, Any]) -> Response:
    return Response(json.dumps(proof, indent=2) + "\n", content_type="application/json")
