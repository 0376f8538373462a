"""Every write of the vault: cases, and the consents that let anything happen for them."""

from fund.survivors.operations.cases import (
    add_case,
    assign_case,
    attest_case,
    change_case,
    record_identity_read,
    record_known_elsewhere,
    record_refused_access,
    release_case,
)
from fund.survivors.operations.consents import (
    GivenConsent,
    add_guardian,
    confirm_basis,
    record_consent,
    require_valid_consent,
    seed_wordings,
    withdraw_consent,
)

__all__ = [
    "GivenConsent",
    "add_case",
    "add_guardian",
    "assign_case",
    "attest_case",
    "change_case",
    "confirm_basis",
    "record_consent",
    "record_identity_read",
    "record_known_elsewhere",
    "record_refused_access",
    "release_case",
    "require_valid_consent",
    "seed_wordings",
    "withdraw_consent",
]
