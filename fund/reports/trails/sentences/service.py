"""The installation and its log, in sentences."""

from fund.i18n import N_
from fund.reports.trails.sentences.sentence import Sentence

SERVICE = {
    "organisation_set_up": Sentence(
        N_("Organisation set up"), N_("This installation began its real work.")
    ),
    "restored": Sentence(
        N_("Restored from a backup"),
        N_("The database was put back from a backup. Times this was done: %(epoch)s."),
    ),
    "log_begun": Sentence(
        N_("Log begun"), N_("The log was signed for the first time, with its first key.")
    ),
    "signing_key_rotated": Sentence(
        N_("Signing key changed"),
        N_(
            "Key number %(number)s signs the log from %(from_size)s events on."
            " The key before it signed the new one."
        ),
    ),
    "checkpoint_signed": Sentence(
        N_("Checkpoint signed"), N_("The log was signed as it stood, with %(size)s events.")
    ),
    "checkpoint_witnessed": Sentence(
        N_("Checkpoint witnessed"),
        N_("The witness %(witness)s saw the log with %(size)s events and signed it too."),
    ),
}
