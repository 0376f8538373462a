"""`/healthz` (this process), `/readyz` (what it stands on) and `/metrics`."""

from flask import Blueprint, Response, jsonify
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError, SQLAlchemyError
from sqlalchemy.orm import Session

from fund.db import reading
from fund.migrating import newest_revision
from fund.web import public

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
@public
def healthz() -> Response:
    """200 as long as this process answers."""
    return jsonify(status="ok")


@blueprint.get("/readyz")
@public
def readyz() -> tuple[Response, int]:
    """200 if database, migrations and queue can be used, else 503 with what is missing."""
    missing = _missing()
    return jsonify(status="down" if missing else "ok", missing=missing), 503 if missing else 200


def _missing() -> list[str]:
    found = []
    try:
        with reading() as session:
            if _ask(session, "SELECT version_num FROM alembic_version") != newest_revision():
                found.append("migrations")
            if _ask(session, "SELECT count(*) FROM procrastinate_workers") is None:
                found.append("queue")
    except SQLAlchemyError:
        return ["database"]
    return found


def _ask(session: Session, question: str) -> object:
    """The answer, or None if the table is not there or not ours to read."""
    try:
        with session.begin_nested():
            return session.scalar(text(question))
    except ProgrammingError:
        return None


@blueprint.get("/metrics")
@public
def metrics() -> Response:
    """Prometheus text; the proxy in front lets only the monitoring host read it."""
    return Response(generate_latest(), content_type=CONTENT_TYPE_LATEST)
