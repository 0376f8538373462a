"""The words of this room's error codes."""

from fund.i18n import N_

TEXTS: dict[str, str] = {
    "link_over": N_("This link was used already, or is older than 15 minutes. Please ask anew."),
    "too_many_links": N_("Too many links were asked for from here. Please try again in an hour."),
    "gate_link_over": N_(
        "This link was used already, or a newer one was sent, or it is older than 15 minutes."
    ),
    "too_many_gate_links": N_(
        "Too many links were asked for just now. Your gift is kept; please try again in an hour."
    ),
    "proof_wrong": N_("The check did not work out. Please try again, or take the link by mail."),
    "breaker_stands_so": N_("It stands like this already."),
    "fund_takes_no_gifts": N_("This fund takes no gifts at the moment. Please choose another."),
    "gift_too_small": N_("The least that can be paid this way is %(least)s."),
    "gift_too_large": N_(
        "The most that one gift can be here is %(most)s. For a larger one please write to us."
    ),
    "no_card_office": N_("Giving by card is not open at the moment. Please try again later."),
    "another_office": N_(
        "With this, your gift goes to %(office)s. Nothing has been charged: please look at what has"
        " changed, and send the form once more."
    ),
    "gift_returned": N_("Of one of these gifts something went back already."),
    "campaign_exists": N_("There is a campaign at this address already."),
    "origin_wrong": N_("Please write the site as https://www.example.org, without a path."),
    "origin_known": N_("This site may show it already."),
    "campaign_closed": N_("This campaign is over."),
    "another_total": N_(
        "With the fee covered it is %(total)s in all. Nothing has been charged: please send the"
        " form once more if this is what you wish."
    ),
    "method_not_offered": N_("The office that receives your gift is not paid this way."),
    "plan_exists": N_(
        "You have a regular gift to this fund already. You can change its amount instead."
    ),
    "plan_over": N_("This regular gift cannot be changed like that any more."),
    "change_under_way": N_("Another change is still under way. Please try again in a moment."),
    "day_not_possible": N_("Please choose a day of the month that can still be moved to."),
    "stray_runs": N_("Stripe has not confirmed yet that this subscription ended."),
    "kind_not_now": N_(
        "The way you give cannot be changed like that now. If the next gift is due in the coming"
        " days, please try again after it."
    ),
    "nothing_to_skip": N_("The next gift cannot be skipped now."),
    "stripe_unavailable": N_("Stripe, which takes the payment, does not answer at the moment."),
    "stripe_busy": N_("Many people are giving just now. Please wait a moment."),
    "stripe_not_set_up": N_("This office is not connected to Stripe."),
    "stripe_refused": N_("Stripe did not accept this (%(reason)s)."),
    "paid_amount_differs": N_("Stripe took %(paid)s for a gift of %(given)s."),
    "gift_unknown": N_("There is no such gift here."),
    "paid_twice": N_("This gift was paid a second time, by another payment."),
    "bank_reference_known": N_("A gift with this bank reference is recorded already."),
    "tax_id_wrong": N_("A Thai tax number has thirteen digits; one of these is wrong."),
    "no_columns": N_("The file needs at least one column."),
    "too_many_columns": N_("The file cannot have these columns."),
    "bank_reports_transfers_only": N_(
        "Only a transfer to an office in Thailand comes by the bank’s e-Donation code."
    ),
    "tax_id_needed": N_("The receipt for your taxes needs your tax number."),
    "name_needed": N_("The receipt for your taxes needs your name."),
    "tax_id_of_nobody": N_("A tax number needs the e-mail address of its owner too."),
    "two_tax_ids": N_(
        "Each of the two records has a tax number of its own, so these may be two taxpayers. Ask"
        " the donor first; a number is put right with their next gift."
    ),
    "erasure_plans": N_(
        "A regular gift still runs, or has just begun: it has to be stopped first."
    ),
    "erasure_gifts": N_(
        "A gift of theirs is still on its way. Please decide once it is paid or given up."
    ),
    "erasure_asked": N_("This is asked for already, and waits to be decided."),
    "erasure_open": N_("One of the two asked to be forgotten: this is decided first."),
    "dedication_told": N_("The mail about it has left, so it cannot be withdrawn any more."),
    "donor_unknown": N_("No donor has this address."),
    "one_donor": N_("Both addresses are of one donor already."),
    "return_differs": N_("Another amount went back by this than was recorded before."),
    "return_too_large": N_("No more can go back than was given."),
    "receipt_needs_signatory": N_("A receipt of this kind needs the name and title of who signs."),
    "receipt_kind_not_the_offices": N_(
        "This office cannot give receipts of this kind: its country or its tax number is another."
    ),
    "biller_id_wrong": N_("The bank’s biller id has fifteen digits."),
    "promptpay_needs_names": N_(
        "A PromptPay QR code needs biller id, name and city together, in Latin letters."
    ),
    "promptpay_in_thailand_only": N_("Stripe offers PromptPay to offices in Thailand only."),
    "biller_needs_second": N_("Another bank for PromptPay needs a second person."),
    "biller_asked_already": N_("Another bank is asked for already: that one is decided first."),
    "not_the_offices_currency": N_("This office's bank holds another currency."),
}
