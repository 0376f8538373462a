"""Closed lists of awards: code -> msgid. The same codes stand in the tables' CHECKs."""

from fund.i18n import N_

AWARD_STATES = {
    "offered": N_("Offered"),
    "active": N_("Active"),
    "suspended": N_("Suspended"),
    "completed": N_("Completed"),
    "cancelled": N_("Cancelled"),
}

INSTALMENT_STATES = {
    "scheduled": N_("Scheduled"),
    "ready": N_("Ready to pay"),
    "prepared": N_("In a run"),
    "approved": N_("Approved to pay"),
    "sent": N_("Sent to the bank"),
    "paid": N_("Paid"),
    "evidenced": N_("Paid, with evidence"),
    "cancelled": N_("Cancelled"),
    "failed": N_("Returned by bank or payee"),
}

CONDITIONS = {
    "enrolment_confirmed": N_("The school or centre confirmed enrolment for this term"),
    "quotation_received": N_("A written quotation was received"),
    "safety_plan_agreed": N_("The safety plan was agreed with the survivor"),
}

CONFIRMED_BY = {
    "document": N_("By a document"),
    "phone": N_("By phone"),
    "visit": N_("By a visit"),
}

ACCEPTED_HOW = {
    "in_person": N_("In person"),
    "phone": N_("By phone"),
    "video": N_("By video call"),
    "paper": N_("On paper"),
}

EVIDENCE_CLASSES = {"receipt": N_("Receipt"), "term_report": N_("Term report")}
