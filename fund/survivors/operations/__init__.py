"""Every write of the vault: cases, and the consents that let anything happen for them."""

from fund.survivors.operations.consents import require_valid_consent

__all__ = ["require_valid_consent"]
