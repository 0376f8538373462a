"""Public pages, each person's home page, and the auditor's trail."""

from fund.i18n import N_
from fund.permissions import Permission
from fund.reports.views import log, my_funds, pages, trail, words
from fund.reports.views.blueprint import blueprint
from fund.web import NavEntry

__all__ = ["NAVIGATION", "blueprint", "log", "my_funds", "pages", "trail", "words"]

NAVIGATION: list[NavEntry] = [
    NavEntry("reports.home", N_("Waiting on me"), Permission.USE_STAFF_PAGES),
    NavEntry("reports.trail", N_("Trail"), Permission.READ_TRAIL),
    NavEntry("reports.log", N_("Search the log"), Permission.READ_TRAIL),
    NavEntry("reports.looks", N_("Looks at identity"), Permission.READ_LOOKS),
]
