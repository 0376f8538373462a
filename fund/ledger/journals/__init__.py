"""What each fact looks like in the books: one named builder a fact, as in the table of postings.

A builder takes the day on which the fact took effect and whole minor units, and returns a draft
for `operations.post`. A draft's `source` and `key` name the fact, so that it is booked once.
"""

from fund.ledger.journals.adoption import ADOPTION as ADOPTION
from fund.ledger.journals.adoption import adopted_award_paid as adopted_award_paid
from fund.ledger.journals.adoption import opening_balance as opening_balance
from fund.ledger.journals.bank import GIFTS as GIFTS
from fund.ledger.journals.bank import PAYMENTS as PAYMENTS
from fund.ledger.journals.bank import bank_charge as bank_charge
from fund.ledger.journals.bank import gift_to_bank as gift_to_bank
from fund.ledger.journals.bank import interest as interest
from fund.ledger.journals.bank import payment_confirmed as payment_confirmed
from fund.ledger.journals.bank import payment_returned as payment_returned
from fund.ledger.journals.bank import payment_sent as payment_sent
from fund.ledger.journals.bank import tax_on_fees as tax_on_fees
from fund.ledger.journals.bank import tax_remitted as tax_remitted
from fund.ledger.journals.bank import tax_withheld as tax_withheld
from fund.ledger.journals.between import exchange as exchange
from fund.ledger.journals.between import transfer_between_funds as transfer_between_funds
from fund.ledger.journals.book import Book as Book
from fund.ledger.journals.book import BookAccount as BookAccount
from fund.ledger.journals.book import Entry as Entry
from fund.ledger.journals.book import JournalDraft as JournalDraft
from fund.ledger.journals.corrections import ENTRIES as ENTRIES
from fund.ledger.journals.corrections import Booked as Booked
from fund.ledger.journals.corrections import manual as manual
from fund.ledger.journals.corrections import reversal as reversal
from fund.ledger.journals.stripe import adjustment as adjustment
from fund.ledger.journals.stripe import became_available as became_available
from fund.ledger.journals.stripe import charge as charge
from fund.ledger.journals.stripe import dispute_lost as dispute_lost
from fund.ledger.journals.stripe import dispute_opened as dispute_opened
from fund.ledger.journals.stripe import dispute_recovered as dispute_recovered
from fund.ledger.journals.stripe import dispute_won as dispute_won
from fund.ledger.journals.stripe import payout as payout
from fund.ledger.journals.stripe import payout_arrived as payout_arrived
from fund.ledger.journals.stripe import payout_failed as payout_failed
from fund.ledger.journals.stripe import refund as refund
from fund.ledger.journals.stripe import refund_failed as refund_failed
from fund.ledger.journals.stripe import refund_returned as refund_returned
from fund.ledger.journals.stripe import stripe_fee as stripe_fee
from fund.ledger.journals.stripe import top_up as top_up
from fund.ledger.journals.stripe import top_up_paid as top_up_paid
