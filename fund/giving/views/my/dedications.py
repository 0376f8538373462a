"""In whose name a gift is: the donor withdraws it, or hides it here."""

from uuid import UUID

from flask import flash, request, url_for
from werkzeug.wrappers import Response

from fund import clock
from fund.giving import dedications
from fund.giving.views.room import blueprint
from fund.i18n import gettext
from fund.web import current_donor, donor_only, posting


@blueprint.post("/my/gifts/<uuid:gift_id>/dedication")
@donor_only
def my_dedication(gift_id: UUID) -> Response:
    """Withdraw it as long as its mail has not left (`do=withdraw`), or show it no more."""
    with posting() as post:
        donor, now = current_donor(), clock.now()
        if request.form.get("do") == "withdraw":
            dedications.withdraw(post.session, gift_id, actor=donor, now=now)
            flash(gettext("It is withdrawn: nobody is told."), "done")
        else:
            dedications.hide(post.session, gift_id, actor=donor, now=now)
            flash(gettext("It is not shown here any more."), "done")
        return post.redirect(url_for(".my_gift", gift_id=gift_id))
