"""Every event that the log may hold, in the past tense, each with its public fields.

Fields are ids, codes, amounts and states: what an auditor may read and what stays for ever.
Names, contacts and free text go through `private=` of `audit.operations.record`, where they are
sealed. The event's name is its class's name in snake_case and never changes once used.
"""

from fund.audit.events.applications import *
from fund.audit.events.awards import *
from fund.audit.events.banking import *
from fund.audit.events.base import EVENTS as EVENTS
from fund.audit.events.base import SUBJECTS as SUBJECTS
from fund.audit.events.base import Event as Event
from fund.audit.events.base import check_plain as check_plain
from fund.audit.events.base import instant as instant
from fund.audit.events.bookkeeping import *
from fund.audit.events.committee import *
from fund.audit.events.disbursements import *
from fund.audit.events.giving import *
from fund.audit.events.ledger import *
from fund.audit.events.log import *
from fund.audit.events.people import *
from fund.audit.events.plans import *
from fund.audit.events.settlement import *
from fund.audit.events.setup import *
from fund.audit.events.survivors import *
