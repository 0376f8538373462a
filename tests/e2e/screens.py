"""The screens that the guide shows: who opens them, where, and how they are found.

Case codes and ids are random, so a screen is reached from a list by its first link that fits.
"""

from dataclasses import dataclass

from config.settings import ROOT
from fund.i18n import LANGUAGES

GUIDE = ROOT / "docs/guide"
IMAGES = GUIDE / "images"

RUN = '.card-row-action[href^="/staff/runs/"]:not([href$="/prepare"])'
DECIDE = '.card-row-action[href^="/staff/docket/"]'


@dataclass(frozen=True)
class Screen:
    """`heading`: what its main heading says (a msgid). `who`: one of the demo cast, or a visitor.

    `clicks`: links on the way there; `once`: what is pressed only if it is (still) there.
    `at`: what is brought to the top of the picture.
    """

    name: str
    heading: str
    path: str
    who: str | None = None
    clicks: tuple[str, ...] = ()
    once: tuple[str, ...] = ()
    at: str = ""
    size: str = "desktop"

    def image(self, language: str) -> str:
        return f"{self.name}.{language}.png"


SCREENS = (
    Screen("give", "A school term.", "/give"),
    Screen("give-phone", "A school term.", "/give", at=".give-card", size="phone"),
    Screen(
        "receipt-check", "Receipt %(number)s", "/staff/gifts", "auditor",
        ("tbody tr:has(.pill-done) a", 'a[href^="/log/check/"]'),
    ),
    Screen("caseworker-home", "Waiting on you", "/staff/", "caseworker"),
    Screen("caseworker-home-phone", "Waiting on you", "/staff/", "caseworker", size="phone"),
    Screen(
        "caseworker-case", "Case", "/staff/cases", "caseworker",
        (".card-row:has(.pill-done) .card-row-action",),
    ),
    Screen(
        "caseworker-draft", "Education", "/staff/", "caseworker",
        ('.card-row-action[href^="/staff/applications/"]',), at="#costs",
    ),
    Screen(
        "caseworker-evidence", "Award of %(amount)s", "/staff/", "caseworker",
        ('.card-row:has(.pill-due) .card-row-action[href^="/staff/awards/"]',),
        at='li.card:has([name="document_class"])',
    ),
    Screen("supervisor-home", "Waiting on you", "/staff/", "supervisor"),
    Screen(
        "supervisor-case", "Case", "/staff/cases", "supervisor",
        (".card-row-action[href^='/staff/cases/']",),
    ),
    Screen("committee-docket", "Docket", "/staff/docket", "chair"),
    Screen("committee-declare", "Conflict of interest", "/staff/docket", "chair", (DECIDE,)),
    Screen(
        "committee-dossier", "Education", "/staff/docket", "member3", (f"{DECIDE} >> nth=1",),
        ('[name="has_conflict"][value="no"]', 'form:has([name="has_conflict"]) .btn-primary'),
    ),
    Screen("committee-run", "Payment run, %(total)s", "/staff/", "member3", (RUN,)),
    Screen("finance-home", "Waiting on you", "/staff/", "finance"),
    Screen("finance-prepare", "Prepare a run", "/staff/runs/prepare", "finance"),
    Screen("finance-send", "Payment run, %(total)s", "/staff/", "finance", (RUN,)),
    Screen("finance-payee", "Enter a payee", "/staff/payees/add", "finance"),
    Screen("treasurer-home", "Waiting on you", "/staff/", "treasurer"),
    Screen("treasurer-bank", "Payment run, %(total)s", "/staff/", "treasurer", (RUN,)),
    Screen("auditor-books", "Books", "/staff/ledger", "auditor"),
    Screen(
        "auditor-trail", "LF-", "/staff/trail", "auditor",
        ('.card-row-action >> nth=-1',),
    ),
    Screen("auditor-log", "Search the log", "/staff/log?event=payment_sent", "auditor"),
    Screen("dataprotection-looks", "Looks at identity", "/staff/looks", "dataprotection"),
    Screen("dataprotection-home", "Waiting on you", "/staff/", "dataprotection"),
    Screen("administrator-people", "People", "/staff/people", "admin"),
    Screen("administrator-duties", "Duties", "/staff/people/check", "admin"),
)  # fmt: skip

EVERY_IMAGE = {screen.image(language) for screen in SCREENS for language in LANGUAGES}
