"""What each event says, in one place: a short title, and a sentence with its public fields.

A sentence names the fields that a reader understands; `telling.py` puts them into words. Ids and
hashes stay unsaid, and a test names every other field that no sentence says.
"""

from fund.i18n import N_
from fund.reports.trails.sentences.banking import BANKING
from fund.reports.trails.sentences.books import BOOKKEEPING, GIVING, LEDGER
from fund.reports.trails.sentences.grants import APPLICATIONS, AWARDS, DISBURSEMENTS
from fund.reports.trails.sentences.persons import DONORS, PEOPLE, SURVIVORS
from fund.reports.trails.sentences.plans import PLANS
from fund.reports.trails.sentences.sentence import Sentence as Sentence
from fund.reports.trails.sentences.service import SERVICE

SENTENCES: dict[str, Sentence] = {
    **SURVIVORS,
    **APPLICATIONS,
    **AWARDS,
    **DISBURSEMENTS,
    **GIVING,
    **PLANS,
    **DONORS,
    **LEDGER,
    **BOOKKEEPING,
    **BANKING,
    **PEOPLE,
    **SERVICE,
}

# What the events are about, as the list of events on the search page is grouped.
SUBJECT_NAMES = {
    "survivor": N_("Case"),
    "consent": N_("Consent"),
    "document": N_("Paper"),
    "application": N_("Application"),
    "award": N_("Award"),
    "instalment": N_("Instalment"),
    "evidence": N_("Evidence"),
    "payee": N_("Payee"),
    "run": N_("Payment run"),
    "payment": N_("Payment"),
    "donor": N_("Donor"),
    "campaign": N_("Campaign"),
    "gift": N_("Gift"),
    "plan": N_("Regular gift"),
    "receipt": N_("Receipt"),
    "annual_statement": N_("Annual statement"),
    "frame_origin": N_("Site with a give frame"),
    "fund": N_("Fund"),
    "journal": N_("Journal entry"),
    "entry": N_("Finance entry"),
    "gift_import": N_("List of gifts"),
    "rate": N_("Rate"),
    "period": N_("Period"),
    "office": N_("Receiving office"),
    "staff": N_("Staff member"),
    "checkpoint": N_("Checkpoint"),
    "setup": N_("Installation"),
}
