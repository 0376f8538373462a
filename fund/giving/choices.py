"""Closed lists of gifts: code -> msgid. Most of the codes stand in the tables' CHECKs."""

from fund.i18n import N_

METHOD_NAMES = {
    "promptpay": N_("PromptPay QR code"),
    "checkout": N_("Card or wallet"),
}
DEDICATIONS = {
    "honour": N_("in honour of somebody"),
    "memory": N_("in memory of somebody"),
}
DROP_NAMES = {
    "refused": N_("no such mail is wanted there"),
    "too_many": N_("three went there within a day"),
    "unreadable": N_("the donor was forgotten"),
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
