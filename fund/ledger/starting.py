"""The funds that every installation begins with (PRODUCT, Money rules)."""

from datetime import datetime

from sqlalchemy.orm import Session

from fund.ledger.operations import open_fund
from fund.permissions import Actor

# Code, name in English, name in Thai, purpose.
STARTING_FUNDS = (
    ("general", "Where needed most", "ส่วนที่จำเป็นที่สุด", None),
    ("education", "Education", "การศึกษา", "education"),
    ("vocational", "Vocational training", "การฝึกอาชีพ", "vocational"),
)


def open_starting_funds(session: Session, *, actor: Actor, now: datetime) -> None:
    """Open them, with their accounts at every office. Raises Refused if one is there."""
    for code, name_en, name_th, purpose in STARTING_FUNDS:
        open_fund(
            session,
            code=code,
            name_en=name_en,
            name_th=name_th,
            restriction="purpose" if purpose else "none",
            purpose=purpose,
            actor=actor,
            now=now,
        )
