"""What donors write beside their gifts. Opening raises Unreadable once the key is destroyed."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from fund import keys
from fund.giving import orders
from fund.giving.models import Dedication, Donor, Gift


@dataclass(frozen=True)
class GiftWords:
    """On behalf of which company, and a note to the fund; empty where there is none."""

    company: str
    note: str


def seal_words(session: Session, gift: Gift, donor: Donor, *, company: str, note: str) -> None:
    """Keep them with the gift, under the donor's key."""

    def seal(text: str, context: str) -> bytes | None:
        return keys.seal(session, donor.key_id, text, context=context) if text else None

    gift.sealed_company = seal(company, f"gift.company:{gift.id}")
    gift.sealed_note = seal(note, f"gift.note:{gift.id}")


def open_words(session: Session, gift: Gift) -> GiftWords:
    """What stands beside the gift."""
    if gift.donor_id is None:
        return GiftWords("", "")
    key_id = session.get_one(Donor, gift.donor_id).key_id
    return GiftWords(
        company=_open(session, key_id, gift.sealed_company, f"gift.company:{gift.id}"),
        note=_open(session, key_id, gift.sealed_note, f"gift.note:{gift.id}"),
    )


def open_dedication(session: Session, dedication: Dedication) -> orders.Dedication:
    """In whose name a gift is, and whom to tell."""
    gift = session.get_one(Gift, dedication.gift_id)
    if gift.donor_id is None:
        raise ValueError("only a donor dedicates a gift")
    key_id = session.get_one(Donor, gift.donor_id).key_id

    def opened(column: str) -> str:
        sealed: bytes | None = getattr(dedication, f"sealed_{column}")
        return _open(session, key_id, sealed, f"dedication.{column}:{gift.id}")

    return orders.Dedication(
        dedication.kind, opened("honoured"), opened("to_name"), opened("to_email")
    )


def _open(session: Session, key_id: UUID, sealed: bytes | None, context: str) -> str:
    return keys.unseal(session, key_id, sealed, context=context) if sealed else ""
