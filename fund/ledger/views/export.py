"""The whole book as a file that other programs read."""

import tempfile
from datetime import date

from flask import Response, make_response, render_template, request, send_file
from marshmallow import ValidationError

from fund import clock
from fund.db import reading
from fund.errors import NotFound
from fund.i18n import gettext
from fund.ledger import plaintext
from fund.ledger.views.room import blueprint
from fund.permissions import Permission
from fund.schemas import NOT_A_DAY, Day
from fund.web import Form, permit

IN_MEMORY = 1_000_000  # bytes; a longer book waits on disk


@blueprint.get("/export")
@permit(Permission.READ_LEDGER)
def export() -> str:
    """Which formats there are, and up to which day."""
    return render_template("ledger/export.html", form=Form(request.args))


@blueprint.get("/export/<file_format>")
@permit(Permission.READ_LEDGER)
def export_file(file_format: str) -> Response:
    """The file. It is written whole before it is sent: a book that breaks off looks like a book."""
    if file_format not in plaintext.FORMATS:
        raise NotFound
    form = Form(request.args)
    try:
        as_of: date | None = Day().deserialize(form.raw["day"]) if form.raw.get("day") else None
    except ValidationError:
        form.errors["day"] = [gettext(NOT_A_DAY)]
        return make_response(render_template("ledger/export.html", form=form), 422)
    file = tempfile.SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115 closed with the answer
    with reading() as session:
        for part in plaintext.export(session, file_format, as_of=as_of):
            file.write(part.encode())
    file.seek(0)
    return send_file(
        file,
        mimetype="text/csv" if file_format == "csv" else "text/plain",
        as_attachment=True,
        download_name=plaintext.file_name(file_format, as_of or clock.bangkok_day(clock.now())),
        max_age=0,
    )
