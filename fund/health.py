"""`/healthz` (this process), `/readyz` (what it stands on) and `/metrics`."""

from flask import Blueprint, Response, jsonify
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from fund.db import reading
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
    from fund.migrating import newest_revision

    try:
        with reading() as session:
            present = session.scalar(text("SELECT version_num FROM alembic_version"))
            session.execute(text("SELECT 1 FROM procrastinate_jobs LIMIT 1"))
    except SQLAlchemyError:
        return jsonify(status="down", missing=["database"]), 503
    if present != newest_revision():
        return jsonify(status="down", missing=["migrations"]), 503
    return jsonify(status="ok", missing=[]), 200


@blueprint.get("/metrics")
@public
def metrics() -> Response:
    """Prometheus text; the proxy in front lets only the monitoring host read it."""
    return Response(generate_latest(), content_type=CONTENT_TYPE_LATEST)
