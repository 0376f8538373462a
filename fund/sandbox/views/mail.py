"""Every mail that the practice world sent, as its reader would see it."""

from email.message import EmailMessage
from uuid import UUID

from flask import Response, make_response, render_template

from fund.errors import NotFound
from fund.sandbox import mailbox
from fund.sandbox.views.blueprint import blueprint
from fund.web import content_policy, public

# A mail's own page, shown in a frame: styles as mails have them, no script, links open anew.
_MAIL_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self';"
    " sandbox allow-popups allow-popups-to-escape-sandbox"
)


@blueprint.get("/sandbox/mail")
@public
def mail_list() -> str:
    """The newest mails first."""
    return render_template("sandbox/mail_list.html", mails=mailbox.list_mails())


@blueprint.get("/sandbox/mail/<uuid:name>")
@public
def mail_show(name: UUID) -> Response:
    """One mail: who, what, its text, its HTML in a frame, its attachments."""
    message = _get_mail(name)
    page = render_template(
        "sandbox/mail_show.html",
        name=name,
        message=message,
        text=_text_of(message, "plain"),
        has_html=message.get_body(("html",)) is not None,
        attachments=list(message.iter_attachments()),
    )
    response = make_response(page)
    response.headers["Content-Security-Policy"] = content_policy(frames="'self'")
    return response


@blueprint.get("/sandbox/mail/<uuid:name>/html")
@public
def mail_html(name: UUID) -> Response:
    """The HTML as it was sent, alone, for the frame."""
    # A link in a frame that may hold nothing else has to open a window of its own.
    response = make_response('<base target="_blank">' + _text_of(_get_mail(name), "html"))
    response.headers["Content-Security-Policy"] = _MAIL_POLICY
    return response


@blueprint.get("/sandbox/mail/<uuid:name>/attachments/<int:position>")
@public
def mail_attachment(name: UUID, position: int) -> Response:
    """An attachment, to keep."""
    attachments = list(_get_mail(name).iter_attachments())
    if position >= len(attachments):
        raise NotFound
    part = attachments[position]
    response = make_response(part.get_payload(decode=True))
    response.content_type = part.get_content_type()
    response.headers.set("Content-Disposition", "attachment", filename=part.get_filename("paper"))
    return response


def _get_mail(name: UUID) -> EmailMessage:
    message = mailbox.find_mail(name)
    if message is None:
        raise NotFound
    return message


def _text_of(message: EmailMessage, subtype: str) -> str:
    body = message.get_body((subtype,))
    return str(body.get_content()) if body is not None else ""
