"""What donors write beside their gifts. Opening raises Unreadable once the key is destroyed."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from fund import keys
from fund.giving import orders
from fund.giving.models import Dedication, Donor, Gift, Plan, PlanDedication


@dataclass(frozen=True)
class GiftWords:
    """On behalf of which company, and a note to the fund; empty where there is none."""

    company: str
    note: str


def seal_words(
    session: Session, given: Gift | Plan, donor: Donor, *, company: str, note: str
) -> None:
    """Keep them with the gift, or the regular one, under the donor's key."""
    kept_with = given.__tablename__

    def seal(text: str, context: str) -> bytes | None:
        return keys.seal(session, donor.key_id, text, context=context) if text else None

    given.sealed_company = seal(company, f"{kept_with}.company:{given.id}")
    given.sealed_note = seal(note, f"{kept_with}.note:{given.id}")


def open_words(session: Session, given: Gift | Plan) -> GiftWords:
    """What stands beside the gift, or the regular one."""
    if given.donor_id is None:
        return GiftWords("", "")
    key_id, kept_with = session.get_one(Donor, given.donor_id).key_id, given.__tablename__
    return GiftWords(
        company=_open(session, key_id, given.sealed_company, f"{kept_with}.company:{given.id}"),
        note=_open(session, key_id, given.sealed_note, f"{kept_with}.note:{given.id}"),
    )


def open_dedication(session: Session, dedication: Dedication) -> orders.Dedication:
    """In whose name a gift is, and whom to tell."""
    gift = session.get_one(Gift, dedication.gift_id)
    if gift.donor_id is None:
        raise ValueError("only a donor dedicates a gift")
    return _open_wish(session, dedication, gift.donor_id, f"{gift.id}")


def open_plan_dedication(session: Session, dedication: PlanDedication) -> orders.Dedication:
    """The same of a regular gift that was not paid yet."""
    plan = session.get_one(Plan, dedication.plan_id)
    return _open_wish(session, dedication, plan.donor_id, f"{plan.id}")


def _open_wish(
    session: Session, dedication: Dedication | PlanDedication, donor_id: UUID, given_id: str
) -> orders.Dedication:
    key_id, kept_in = session.get_one(Donor, donor_id).key_id, dedication.__tablename__

    def opened(column: str) -> str:
        sealed: bytes | None = getattr(dedication, f"sealed_{column}")
        return _open(session, key_id, sealed, f"{kept_in}.{column}:{given_id}")

    return orders.Dedication(
        dedication.kind, opened("honoured"), opened("to_name"), opened("to_email")
    )


def _open(session: Session, key_id: UUID, sealed: bytes | None, context: str) -> str:
    return keys.unseal(session, key_id, sealed, context=context) if sealed else ""
