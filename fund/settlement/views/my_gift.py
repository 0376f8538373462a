"""One gift, as its donor sees it."""

from uuid import UUID

from flask import render_template

from fund import i18n
from fund.db import reading
from fund.giving import queries as giving
from fund.giving.choices import DEDICATIONS, DROP_NAMES, RETURN_NAMES, STATE_NAMES
from fund.giving.views import blueprint as gift_pages
from fund.ledger.queries import fund_name
from fund.settlement import queries
from fund.web import current_donor, donor_only


# A page of the room below, which cannot know what was settled; so it is drawn here.
@gift_pages.get("/my/gifts/<uuid:gift_id>")
@donor_only
def my_gift(gift_id: UUID) -> str:
    """A gift of the donor's: what it came to after the true fee, its receipts and its proofs."""
    with reading() as session:
        row = giving.get_gift_of(session, current_donor().donor_id, gift_id)
        lines = queries.list_transactions_of(session, gift_id)
        return render_template(
            "giving/my_gift.html",
            row=row,
            fund=fund_name(row.fund, i18n.language()),
            state=STATE_NAMES[row.state],
            charge=next((line for line in lines if line.category == "charge"), None),
            receipts=giving.list_receipts_of(session, gift_id),
            returns=giving.list_returns(session, gift_id),
            return_names=RETURN_NAMES,
            dedication=giving.find_dedication_of(session, gift_id),
            dedications=DEDICATIONS,
            drops=DROP_NAMES,
        )
