"""Closed lists of gifts: code -> msgid. The same codes stand in the tables' CHECKs."""

from fund.i18n import N_

METHOD_NAMES = {
    "promptpay": N_("PromptPay QR code"),
    "checkout": N_("Card or wallet"),
}
STATE_NAMES = {
    "open": N_("not paid yet"),
    "processing": N_("on its way"),
    "paid": N_("paid"),
    "failed": N_("payment failed"),
    "expired": N_("given up"),
}
