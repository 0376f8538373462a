"""What a donor wrote beside a regular gift, and the gifts that it goes on to."""

from sqlalchemy.orm import Session

from fund.giving.dedications import pass_on_dedication
from fund.giving.models import Donor, Gift, Plan
from fund.giving.plans.rows import find_key
from fund.giving.words import open_words, seal_words


def pass_on(session: Session, plan: Plan, gift: Gift) -> None:
    """What the donor wrote beside the plan: the company to each gift, the rest to the first."""
    if find_key(session, plan) is None:
        return  # forgotten since: money that came is booked all the same
    donor, words = session.get_one(Donor, plan.donor_id), open_words(session, plan)
    seal_words(session, gift, donor, company=words.company, note=words.note)
    plan.sealed_note = None
    pass_on_dedication(session, plan, gift, donor)
