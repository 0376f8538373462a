"""Bank accounts and their statements, in sentences."""

from fund.banking.choices import DIFFERENCES, MATCH_KINDS, RULES
from fund.i18n import N_
from fund.reports.trails.sentences.sentence import Sentence

BANKING = {
    "bank_account_added": Sentence(
        N_("Bank account added"), N_("An account of the office was noted, to read its statements.")
    ),
    "statement_recorded": Sentence(
        N_("Bank statement recorded"),
        N_("The bank’s file for %(first_on)s to %(last_on)s. New lines: %(line_count)s."),
    ),
    "statement_undone": Sentence(
        N_("Bank statement undone"),
        N_("A file that had been recorded was taken back, before any of its lines counted."),
    ),
    "bank_texts_read": Sentence(
        N_("Bank’s texts read"),
        N_("What the bank wrote on the lines of a statement was read, names too."),
    ),
    "bank_line_matched": Sentence(
        N_("Bank line matched"),
        N_("A line of %(amount_minor)s: %(kind)s, found %(rule)s."),
        {"kind": MATCH_KINDS, "rule": RULES},
    ),
    "bank_line_left_aside": Sentence(
        N_("Bank line left aside"),
        N_("A line of %(amount_minor)s was said to be nothing for the books."),
    ),
    "bank_line_opened": Sentence(
        N_("Bank line opened again"),
        N_("What was said of a line was taken back; what was booked stayed booked."),
    ),
    "difference_explained": Sentence(
        N_("Difference explained"),
        N_("The treasurer lets a difference of %(amount_minor)s stand: %(kind)s, %(thing)s."),
        {"kind": DIFFERENCES},
    ),
}
