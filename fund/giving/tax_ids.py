"""Thai tax numbers of donors: sealed, and told by the receipt and the tax office's file alone.

A gift keeps the number that it was given with, so that its receipt says the same for good; a donor
keeps one for gifts to come.
"""

from sqlalchemy.orm import Session

from fund import keys
from fund.errors import Refused
from fund.giving.models import Donor, Gift


def read_tax_id(typed: str) -> str:
    """The number as thirteen digits. Raises Refused(`tax_id_wrong`), which does not repeat it."""
    number = typed.replace("-", "").replace(" ", "")
    if not is_thai_tax_id(number):
        raise Refused("tax_id_wrong", field="tax_id")
    return number


def is_thai_tax_id(number: str) -> bool:
    """Thirteen digits, the last of which checks the others, as on a Thai identity card."""
    if len(number) != 13 or not (number.isascii() and number.isdigit()):
        return False
    total = sum(int(digit) * (13 - place) for place, digit in enumerate(number[:12]))
    return (11 - total % 11) % 10 == int(number[12])


def keep_with_gift(session: Session, gift: Gift, donor: Donor, number: str) -> None:
    """Seal a number, as `read_tax_id` gives it, for this gift."""
    context = f"gift.tax_id:{gift.id}"
    gift.sealed_tax_id = keys.seal(session, donor.key_id, number, context=context)


def keep_with_donor(session: Session, donor: Donor, number: str) -> None:
    """Seal a number, as `read_tax_id` gives it, for the donor's gifts to come."""
    context = f"donor.tax_id:{donor.id}"
    donor.sealed_tax_id = keys.seal(session, donor.key_id, number, context=context)


def open_of_donor(session: Session, donor: Donor) -> str:
    """The donor's own; empty if they keep none. Raises crypto.Unreadable."""
    if donor.sealed_tax_id is None:
        return ""
    context = f"donor.tax_id:{donor.id}"
    return keys.unseal(session, donor.key_id, donor.sealed_tax_id, context=context)


def open_of_gift(session: Session, gift: Gift, donor: Donor) -> str:
    """For its receipt: the gift's number, else the donor's. Raises crypto.Unreadable."""
    if gift.sealed_tax_id is None:
        return open_of_donor(session, donor)
    context = f"gift.tax_id:{gift.id}"
    return keys.unseal(session, donor.key_id, gift.sealed_tax_id, context=context)
