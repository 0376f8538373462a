"""Closed lists of gifts: code -> msgid. Most of the codes stand in the tables' CHECKs."""

from fund.i18n import N_

METHOD_NAMES = {
    "promptpay": N_("PromptPay QR code"),
    "checkout": N_("Card or wallet"),
}
# What Stripe's page offers, by Stripe's names: wallets come with `card`.
STRIPE_WAYS = {
    "card": (N_("card"), "Apple Pay", "Google Pay"),
    "link": ("Link",),
    "promptpay": ("PromptPay",),
}
# For finance, who chooses among them.
STRIPE_METHOD_NAMES = {
    "card": N_("Cards, with Apple Pay and Google Pay"),
    "link": N_("Link, Stripe’s own wallet"),
    "promptpay": N_("PromptPay at Stripe"),
}
BILLER_STATE_NAMES = {
    "asked": N_("waits for a second person"),
    "approved": N_("agreed to"),
    "dropped": N_("not done"),
}
DEDICATIONS = {
    "honour": N_("in honour of somebody"),
    "memory": N_("in memory of somebody"),
}
DROP_NAMES = {
    "refused": N_("no such mail is wanted there"),
    "too_many": N_("three went there within a day"),
    "unreadable": N_("the donor was forgotten"),
    "withdrawn": N_("the donor withdrew it"),
}
ERASURE_STATES = {
    "asked": N_("to be decided"),
    "withdrawn": N_("taken back by the donor"),
    "refused": N_("not forgotten"),
    "granted": N_("forgotten"),
}
ERASURE_REASONS = {
    "law": N_("a law or an authority needs the data for now"),
    "money": N_("a refund or dispute is under way"),
    "doubt": N_("it is not certain who asked"),
}
# The same, as the donor is told.
ERASURE_ANSWERS = {
    "law": N_(
        "A law or an authority asks us to keep your data for now. We forget you once that is over."
    ),
    "money": N_(
        "A refund or a dispute about a gift of yours is under way, and we need your data for it."
        " Please ask again once it is settled."
    ),
    "doubt": N_("We could not be certain that it was you who asked. Please write to us."),
}
# Two donors' records side by side: the one that came first, and the other.
ONE, OTHER = "one", "other"
SIDES = (ONE, OTHER)
LIKENESSES = {
    "tax_id": N_("the same tax number"),
    "address": N_("almost the same address"),
    "name": N_("the same name"),
    "sound": N_("names that sound alike"),
}
STATE_NAMES = {
    "open": N_("not paid yet"),
    "processing": N_("on its way"),
    "paid": N_("paid"),
    "failed": N_("payment failed"),
    "expired": N_("given up"),
    "partly_returned": N_("partly returned"),
    "returned": N_("returned"),
}
OFFLINE_METHODS = {
    "bank": N_("bank transfer"),
    "cash": N_("cash"),
    "cheque": N_("cheque"),
}
RETURN_NAMES = {
    "refund": N_("refunded"),
    "refund_failed": N_("a refund that did not reach the donor"),
    "dispute_lost": N_("taken back by the donor’s bank"),
    "dispute_won": N_("given back by the donor’s bank"),
    "reversal": N_("a mistaken entry taken back"),
    "restored": N_("an entry that stands again"),
}
FAULT_KINDS = {
    "missing": N_("a paid gift without a receipt"),
    "outdated": N_("part of a gift went back, and its receipt does not say so"),
    "unmailed": N_("a receipt whose mail never left"),
}
FAULT_REASONS = {
    "forgotten": N_("the donor was forgotten: nobody can read whom it was for"),
    "mail": N_("the mail server has not taken it; it is being tried again"),
    "fault": N_("the service cannot do it; its own log says where"),
}
RECEIPT_KIND_NAMES = {
    "us_501c3": N_("for taxes in the United States"),
    "nz_donation": N_("for taxes in New Zealand"),
    "th_donation": N_("for taxes in Thailand, with the donor’s tax number"),
    "none": N_("not for taxes"),
}
EVERY_NAMES = {"month": N_("each month"), "year": N_("each year")}
FREQUENCIES = {"once": N_("once"), **EVERY_NAMES}
PLAN_STATE_NAMES = {
    "open": N_("not begun yet"),
    "expired": N_("given up"),
    "active": N_("running"),
    "past_due": N_("payment failed"),
    "paused": N_("paused"),
    "stopping": N_("stopping"),
    "stopped": N_("stopped"),
}
CHANGE_NAMES = {
    "amount": N_("another amount"),
    "day": N_("another day"),
    "fund": N_("another fund"),
    "card": N_("another card"),
    "pause": N_("pause"),
    "skip": N_("skip the next gift"),
    "resume": N_("go on after the pause"),
    "stop": N_("stop"),
}
PLAN_METHOD_NAMES = {
    "card": N_("by card or wallet"),
    "promptpay": N_("by PromptPay"),
}
STRAY_STATE_NAMES = {
    "stopping": N_("being stopped"),
    "stopped": N_("stopped"),
    "left": N_("left running, older than our books"),
}
CHANGE_STATE_NAMES = {
    "asked": N_("under way"),
    "done": N_("done"),
    "refused": N_("Stripe did not accept it"),
}
# What an office asks before the payment page, by the breaker's level, and why it moved.
BREAKER_LEVELS = {
    0: N_("closed: donors go straight on to the payment"),
    1: N_("open: donors’ browsers do a small computation first, or take a link by mail"),
    2: N_("wide open: every donor takes a link by mail first"),
}
BREAKER_CAUSES = {
    "calm": N_("it was calm for a while"),
    "failures": N_("many cards were refused within a short time"),
    "insisting": N_("cards went on being refused"),
    "by_hand": N_("somebody of finance moved it"),
}
