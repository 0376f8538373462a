"""The whole book as a file that other programs read."""

import tempfile
from collections.abc import Iterator
from datetime import date

from flask import Response, make_response, render_template, request
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

PIECE_BYTES = 64 * 1024


@blueprint.get("/export")
@permit(Permission.READ_LEDGER)
def export() -> str:
    """Which formats there are, and up to which day."""
    return render_template("ledger/export.html", form=Form(request.args))


@blueprint.get("/export/<file_format>")
@permit(Permission.READ_LEDGER)
def export_file(file_format: str) -> Response:
    """The file, up to the end of `day`."""
    if file_format not in plaintext.FORMATS:
        raise NotFound
    form = Form(request.args)
    try:
        as_of: date | None = Day().deserialize(form.raw["day"]) if form.raw.get("day") else None
    except ValidationError:
        form.errors["day"] = [gettext(NOT_A_DAY)]
        return make_response(render_template("ledger/export.html", form=form), 422)
    answer = Response(
        _written(file_format, as_of),
        mimetype="text/csv" if file_format == "csv" else "text/plain",
    )
    name = plaintext.file_name(file_format, as_of or clock.bangkok_day(clock.now()))
    answer.headers.set("Content-Disposition", "attachment", filename=name)
    return answer


def _written(file_format: str, as_of: date | None) -> Iterator[bytes]:
    """The file, piece by piece, once it is whole: the database waits for no slow reader."""
    with tempfile.TemporaryFile() as file:
        with reading() as session:
            for text in plaintext.export(session, file_format, as_of=as_of):
                file.write(text.encode())
        file.seek(0)
        while piece := file.read(PIECE_BYTES):
            yield piece
