"""Closed lists of applications: code -> msgid. The same codes stand in the tables' CHECKs."""

from fund.i18n import N_

KINDS = {"education": N_("Education"), "vocational": N_("Vocational training")}

LINE_KINDS = {
    "tuition": N_("Tuition and school fees"),
    "uniform": N_("Uniform"),
    "books": N_("Books and materials"),
    "transport": N_("Transport"),
    "course_fee": N_("Course fee"),
    "tools": N_("Tools"),
    "equipment": N_("Equipment"),
    "living": N_("Living costs while learning"),
    "family_support": N_("Support for the family"),
    "other": N_("Something else"),
}

PAYEE_KINDS = {
    "school": N_("School"),
    "training_centre": N_("Training centre"),
    "vendor": N_("Shop or supplier"),
    "guardian": N_("Guardian"),
}

GUARDIAN_REASONS = {
    "small_daily_cost": N_("Small costs, paid day by day"),
    "no_invoice": N_("The seller gives no invoice"),
    "privacy": N_("A transfer would reveal more than the survivor wants"),
}

SUPPORT_SOURCES = {
    "school_subsidy": N_("School or training subsidy"),
    "scholarship": N_("Scholarship"),
    "family": N_("Family"),
    "local_government": N_("Local government"),
    "other_organisation": N_("Another organisation"),
}

STANDINGS = {"granted": N_("granted"), "asked": N_("asked for, not yet granted")}

STATES = {
    "draft": N_("Draft"),
    "submitted": N_("Submitted"),
    "in_review": N_("In review"),
    "returned": N_("Returned with questions"),
    "approved": N_("Approved"),
    "declined": N_("Declined"),
    "deferred": N_("Deferred"),
    "withdrawn": N_("Withdrawn"),
}
