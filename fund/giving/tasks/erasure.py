"""Jobs about donors who asked to be forgotten."""

from uuid import UUID

from fund import clock, i18n, jobs, keys
from fund.db import reading, transaction
from fund.gateways import mail, stripe
from fund.giving.choices import ERASURE_ANSWERS
from fund.giving.models import ErasureRequest


@jobs.task("giving.mail_erasure")
def mail_erasure(request_id: str) -> None:
    """Tell the donor what was decided; then nobody knows any more where that went."""
    with reading() as session:
        request = session.get_one(ErasureRequest, UUID(request_id))
        if request.mailed_at is not None or request.key_id is None or request.sealed_to is None:
            return
        to = keys.unseal(
            session, request.key_id, request.sealed_to, context=f"erasure_request.to:{request.id}"
        )
        language = request.language or "en"
        subject, text, html = i18n.render_mail(
            "erasure", language, asked=request, why=ERASURE_ANSWERS
        )
    mail.send(to, subject, text, html, message_id=f"erasure-{request_id}", language=language)
    with transaction() as session:
        request = session.get_one(ErasureRequest, UUID(request_id), with_for_update=True)
        if request.mailed_at is None and request.key_id is not None:
            keys.destroy(session, request.key_id, now=clock.now())
            request.mailed_at = clock.now()


@jobs.task("giving.forget_customer")
def forget_customer(office: str, customer_id: str) -> None:
    """Let Stripe forget the address and the cards that it keeps for a donor's regular gifts."""
    stripe.delete_customer(office, customer_id)
