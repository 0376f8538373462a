"""Thai tax numbers of donors: sealed, and told by the receipt and the tax office's file alone.

A gift keeps the number that it was given with, so that its receipt says the same for good; a donor
keeps one for gifts to come.
"""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from fund import keys
from fund.errors import Refused
from fund.giving import likeness
from fund.giving.donors import head_of, records_of
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
    keep_with_gifts(session, [(gift, donor, number)])


def keep_with_gifts(session: Session, given: Sequence[tuple[Gift, Donor, str]]) -> None:
    """`keep_with_gift` for many."""
    likeness.mark_all(session, [(donor, {"tax_id": number}) for _, donor, number in given])
    for gift, donor, number in given:
        context = f"gift.tax_id:{gift.id}"
        gift.sealed_tax_id = keys.seal(session, donor.key_id, number, context=context)


def keep_with_donor(session: Session, donor: Donor, number: str) -> None:
    """Seal a number, as `read_tax_id` gives it, for the donor's gifts to come."""
    likeness.mark(session, donor, tax_id=number)
    context = f"donor.tax_id:{donor.id}"
    donor.sealed_tax_id = keys.seal(session, donor.key_id, number, context=context)


def open_of_donor(session: Session, donor: Donor) -> str:
    """The donor's own; empty if they keep none. Raises crypto.Unreadable."""
    donor = head_of(session, donor)
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


def open_last(session: Session, donor: Donor) -> str:
    """The number that the donor gave with last, by any of their records; empty if none ever."""
    gift = session.scalars(
        select(Gift)
        .where(Gift.donor_id.in_(records_of(donor.id)), Gift.sealed_tax_id.is_not(None))
        .order_by(Gift.id.desc())
        .limit(1)
    ).first()
    if gift is None:
        return open_of_donor(session, donor)
    return open_of_gift(session, gift, session.get_one(Donor, gift.donor_id))
