"""Gifts and the books, in sentences."""

from fund.applications.choices import KINDS
from fund.bookkeeping.choices import KINDS as ENTRY_KINDS
from fund.giving.choices import BREAKER_CAUSES, DROP_NAMES, RECEIPT_KIND_NAMES, RETURN_NAMES
from fund.giving.edonation import FIELD_NAMES
from fund.i18n import N_
from fund.ledger.choices import KIND_NAMES
from fund.reports.trails.sentences.sentence import Sentence
from fund.settlement.choices import (
    ALERT_KINDS,
    DISPUTE_STATES,
    FAILURES,
    NOTES,
    REFUND_REASONS,
    REFUND_STATES,
    REPLAY_REASONS,
)

GIVING = {
    "gift_started": Sentence(
        N_("Gift begun"),
        N_("Somebody began to give %(amount_minor)s for “%(fund)s”, to the office %(office)s."),
    ),
    "gift_retried": Sentence(
        N_("Gift tried again"), N_("The donor tries again to pay; attempt %(attempt)s.")
    ),
    "gift_processing": Sentence(
        N_("Gift on its way"), N_("The donor’s bank is working on the payment.")
    ),
    "gift_paid": Sentence(N_("Gift paid"), N_("%(amount_minor)s were paid.")),
    "gift_failed": Sentence(
        N_("Gift not paid"),
        N_("The payment came to nothing: %(reason)s."),
        {"reason": {"failed": N_("payment failed"), "expired": N_("given up")}},
    ),
    "breaker_moved": Sentence(
        N_("Gate before the payment moved"),
        N_("Donors go straight on to the payment. Why: %(reason)s."),
        {"reason": BREAKER_CAUSES},
        {
            ("level", "1"): N_("Donors prove first that they are no machine. Why: %(reason)s."),
            ("level", "2"): N_("Donors take a link by mail first. Why: %(reason)s."),
        },
    ),
    "campaign_opened": Sentence(
        N_("Campaign opened"),
        N_("The campaign “%(slug)s” asks for %(target_minor)s for “%(fund)s”."),
    ),
    "campaign_changed": Sentence(
        N_("Campaign changed"), N_("Words or target were changed; the target is %(target_minor)s.")
    ),
    "campaign_closed": Sentence(N_("Campaign closed"), N_("The campaign takes no more gifts.")),
    "newsletter_asked": Sentence(
        N_("Newsletter asked for"), N_("The box was ticked; the address was asked by mail.")
    ),
    "newsletter_confirmed": Sentence(
        N_("Newsletter confirmed"), N_("The owner of the address wishes it.")
    ),
    "newsletter_stopped": Sentence(
        N_("Newsletter stopped"), N_("The owner of the address wants it no more.")
    ),
    "frame_allowed": Sentence(
        N_("Give frame allowed"), N_("Pages of %(origin)s may show the small give page.")
    ),
    "frame_forbidden": Sentence(
        N_("Give frame forbidden"), N_("Pages of %(origin)s may show the small give page no more.")
    ),
    "dedication_mailed": Sentence(
        N_("Dedication told"), N_("The person to be told of the gift was told by mail.")
    ),
    "dedication_hidden": Sentence(
        N_("Dedication hidden"),
        N_("The donor’s pages no longer show in whose name the gift was."),
    ),
    "dedication_dropped": Sentence(
        N_("Dedication not told"),
        N_("The mail about the gift did not go out: %(reason)s."),
        {"reason": DROP_NAMES},
    ),
    "receipt_issued": Sentence(
        N_("Receipt issued"),
        N_(
            "Receipt %(number)s of the office %(office)s: %(amount_minor)s for “%(fund)s”,"
            " given on %(given_on)s."
        ),
    ),
    "receipt_corrected": Sentence(
        N_("Receipt corrected"),
        N_(
            "Receipt %(number)s of the office %(office)s takes the place of %(corrects)s:"
            " %(amount_minor)s for “%(fund)s” count. On %(returned_on)s: %(reason)s."
        ),
        {"reason": RETURN_NAMES},
    ),
    "gift_returned": Sentence(
        N_("Gift returned"),
        N_("On %(happened_on)s: %(kind)s, %(amount_minor)s."),
        {"kind": RETURN_NAMES},
    ),
    "gift_paper_settled": Sentence(
        N_("Gift’s paper stored or lost"),
        N_("What became of the paper: %(state)s."),
        {"state": {"stored": N_("it is stored"), "failed": N_("it did not arrive")}},
    ),
    "gift_paper_read": Sentence(N_("Gift’s paper opened"), N_("The paper was opened.")),
    "edonation_columns_changed": Sentence(
        N_("e-Donation columns changed"),
        N_(
            "The e-Donation file has other columns (change %(mapping)s), not confirmed yet:"
            " %(columns)s."
        ),
        {"columns": FIELD_NAMES},
    ),
    "edonation_columns_confirmed": Sentence(
        N_("e-Donation columns confirmed"),
        N_("The columns of change %(mapping)s were held against the Revenue Department’s form."),
    ),
    "edonation_exported": Sentence(
        N_("e-Donation file taken"),
        N_(
            "Tax receipts with names and tax numbers, as %(file_format)s: %(receipt_count)s, paid"
            " from %(first_on)s to %(last_on)s. Columns of change %(mapping)s, confirmed."
        ),
        instead={
            ("is_confirmed", "False"): N_(
                "Tax receipts with names and tax numbers, as %(file_format)s: %(receipt_count)s,"
                " paid from %(first_on)s to %(last_on)s. Columns of change %(mapping)s,"
                " unconfirmed."
            )
        },
    ),
    "annual_statement_issued": Sentence(
        N_("Annual statement issued"),
        N_(
            "A donor was told what they gave to the office %(office)s in %(year)s:"
            " %(receipt_count)s receipts."
        ),
    ),
    "tax_year_statement_issued": Sentence(
        N_("Tax year’s statement issued"),
        N_(
            "A donor was told what they gave to the office %(office)s from %(first_on)s to"
            " %(last_on)s: %(receipt_count)s receipts."
        ),
    ),
    "refund_asked": Sentence(
        N_("Refund asked for"),
        N_("%(amount_minor)s shall go back to the donor. Why: %(reason)s."),
        {"reason": REFUND_REASONS},
        {
            ("needs_second", "True"): N_(
                "%(amount_minor)s shall go back to the donor, if a second person agrees."
                " Why: %(reason)s."
            )
        },
    ),
    "refund_decided": Sentence(
        N_("Refund decided"),
        N_("A second person agreed to the refund."),
        instead={("is_approved", "False"): N_("A second person declined the refund.")},
    ),
    "refund_changed": Sentence(
        N_("Refund at Stripe"), N_("How it stands: %(state)s."), {"state": REFUND_STATES}
    ),
    "refund_settled_otherwise": Sentence(
        N_("Refund settled another way"),
        N_("A refund that had come back was dealt with outside Stripe."),
    ),
    "refund_limit_set": Sentence(
        N_("Limit for refunds set"),
        N_("One person of finance may give back up to %(alone_minor)s alone from now on."),
    ),
    "dispute_changed": Sentence(
        N_("Dispute about a gift"), N_("How it stands: %(state)s."), {"state": DISPUTE_STATES}
    ),
    "dispute_noted": Sentence(
        N_("Dispute seen to"), N_("What finance did: %(noted_as)s."), {"noted_as": NOTES}
    ),
    "alert_changed": Sentence(
        N_("Warning about a gift"),
        N_("%(kind)s. The gift is held."),
        {"kind": ALERT_KINDS},
        {("is_open", "False"): N_("%(kind)s. That is over.")},
    ),
    "alert_kept": Sentence(
        N_("Risky gift kept"), N_("Finance looked at a risky gift; awards may use it.")
    ),
    "payout_arrived": Sentence(
        N_("Payout arrived"),
        N_("The bank shows %(amount_minor)s from Stripe, arrived on %(arrived_on)s."),
    ),
    "inbox_event_retried": Sentence(
        N_("Stripe’s event tried again"),
        N_("An event of Stripe’s that had failed was looked at again."),
    ),
    "inbox_error_retried": Sentence(
        N_("Stripe’s events tried again"),
        N_("“%(error)s”: %(events)s events of Stripe’s that had failed so were looked at again."),
        {"error": FAILURES},
    ),
    "inbox_event_replayed": Sentence(
        N_("Stripe’s event replayed"),
        N_("An event of Stripe’s that was done was looked at again: %(reason)s."),
        {"reason": REPLAY_REASONS},
        {("reason", "None"): N_("An event of Stripe’s that was done was looked at again.")},
    ),
    "inbox_replayed": Sentence(
        N_("Stripe’s events replayed"),
        N_(
            "%(events)s events of Stripe’s, all since %(since_on)s, were looked at again: "
            "%(reason)s."
        ),
        {"reason": REPLAY_REASONS},
        {
            ("reason", "None"): N_(
                "%(events)s events of Stripe’s, all since %(since_on)s, were looked at again."
            )
        },
    ),
}

LEDGER = {
    "journal_posted": Sentence(
        N_("Booked"), N_("%(kind)s: %(amount_minor)s, on %(effective_on)s."), {"kind": KIND_NAMES}
    ),
    "office_opened": Sentence(
        N_("Receiving office opened"),
        N_("The office %(code)s in %(country)s receives gifts and settles in %(currency)s."),
    ),
    "office_terms_changed": Sentence(
        N_("Office’s terms changed"),
        N_(
            "Offered at Stripe: %(stripe_methods)s. Receipts: %(receipt_kind)s. PromptPay goes to"
            " the biller %(biller_id)s."
        ),
        {"receipt_kind": RECEIPT_KIND_NAMES},
        {
            ("biller_id", "None"): N_(
                "Offered at Stripe: %(stripe_methods)s. Receipts: %(receipt_kind)s."
            )
        },
    ),
    "biller_change_asked": Sentence(
        N_("Another bank for PromptPay asked for"),
        N_("The QR code shall lead to the biller %(biller_id)s, once a second person agrees."),
    ),
    "biller_change_decided": Sentence(
        N_("Another bank for PromptPay decided"),
        N_("What was asked for: %(state)s."),
        {"state": {"approved": N_("agreed to"), "dropped": N_("not done")}},
    ),
    "fund_opened": Sentence(
        N_("Fund opened"),
        N_("The fund %(code)s may pay for %(purpose)s only. Restriction: %(restriction)s."),
        {
            "restriction": {"none": N_("none"), "purpose": N_("by purpose")},
            "purpose": KINDS,
        },
        {("purpose", "None"): N_("The fund %(code)s was opened. Restriction: %(restriction)s.")},
    ),
    "fund_changed": Sentence(
        N_("Fund changed"),
        N_(
            "Names, cap, target or reserve changed. Now: cap on a gift %(gift_cap_minor)s,"
            " target %(target_minor)s, reserve for %(reserve_days)s days."
        ),
    ),
    "fund_closed": Sentence(
        N_("Fund closed"), N_("The fund held nothing and was closed on %(closed_on)s.")
    ),
    "money_held": Sentence(
        N_("Money held"), N_("An inquiry may ask for %(amount_minor)s, so no award takes it.")
    ),
    "hold_released": Sentence(
        N_("Held money released"), N_("The inquiry is over; what it held can be awarded again.")
    ),
}

BOOKKEEPING = {
    "entry_proposed": Sentence(
        N_("Entry proposed"),
        N_("Proposed for the books: %(kind)s, for %(effective_on)s."),
        {"kind": ENTRY_KINDS},
    ),
    "entry_booked": Sentence(
        N_("Entry booked"),
        N_("Exactly what was proposed was booked: %(kind)s."),
        {"kind": ENTRY_KINDS},
    ),
    "entry_declined": Sentence(
        N_("Entry declined"),
        N_("A second person said no; the reason stands on the entry’s page."),
    ),
    "entry_withdrawn": Sentence(N_("Entry withdrawn"), N_("Who proposed it took it back.")),
    "entry_paper_settled": Sentence(
        N_("Entry’s paper stored or lost"),
        N_("What became of the paper: %(state)s."),
        {"state": {"stored": N_("it is stored"), "failed": N_("it did not arrive")}},
    ),
    "gift_import_recorded": Sentence(
        N_("List of gifts recorded"),
        N_(
            "%(gift_count)s gifts to the office %(office)s, together %(amount_minor)s. Receipts:"
            " %(has_outside_receipts)s."
        ),
        {
            "has_outside_receipts": {
                "True": N_("given elsewhere, on paper"),
                "False": N_("issued here"),
            }
        },
    ),
    "gift_import_paper_settled": Sentence(
        N_("List’s paper stored or lost"),
        N_("What became of the paper: %(state)s."),
        {"state": {"stored": N_("it is stored"), "failed": N_("it did not arrive")}},
    ),
    "gift_import_paper_read": Sentence(N_("List’s paper opened"), N_("The paper was opened.")),
    "gift_import_file_read": Sentence(N_("List’s file opened"), N_("The file was opened.")),
    "gift_import_undo_asked": Sentence(
        N_("Undoing a list asked for"), N_("Finance asks to take %(gift_count)s gifts back.")
    ),
    "gift_import_undo_dropped": Sentence(
        N_("List stands"),
        N_("It is not undone: %(state)s."),
        {"state": {"withdrawn": N_("withdrawn"), "declined": N_("declined")}},
    ),
    "gift_import_undone": Sentence(
        N_("List undone"), N_("%(gift_count)s gifts were taken back by reversals.")
    ),
    "entry_paper_read": Sentence(N_("Entry’s paper opened"), N_("The paper was opened.")),
    "rate_entered": Sentence(
        N_("Rate entered"),
        N_("From %(valid_on)s on, one unit of %(currency)s is worth %(thb_per_unit)s baht."),
    ),
    "period_opened": Sentence(
        N_("Period opened"),
        N_("The days from %(first_on)s to %(last_on)s will be closed together."),
        instead={("first_on", "None"): N_("All days until %(last_on)s will be closed together.")},
    ),
    "period_closing": Sentence(N_("Period closing"), N_("Finance began to close the period.")),
    "period_closed": Sentence(
        N_("Period closed"),
        N_("The period was closed for good. Still unreconciled then: %(unreconciled_count)s."),
    ),
}
