"""Closed lists of the committee: code -> msgid. The same codes stand in the tables' CHECKs."""

from fund.i18n import N_

CONFLICTS = {
    "author": N_("I worked on this application or this case"),
    "household": N_("I live in the same household, or am a relative"),
    "payee": N_("I have to do with the school or another payee"),
    "acquainted": N_("I know the person or the family"),
    "other": N_("Something else"),
}

CHOICES = {
    "approve": N_("Approve"),
    "approve_with_conditions": N_("With conditions"),
    "defer": N_("Defer"),
    "decline": N_("Decline"),
}

SAFETY = {"fine": N_("fine"), "ask": N_("I ask")}

OUTCOMES = {
    "approved": N_("Approved"),
    "declined": N_("Declined"),
    "deferred": N_("Deferred"),
}
