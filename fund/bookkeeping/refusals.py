"""The words of this room's error codes."""

from fund.i18n import N_

TEXTS: dict[str, str] = {
    "unreconciled_changed": N_(
        "What is open has changed meanwhile. Please look at the list again; nothing is closed yet."
    ),
}
