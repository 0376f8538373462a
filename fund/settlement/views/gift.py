"""What became of one gift."""

from uuid import UUID

from flask import render_template
from sqlalchemy.orm import Session

from fund import i18n
from fund.crypto import Unreadable
from fund.db import reading
from fund.giving import queries as giving
from fund.giving.choices import OFFLINE_METHODS, RETURN_NAMES, STATE_NAMES
from fund.giving.donors import find_person
from fund.giving.models import Gift, GiftPaper
from fund.giving.views import blueprint as gift_pages
from fund.giving.words import GiftWords, open_words
from fund.ledger.choices import KIND_NAMES
from fund.ledger.queries import fund_name
from fund.permissions import Permission
from fund.settlement import queries
from fund.settlement.choices import CATEGORIES
from fund.settlement.views.refunds import refunds_of
from fund.web import current_actor, permit


# A page of the room below, which cannot know what was settled; so it is drawn here.
@gift_pages.get("/staff/gifts/<uuid:gift_id>")
@permit(Permission.READ_GIFTS)
def gift_show(gift_id: UUID) -> str:
    """One gift: what was given, what was settled, the fee, the rate, and its journals."""
    with reading() as session:
        row = giving.get_gift(session, gift_id)
        transactions = queries.list_transactions_of(session, gift_id)
        may_know = current_actor().may(Permission.RECORD_GIFTS)
        return render_template(
            "giving/gift_show.html",
            row=row,
            fund=fund_name(row.fund, i18n.language()),
            state=STATE_NAMES[row.state],
            receipts=giving.list_receipts_of(session, gift_id),
            has_paper=session.get(GiftPaper, gift_id) is not None,
            methods=OFFLINE_METHODS,
            returns=giving.list_returns(session, gift_id),
            return_names=RETURN_NAMES,
            person=find_person(session, row.gift.donor_id) if may_know else None,
            words=_find_words(session, row.gift) if may_know else None,
            transactions=transactions,
            journals=queries.list_journals_of(session, row.gift, row.office, transactions),
            kinds=KIND_NAMES,
            categories=CATEGORIES,
            **refunds_of(session, row),
        )


def _find_words(session: Session, gift: Gift) -> GiftWords | None:
    """What the donor wrote beside the gift; None if nobody may know any more."""
    try:
        return open_words(session, gift)
    except Unreadable:
        return None
