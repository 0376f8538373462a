"""The fence around what is fetched: of several who ask Stripe about an object, the last counts.

One asks, and its answer is long on the way; another asks later, hears news and applies it; then
the first answer comes, and must not undo that. No lock can be held while Stripe is asked. So who
asks takes a number first, and applies the answer only if nobody took a higher one: the later
question was put after ours, so its answer holds whatever ours could have said.
"""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from fund.settlement.models import Asked


def ask(session: Session, office_id: UUID, object_id: str) -> int:
    """Take the next number; commit before Stripe is asked."""
    first = insert(Asked).values(office_id=office_id, object_id=object_id, asked=1)
    number = first.on_conflict_do_update(
        index_elements=[Asked.office_id, Asked.object_id], set_={"asked": Asked.asked + 1}
    )
    return session.scalars(number.returning(Asked.asked)).one()


def is_newest(session: Session, office_id: UUID, object_id: str, number: int) -> bool:
    """Whether nobody asked since; nobody's answer is applied until this transaction ends."""
    asked = select(Asked.asked).where(Asked.office_id == office_id, Asked.object_id == object_id)
    return session.scalar(asked.with_for_update()) == number
